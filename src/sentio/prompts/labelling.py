"""How a language model is asked to label an utterance as an independent annotator: with what was said up to it.

Our words. Neither what comes later nor what anybody has said of the utterance is told.

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(
...     Utterance(id="0", speaker="Ada", text="Who ate my cake?"),
...     Utterance(id="1", speaker="Bo", text="Not me."),
... ))
>>> print(messages(chat, 0, ("anger", "joy"))[1].content)
Ada: Who ate my cake?
<BLANKLINE>
Which label fits what Ada says last ("Who ate my cake?")? Answer with the label alone: anger or joy.
"""

from collections.abc import Sequence

from sentio.conversation import Conversation
from sentio.prompts.definitions import DEFINITIONS
from sentio.prompts.lines import latest, lines, names, said
from sentio.prompts.message import Message

ROOM = 6_000
"""Characters of conversation that are told at most, the last ones: a fifth of a small model's context or, in Chinese,
most of it."""
QUOTED = 400
"""Characters of the utterance that are told once more, in the question."""

_TASK = (
    "You label conversations. You read one up to an utterance and not beyond, and say which label fits that utterance "
    "best: what its speaker means and feels at that moment, in the light of what was said before; not what a listener "
    "would feel, nor what the same words might mean elsewhere. Several may fit; choose the one that weighs most."
)


def messages(
    conversation: Conversation, place: int, labels: Sequence[str], layer: str = "emotion"
) -> tuple[Message, ...]:
    """The question about the utterance at `place`, answered by one of `labels`; `layer` says what they label."""
    told = conversation.utterances[: place + 1]
    shown = names(conversation)
    context = "\n".join(latest(lines(told, shown), ROOM, len))
    listed = "\n".join(f"- {label}: {DEFINITIONS[label]}" if label in DEFINITIONS else f"- {label}" for label in labels)
    *most, last = labels
    choice = f"{', '.join(most)} or {last}" if most else last
    text = said(told[-1].text)
    quoted = text if len(text) <= QUOTED else f"{text[:QUOTED].rstrip()} …"
    question = f'Which label fits what {shown[told[-1].speaker]} says last ("{quoted}")?'
    return (
        Message("system", f"{_TASK}\n\nThe labels ({layer}):\n{listed}"),
        Message("user", f"{context}\n\n{question} Answer with the label alone: {choice}."),
    )
