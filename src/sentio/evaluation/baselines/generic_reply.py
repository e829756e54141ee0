"""One sentence that fits nearly everywhere: what a system of replies falls back to."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task
from sentio.responses.wording import FALLBACK

card = BaselineCard(title="Generic reply", summary="always the same sentence", answers=("reply",))


class Generic:
    """Listens, and says so."""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [Answer(FALLBACK) for _ in one.targets]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Generic()
