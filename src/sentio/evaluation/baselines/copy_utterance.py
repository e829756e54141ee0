"""The utterance itself as its explanation: what overlap of words alone scores."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(title="Copy", summary="the utterance itself", answers=("text",))


class Copy:
    """Says what was said."""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            yield [Answer(one.utterances[target.utterance].text) for target in one.targets]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Copy()
