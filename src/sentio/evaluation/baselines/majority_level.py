"""Of each trait always the level that more samples have: personality is skewed, and accuracy flatters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(
    title="Majority of each trait",
    summary="of each trait the more frequent level",
    answers=("personality",),
    learns="shares",
)


class MostFrequent:
    """One answer a trait."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [Answer(self._answers[target.evidence]) for target in one.targets]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Of two equally frequent levels the first in the task's order."""
    counts: dict[str, Counter[str]] = {}
    for one in training:
        for target in one.targets:
            counts.setdefault(target.evidence, Counter())[str(target.gold)] += 1
    tops = {
        trait: min(found, key=lambda label: (-found[label], task.labels.index(label)))
        for trait, found in counts.items()
    }
    return MostFrequent(tops)
