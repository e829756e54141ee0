"""The order of training: baby steps from the easy bucket to everything, as lists of indices."""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio.curriculum.buckets import Indices, at_random, dialogue_buckets, sample_buckets
from sentio.curriculum.difficulty import SchemeName, difficulty
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


class Curriculum(BaseModel):
    """Settings of a curriculum; as they stand, those of the paper's run: 2 buckets, 4 epochs in all.

    `scheme` says what is difficult. `at_random` draws the members of the buckets at random, as many conversations
    and about as many utterances: the comparison in which nothing but the order differs. One bucket is plain training,
    `epochs_per_bucket` + `final_epochs` epochs on everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: SchemeName = "two-way"
    at_random: bool = False
    buckets: int = Field(default=2, ge=1)
    epochs_per_bucket: int = Field(default=1, ge=0)
    final_epochs: int = Field(default=2, ge=0)

    @model_validator(mode="after")
    def _trains(self) -> Self:
        if not self.epochs_per_bucket + self.final_epochs:
            raise ValueError("a curriculum of no epochs; set epochs_per_bucket or final_epochs to 1 or more")
        return self

    @property
    def whole(self) -> int:
        """The first epoch, from 1, that reads everything.

        >>> Curriculum(buckets=8, epochs_per_bucket=2, final_epochs=10).whole
        15
        """
        return (self.buckets - 1) * self.epochs_per_bucket + 1


def epochs(buckets: Sequence[Indices], per_phase: int, final: int, seed: int) -> list[Indices]:
    """What each epoch trains on, in its order: phase j is `per_phase` epochs on buckets 1..j, then come `final` on all.

    Each epoch is a permutation of its set, drawn with the seed and the epoch's number, so that an epoch can be drawn
    again without those before it.

    >>> easy, hard = np.array([0, 1, 2]), np.array([3, 4])
    >>> [sorted(epoch.tolist()) for epoch in epochs([easy, hard], per_phase=1, final=2, seed=42)]
    [[0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]
    """
    phases = [phase for phase in range(1, len(buckets) + 1) for _ in range(per_phase)] + [len(buckets)] * final
    return [
        np.random.default_rng((seed, number)).permutation(np.concatenate(list(buckets[:phase])))
        for number, phase in enumerate(phases, start=1)
    ]


def difficulties(
    conversations: Sequence[AnnotatedConversation], layer: str, n_labels: int, scheme: SchemeName = "two-way"
) -> list[float]:
    """Difficulty of each conversation by the labels of a layer.

    Raises `InputError` for a layer of several labels or of numbers, else as `difficulty`.
    """
    return [
        difficulty(_labels(item, layer), [u.speaker for u in item.conversation.utterances], n_labels, scheme)
        for item in conversations
    ]


def plan(
    conversations: Sequence[AnnotatedConversation],
    layer: str,
    n_labels: int,
    settings: Curriculum,
    seed: int,
    over: Literal["dialogues", "samples"],
    compat: Literal["official"] | None = None,
) -> list[Indices]:
    """The epochs of a training on these conversations (`epochs`).

    Indices are those of the conversations, or of the samples: the utterances with a label in this layer, numbered
    through all conversations. `compat` is that of `sample_buckets` and has no meaning over dialogues. Raises
    `RecipeError` where there are more buckets than conversations, else as `difficulties`.
    """
    sizes = [sum(label is not None for label in _labels(item, layer)) for item in conversations]
    # One bucket holds everything, whatever is difficult: labels that are on no wheel can be learned, too.
    scores = (
        difficulties(conversations, layer, n_labels, settings.scheme) if settings.buckets > 1 else [0.0] * len(sizes)
    )
    if over == "dialogues":
        buckets, weights = dialogue_buckets(scores, sizes, settings.buckets), sizes
    else:
        buckets, weights = sample_buckets(scores, sizes, settings.buckets, compat), None
    if settings.at_random:
        buckets = at_random(buckets, seed, weights)
    return epochs(buckets, settings.epochs_per_bucket, settings.final_epochs, seed)


def _labels(item: AnnotatedConversation, layer: str) -> list[str | None]:
    """The label of each utterance, None where nobody annotated it."""
    gold = item.gold.get(layer, {})
    found: list[str | None] = []
    for utterance in item.conversation.utterances:
        value = gold.get(utterance.id)
        if not (value is None or isinstance(value, str)):
            raise InputError(f"{item.id}: a curriculum needs one label an utterance, {layer!r} has {value!r}")
        found.append(value)
    return found
