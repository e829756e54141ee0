"""What a recogniser is, and what happens to its answer: mapping, VAD, shift.

A system only says, for each conversation, how probable each label of its own space is for each
utterance (`Prediction`). Everything else is the same for all systems and is done here, once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import tee
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sentio import labels
from sentio.conversation import Conversation
from sentio.labels import LabelSpace
from sentio.recognition.tails import Tails
from sentio.results import Recognition, RecognizedConversation

DECIMALS = 6
"""Probabilities are rounded to this many decimals; the top label takes the remainder, so they sum to 1."""


@dataclass(frozen=True)
class Prediction:
    """A system's answer for one conversation of n utterances over its k labels.

    `probabilities`: shape (n, k), rows sum to 1. `active`: shape (n, k), true where a label's own
    probability passes its threshold; None for systems that choose exactly one label.
    """

    probabilities: NDArray[np.floating]
    active: NDArray[np.bool_] | None = None


class Recognizer(Protocol):
    """A system that recognises emotions. `space` is the label space it answers in."""

    space: LabelSpace

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order. Conversations are read ahead only as far as a
        batch needs, so an endless stream works."""
        ...


@runtime_checkable
class Remarking(Protocol):
    """A recogniser that has something to say about its answers, once they are given."""

    def remarks(self) -> Iterator[str]:
        """A line each; none where all went well."""
        ...


@runtime_checkable
class Contextual(Protocol):
    """A recogniser that reads an utterance in the light of up to `context_turns` before it.

    Of a conversation that comes in parts, `predict` is given each with so many turns of what came before in front.
    """

    context_turns: int


class Moods:
    """The last emotion of each speaker, by conversation: what `shift` is measured against.

    Keyed by hash, because a job over a million conversations keeps every one of them in mind (a
    conversation may go on later in the file): 0.1 kB a speaker instead of 0.3.
    """

    def __init__(self) -> None:
        self._last: dict[int, str] = {}

    def turn(self, conversation: str, speaker: str, emotion: str) -> bool:
        """Note the speaker's emotion; true where it differs from the previous one."""
        key = hash((conversation, speaker))
        before = self._last.get(key)
        self._last[key] = emotion
        return before is not None and before != emotion


def tails_for(recognizer: Recognizer) -> Tails:
    """What is to be kept of a conversation's earlier parts for this recogniser."""
    return Tails(recognizer.context_turns if isinstance(recognizer, Contextual) else 0)


def recognize_stream(
    recognizer: Recognizer,
    conversations: Iterable[Conversation],
    target: LabelSpace | None = None,
    moods: Moods | None = None,
    tails: Tails | None = None,
) -> Iterator[RecognizedConversation]:
    """Recognise conversations one after the other, in order, in the label space `target`.

    `moods` and `tails` carry what is known of speakers and of conversations from before, when a job goes on where it
    stopped. Raises `MappingError` where no documented way leads from the system's space to `target`.
    """
    target = target or recognizer.space
    matrix, empty = _carrier(recognizer.space, target)
    vad = np.array(labels.coordinates(target))
    moods, tails = moods or Moods(), tails or tails_for(recognizer)
    asked, answered = tee((each, tails.continued(each)) for each in conversations)
    predictions = recognizer.predict(whole for _, whole in asked)
    for (conversation, whole), prediction in zip(answered, predictions, strict=True):
        before = len(whole) - len(conversation)
        probabilities = _rounded(_carried(prediction.probabilities[before:], matrix, empty))
        active = None if prediction.active is None or target != recognizer.space else prediction.active[before:]
        yield RecognizedConversation.model_construct(
            conversation=conversation,
            recognitions=tuple(_recognitions(conversation, probabilities, active, vad, target, moods)),
        )


def _carrier(source: LabelSpace, target: LabelSpace) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    if source == target:
        return None, np.zeros(len(target))
    carry = labels.mapping(source.name, target.name)
    return np.array(carry.matrix), np.array(carry.empty)


def _carried(
    probabilities: NDArray[np.floating], matrix: NDArray[np.float64] | None, empty: NDArray[np.float64]
) -> NDArray[np.float64]:
    if matrix is None:
        return probabilities.astype(np.float64)
    moved = probabilities.astype(np.float64) @ matrix
    total = moved.sum(axis=1, keepdims=True)
    return np.where(total > 0, moved / np.where(total > 0, total, 1.0), empty)


def _rounded(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded = probabilities.round(DECIMALS)
    top = rounded.argmax(axis=1)
    rows = np.arange(len(rounded))
    rounded[rows, top] = 0.0
    rounded[rows, top] = (1.0 - rounded.sum(axis=1)).round(DECIMALS)
    return rounded


def _recognitions(
    conversation: Conversation,
    probabilities: NDArray[np.float64],
    active: NDArray[np.bool_] | None,
    vad: NDArray[np.float64],
    space: LabelSpace,
    moods: Moods,
) -> Iterator[Recognition]:
    tops: Sequence[int] = probabilities.argmax(axis=1).tolist() if len(probabilities) else []
    coordinates = (probabilities @ vad).round(DECIMALS - 2).tolist()
    for row, utterance in enumerate(conversation.utterances):
        emotion = space.labels[tops[row]]
        valence, arousal, dominance = coordinates[row]
        # The fields are right by construction; validating 28 numbers an utterance would cost more than the model.
        yield Recognition.model_construct(
            space=space.name,
            emotion=emotion,
            probabilities=dict(zip(space.labels, probabilities[row].tolist(), strict=True)),
            valence=valence,
            arousal=arousal,
            dominance=dominance,
            shift=moods.turn(conversation.id, utterance.speaker, emotion),
            active=None if active is None else tuple(np.array(space.labels)[active[row]].tolist()),
        )
