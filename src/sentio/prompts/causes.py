"""The prompt that asks for the causes of an emotion: which utterances, and which of their words.

The task is RECCON's (Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021): of an
emotional utterance and what was said before it, the utterances and the words in them that caused the emotion. The words
of the prompt are ours.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="a", speaker="Ada", text="Who ate my cake?"),
...     Utterance(id="b", speaker="Bo", text="Not me!"),
... ))
>>> print(prompt(chat, 1, "fear").messages[1].content)
1. Ada: Who ate my cake?
2. Bo: Not me!
<BLANKLINE>
Utterance 2 expresses fear. Which of the utterances 1 to 2 caused it?
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sentio.conversation import Conversation
from sentio.prompts.lines import latest, lines, names
from sentio.prompts.message import Message

EXAMPLE = (
    '{"causes": [{"utterance": 2, "words": "the ferry left without us"}, '
    '{"utterance": 4, "words": "we have to sleep on the pier"}]}'
)

_SYSTEM = f"""\
You find out why people feel what they feel. You are given a conversation whose utterances are numbered, and one of \
them with the emotion that its speaker expresses.

Name every utterance that says what caused this emotion: an event, a remark, a deed or a thought. It can be the \
emotional utterance itself or an earlier one, of the same speaker or of another; it can be several. From each copy, \
letter by letter, the words that say the cause: no more than are needed. Where nobody says the cause, name no \
utterance.

Answer with a JSON object and nothing else. An answer of valid form, about another conversation:
{EXAMPLE}
Without any cause: {{"causes": []}}"""


@dataclass(frozen=True)
class CausePrompt:
    """What is asked about one utterance; `first` and `last` are the numbers of the utterances that are shown, `last` of
    the emotional one."""

    messages: tuple[Message, ...]
    first: int
    last: int

    @property
    def correction(self) -> str:
        """What a model is told whose answer could not be read."""
        return (
            f"Name utterances by their numbers, {self.first} to {self.last}, and copy words that stand in them. "
            f"Answer with one JSON object like this and nothing else: {EXAMPLE}"
        )


def prompt(
    conversation: Conversation,
    place: int,
    emotion: str,
    *,
    shown: Mapping[str, str] | None = None,
    budget: int | None = None,
    count: Callable[[str], int] = len,
) -> CausePrompt:
    """What is asked about the utterance at `place` of `conversation.utterances`, whose speaker feels `emotion`.

    Utterances are numbered from 1, those after it are not shown. `shown` are the speakers' names, found when None: give
    them where many utterances of a long conversation are asked about. Within `budget` tokens, told by `count`, the
    oldest utterances are left out first, the task never.
    """
    shown = names(conversation) if shown is None else shown
    # No utterance costs less than a token: what a budget leaves no room for is not written out.
    start = 0 if budget is None else max(place + 1 - budget, 0)
    said = lines(conversation.utterances[start : place + 1], shown)
    turns = tuple(f"{number}. {line}" for number, line in enumerate(said, start=start + 1))
    if budget is not None:
        # The first number has no more digits than that of the utterance before the last.
        turns = latest(turns, budget - count(_SYSTEM) - count(_asked((), place, place + 1, emotion)), count)
    first = place + 2 - len(turns)
    user = _asked(turns, first, place + 1, emotion)
    return CausePrompt((Message("system", _SYSTEM), Message("user", user)), first, place + 1)


def _asked(turns: tuple[str, ...], first: int, last: int, emotion: str) -> str:
    told = "\n".join(turns)
    which = f"Which of the utterances {first} to {last} caused it?" if first < last else "Does it say what caused it?"
    return f"{told}\n\nUtterance {last} expresses {emotion}. {which}"
