"""Causes by position alone: the emotional utterance itself and the one before it.

The best of the rules by distance on RECCON's training dialogues: 60.8 % F1 of the causes, within two points
of RoBERTa with context on RECCON-DD and above RoBERTa-large on RECCON-IE (Poria et al. 2021, table 5).
"""

from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(
    title="Position rule",
    summary="the emotional utterance itself and the one before it",
    answers=("causes",),
)


class Position:
    """A candidate no further than `reach` utterances back is a cause."""

    def __init__(self, labels: tuple[str, ...], reach: int = 1) -> None:
        self._none, self._cause = labels
        self._reach = reach

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            distances = (one.candidate(target)[1] for target in one.targets)
            yield [Answer(self._cause if distance <= self._reach else self._none) for distance in distances]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Position(task.labels)
