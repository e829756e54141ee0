"""The whole candidate utterance where it is near, nothing where it is not: spans by position alone."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(
    title="Whole utterance",
    summary="all words of the emotional utterance itself and of the one before it",
    answers=("spans",),
)


class WholeUtterance:
    """All words of a candidate no further than one utterance back."""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            candidates = map(one.candidate, one.targets)
            yield [Answer(utterance.text if distance <= 1 else "") for utterance, distance in candidates]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return WholeUtterance()
