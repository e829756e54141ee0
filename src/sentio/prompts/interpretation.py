"""The prompt that asks what an utterance shows openly and what lies beneath it.

What it states is that of Li et al., "Do LLMs Feel?", AAAI 2026, Figure 2, and of the released code; the words are ours.
The context is what was said before, never after: the paper gives a language model all of it, the released code four
turns, five are our default.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="Who ate my cake?"),
...     Utterance(id="1", speaker="Bo", text="Not me."),
... ))
>>> print(messages(chat, 1)[1].content)
Said before:
Ada: "Who ate my cake?"
<BLANKLINE>
The utterance to describe:
Bo: "Not me."
"""

from collections.abc import Callable, Mapping, Sequence

from sentio.conversation import Conversation
from sentio.prompts.lines import latest, lines, names
from sentio.prompts.message import Message

TEMPLATE = "interpretation-1"
KEYS = ("ExplicitEmotion", "ImplicitEmotion")
WORDS = (20, 50)
"""Words asked for, of each of the two texts (paper, Figure 2)."""

EXAMPLE = {
    "ExplicitEmotion": "He answers at once and in two short words, pushing the question away. The tone is flat and "
    "guarded, as if he wanted the matter closed before anybody looks at him for longer.",
    "ImplicitEmotion": "Under the quick denial he seems uneasy about being found out. He would rather let someone "
    "else be suspected for a while than admit that he could not resist, and wishes nobody would ask again.",
}

_SYSTEM = """\
You analyse conversations for the emotion that an utterance expresses explicitly and for the one that is implicit in it.
Explicit emotion is what the words and the tone show. Implicit emotion is what the speaker truly feels, perhaps unsaid.

Describe both for the utterance you are given, in natural language, each in {fewest} to {most} words. Read it in the \
light of what all speakers said before. Paint the feeling without naming it{avoid}.

Answer with a JSON object and nothing else, with exactly the keys "ExplicitEmotion" and "ImplicitEmotion". An answer \
of valid form, about another conversation:
{{"ExplicitEmotion": "{ExplicitEmotion}", "ImplicitEmotion": "{ImplicitEmotion}"}}"""


def messages(
    conversation: Conversation,
    place: int,
    *,
    history: int | None = 5,
    avoid: Sequence[str] = (),
    shown: Mapping[str, str] | None = None,
    budget: int | None = None,
    count: Callable[[str], int] = len,
) -> tuple[Message, ...]:
    """What is asked about the utterance at `place` of `conversation.utterances`.

    `history` is how many utterances before it are shown, None all of them; `avoid` the labels whose words the answer
    must not hold. `shown` are the speakers' names, found when None. Within `budget` tokens, told by `count`, the oldest
    turns go first, the task never.
    """
    shown = names(conversation) if shown is None else shown
    # No turn costs less than a token: with a budget, a history without end is cut before it is written out.
    reach = min(length for length in (history, budget, place) if length is not None)
    first = place - reach
    turns = lines(conversation.utterances[first : place + 1], shown, quoted=True)
    system = _SYSTEM.format(fewest=WORDS[0], most=WORDS[1], avoid=_words(avoid), **EXAMPLE)
    if budget is not None:
        turns = latest(turns, budget - count(system) - count(_user(("",))), count)
    return Message("system", system), Message("user", _user(turns))


def _user(turns: Sequence[str]) -> str:
    before = "Said before:\n" + "\n".join(turns[:-1]) if len(turns) > 1 else "Said before: nothing."
    return f"{before}\n\nThe utterance to describe:\n{turns[-1]}"


def _words(avoid: Sequence[str]) -> str:
    return f": use none of the words {', '.join(avoid)}, and no form of them" if avoid else ""
