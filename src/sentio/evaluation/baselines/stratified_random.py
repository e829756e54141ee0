"""Labels drawn with the training split's frequencies: what dice would score."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

import numpy as np

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task
from sentio.gold import Value

card = BaselineCard(
    title="Stratified random",
    summary="labels drawn with their frequencies",
    answers=("classification", "next emotion", "strategy", "multilabel", "open vocabulary", "causes"),
    learns="shares",
    seeded=True,
)


class Dice:
    """Draws each answer from the shares of the labels.

    Each conversation has dice of its own, made from its id: a resumed run throws what a whole one would.
    """

    def __init__(self, values: Sequence[Value], shares: Sequence[float], seed: int) -> None:
        self._values, self._shares, self._seed = values, shares, seed

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            digest = sha256(f"{self._seed} {one.item.id}".encode()).digest()
            dice = np.random.default_rng(int.from_bytes(digest[:8], "big"))
            thrown = dice.choice(len(self._values), size=len(one.targets), p=self._shares)
            yield [Answer(self._values[place]) for place in thrown]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Shares of the training split's answers."""
    counts = Counter(target.gold for one in training for target in one.targets)
    total = counts.total()
    values = sorted(counts, key=str)
    return Dice(values, [counts[value] / total for value in values], seed)
