"""The prompts of HEF: what somebody feels, asked in one or two stages, and the reply that attends to it.

The wording is ours: the paper (Yang et al., arXiv 2402.11801) shows none in what is known of it. The question comes
first and the conversation last, so that the last words are those that are answered.

>>> asked = feeling(('Ada: "The house is empty now."',), "Ada", ("lonely", "sad"), declinable=True)
>>> print(asked[1].content)
Which of these emotions does Ada feel: lonely, sad? At first sight they are the likeliest. If none fits, answer none.
<BLANKLINE>
The conversation so far:
Ada: "The house is empty now."
"""

from collections.abc import Sequence

from sentio.prompts.message import Message

TEMPLATE = "hef-1"
NONE = "none"
"""What stage 1 may be answered with (specification of HEF: exactly one label or this word)."""

_JUDGE = """\
You judge what people feel. You are shown a conversation and some emotions, and you name the one emotion that what \
happened to the speaker leaves them with, by all that they have said. Answer with that one word and nothing else."""

_LISTENER = """\
You are {speaker}, a warm and attentive listener in the conversation below. {feels}{attend} Write what {speaker} says \
next: one or two short sentences that show {name} they are understood and fit what happened. Take the feeling \
seriously without lecturing, do not repeat yourself, and stay in the language of the conversation. \
Write the words alone, no name before them and no explanation."""


def feeling(
    lines: Sequence[str],
    name: str,
    labels: Sequence[str],
    *,
    hint: Sequence[str] = (),
    declinable: bool = False,
) -> tuple[Message, ...]:
    """Which of `labels` the speaker `name` feels at the end of a conversation, given as its `lines` (speaker and
    words, quoted).

    `hint` are labels that are told as the likeliest (the ablation with one stage); a `declinable` question, stage 1,
    calls all of its labels the likeliest, and may be answered with `NONE`.
    """
    asked = f"Which of these emotions does {name} feel: {', '.join(labels)}?"
    if declinable:
        asked += f" At first sight they are the likeliest. If none fits, answer {NONE}."
    elif hint:
        asked += f" At first sight {', '.join(hint)} are the likeliest, in this order."
    return Message("system", _JUDGE), Message("user", f"{asked}\n\n{_shown(lines)}")


def reply(
    lines: Sequence[str], speaker: str, name: str, emotion: str, cause_words: Sequence[str] = ()
) -> tuple[Message, ...]:
    """What `speaker` says next to `name`, who feels `emotion`; `cause_words` are those of theirs that carry it.

    The system message holds the instructions and nothing of the conversation but names and cause words.

    >>> told = reply(('Ada: "The house is empty now."',), "Bo", "Ada", "lonely", ("house", "empty"))
    >>> told[0].content.split(". ")[1:3]
    ['Ada feels lonely', 'What brings the feeling about is in these words of theirs, attend to them: house, empty']
    """
    feels = f"{name} feels {emotion}."
    attend = f" What brings the feeling about is in these words of theirs, attend to them: {', '.join(cause_words)}."
    system = _LISTENER.format(speaker=speaker, name=name, feels=feels, attend=attend if cause_words else "")
    return Message("system", system), Message("user", f"What does {speaker} say next?\n\n{_shown(lines)}")


def _shown(lines: Sequence[str]) -> str:
    return "\n".join(("The conversation so far:", *(lines or ("Nothing was said yet.",))))
