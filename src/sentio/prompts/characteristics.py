"""The prompt that asks what a speaker of a conversation is like.

What it states is that of Li et al., "Do LLMs Feel?", AAAI 2026, and of the released code; the words are ours. It reads
the whole conversation, so what it yields knows what comes after an utterance; `until` ends it before that.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="Who ate my cake?"),
...     Utterance(id="1", speaker="Bo", text="Not me."),
... ))
>>> print(messages(chat, "Bo")[1].content)
Ada: Who ate my cake?
Bo: Not me.
<BLANKLINE>
What are the characteristics of Bo?
"""

from collections.abc import Callable, Mapping, Sequence

from sentio.conversation import Conversation
from sentio.prompts.lines import latest, lines, names
from sentio.prompts.message import Message

TEMPLATE = "characteristics-1"
KEYS = ("Response",)
WORDS = (100, 100)
"""Words asked for (paper: about 100)."""

EXAMPLE = (
    "Ida speaks in long, orderly sentences and rarely lets a question pass without an answer. She looks after the "
    "others, remembers small details about them, and offers help before anyone asks. When plans change she first "
    "resists, then makes the best of it and jokes about her own stubbornness. She dislikes open quarrels and turns "
    "them into practical questions. Among friends she is warm and a little bossy; with strangers she stays formal and "
    "waits. Underneath there is a wish to be needed, and a habit of judging herself harder than the people around her, "
    "which shows when praise makes her change the subject."
)

_SYSTEM = """\
You describe people by how they talk. You are given a conversation, one utterance a line, and the name of a speaker: \
say in about {words} words what is characteristic of this speaker, such as temper, manner, attitude to the others and \
circumstances, as far as the conversation tells{avoid}.

Answer with a JSON object and nothing else, with the single key "Response". An answer of valid form, about another \
conversation:
{{"Response": "{example}"}}"""


def messages(
    conversation: Conversation,
    speaker: str,
    *,
    until: int | None = None,
    avoid: Sequence[str] = (),
    shown: Mapping[str, str] | None = None,
    budget: int | None = None,
    count: Callable[[str], int] = len,
) -> tuple[Message, ...]:
    """What is asked about a speaker, named as in `conversation.utterances`.

    Up to and including the utterance at `until`, the whole conversation when None. `avoid` are labels whose words the
    answer must not hold, `shown` the speakers' names, found when None. Within `budget` tokens, told by `count`, what
    comes after the speaker's last turn goes first, then the oldest turns, the task never.
    """
    shown = names(conversation) if shown is None else shown
    utterances = conversation.utterances
    if until is not None:
        # No turn costs less than a token: what a budget leaves no room for is not written out.
        utterances = utterances[max(until + 1 - budget, 0) if budget else 0 : until + 1]
    turns = lines(utterances, shown)
    system = _SYSTEM.format(words=WORDS[0], avoid=_words(avoid), example=EXAMPLE)
    question = f"\n\nWhat are the characteristics of {shown[speaker]}?"
    if budget is not None:
        room = budget - count(system) - count(question)
        if sum(count(turn) + 1 for turn in turns) > room:
            last = max(place for place, utterance in enumerate(utterances) if utterance.speaker == speaker)
            turns = latest(turns[: last + 1], room, count)
    return Message("system", system), Message("user", "\n".join(turns) + question)


def _words(avoid: Sequence[str]) -> str:
    return f". Use none of the words {', '.join(avoid)}, and no form of them" if avoid else ""
