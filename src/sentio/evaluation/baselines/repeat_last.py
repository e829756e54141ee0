"""What was just said, said again: overlap with the reply that costs no thought."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(title="Repeat", summary="the utterance before it", answers=("reply",), context=True)


class Repeat:
    """An echo."""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            said = one.item.conversation.utterances
            before = {turn.id: earlier.text for earlier, turn in pairwise(said)}
            yield [Answer(before[target.utterance]) for target in one.targets]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Repeat()
