"""What replies: a conversation up to now and who speaks next in, what could be said and what it was built on out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from sentio.conversation import Conversation
from sentio.results import Reply


@dataclass(frozen=True)
class NextTurn:
    """A turn to come: everything said before it, and who will say it.

    `felt` tells what speakers of earlier utterances feel, by utterance id, where that is known: in an evaluation whose
    published protocol gives it. `facts` is what was known before the conversation began ({"situation": "..."}).
    `wanted` fixes parts of the reply from outside, by the name of `Reply`'s field
    ({"emotion": "joy"}); a system leaves aside what it has no use for.
    """

    conversation: Conversation
    speaker: str
    felt: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)


class Responder(Protocol):
    """A system that replies."""

    def respond(self, turns: Iterable[NextTurn]) -> Iterator[Reply]:
        """One reply a turn, in order; one that could not be made says why in `Reply.error`.

        Turns are read ahead only as far as are worked on at once, so an endless stream works. Raises
        `LanguageModelError` where the model cannot be asked at all.
        """
        ...


@dataclass(frozen=True)
class Decision:
    """What a reply is to be: a label, and the distribution over the labels where there is one."""

    label: str
    probabilities: tuple[float, ...] | None = None


@runtime_checkable
class Deciding(Protocol):
    """A responder whose decision before the words can be scored by itself.

    `decides` is the annotation layer it speaks of ("strategy", "emotion") and `choices` its labels.
    """

    @property
    def decides(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...

    def decide(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """One decision a turn, in order."""
        ...


@runtime_checkable
class Hearing(Protocol):
    """A responder that says what the one whom it answers feels, which can be scored by itself.

    `hears` is the annotation layer ("emotion") and `choices` its labels.
    """

    @property
    def hears(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...

    def hear(self, turns: Iterable[NextTurn]) -> Iterator[Decision]:
        """One decision a turn, in order, about the one who is answered there. Raises `LanguageModelError` where a
        model stays without an answer: none is made up."""
        ...


@runtime_checkable
class Conditioned(Protocol):
    """A responder whose published task tells it more than what was said.

    `conditions` are the annotation layers it is told, by the name of `Reply`'s field: of the turn to come in
    `NextTurn.wanted`, of the earlier ones, for "emotion", in `NextTurn.felt`.
    """

    @property
    def conditions(self) -> Mapping[str, str]: ...


def answerer(conversation: Conversation, name: str | None = None) -> str:
    """Who replies: `name`, else the last of the others who spoke, else, where one speaks alone, "sentio".

    >>> from sentio.conversation import Utterance
    >>> said = (Utterance(id="0", speaker="Ada", text="Hi!"), Utterance(id="1", speaker="Bo", text="I failed."))
    >>> answerer(Conversation(id="c", utterances=said))
    'Ada'
    """
    if name is not None:
        return name
    speakers = [utterance.speaker for utterance in conversation.utterances]
    return next((one for one in reversed(speakers) if one != speakers[-1]), "sentio")
