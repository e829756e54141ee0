"""What finds causes: asked about a conversation's emotional utterances, it judges every utterance up to each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import tee
from typing import Protocol

from sentio.conversation import Conversation
from sentio.labels import LabelSpace
from sentio.results import CausedConversation, Effect
from sentio.results.causes import Cause

THRESHOLD = 0.5
"""A candidate at least as probable is a cause; systems put their own threshold here when they calibrate."""


@dataclass(frozen=True)
class Felt:
    """A conversation and the emotions to explain: utterance id -> label of the finder's space, in spoken order."""

    conversation: Conversation
    emotions: Mapping[str, str]


@dataclass(frozen=True)
class Candidate:
    """An utterance judged: how probable it is a cause, 0..1, and the words in it that would be the cause.

    `span` is a substring of its text, "" where the system names none; it is given also for an improbable cause.
    """

    utterance: str
    probability: float
    span: str = ""

    @property
    def is_cause(self) -> bool:
        """Whether it is taken for a cause."""
        return self.probability >= THRESHOLD


Judgement = Mapping[str, Sequence[Candidate]]
"""Emotional utterance -> every utterance from the conversation's first up to itself, in spoken order."""


class CauseFinder(Protocol):
    """A system at work. `space` is the label space of the emotions that it is told."""

    @property
    def space(self) -> LabelSpace: ...

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        """A judgement a conversation, in order, on each of its `emotions`.

        Conversations are read ahead only as far as a batch needs, so an endless stream works; an answer depends on
        nothing but its conversation and the emotions.
        """
        ...


def find_stream(finder: CauseFinder, asked: Iterable[Felt]) -> Iterator[CausedConversation]:
    """What causes what, conversation by conversation, in order."""
    first, second = tee(asked)
    for felt, judgement in zip(second, finder.find(first), strict=True):
        effects = (
            Effect(
                utterance=utterance,
                emotion=emotion,
                causes=tuple(
                    Cause(utterance=one.utterance, span=one.span, probability=round(one.probability, 6))
                    for one in judgement[utterance]
                    if one.is_cause
                ),
            )
            for utterance, emotion in felt.emotions.items()
        )
        yield CausedConversation(conversation=felt.conversation, effects=tuple(effects))
