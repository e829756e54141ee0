"""Always the most frequent label of the training split: the floor below which a score is a failure.

Where a corpus has no training split at hand, the shares are those of the scored split itself, and the
table says so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(
    title="Majority",
    summary="always the most frequent label",
    answers=("classification", "next emotion", "strategy", "multilabel", "open vocabulary", "causes"),
    learns="shares",
)


class Constant:
    """One answer to everything."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [self._answer] * len(one.targets)


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The most frequent answer; of several equally frequent ones the first in the task's order."""
    counts = Counter(target.gold for one in training for target in one.targets)
    order = {label: place for place, label in enumerate(task.labels)}
    top = min(counts, key=lambda value: (-counts[value], order.get(str(value), 0), str(value)))
    return Constant(Answer(top))
