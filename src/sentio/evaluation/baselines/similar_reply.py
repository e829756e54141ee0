"""The reply that followed, in training, what is most like the last two utterances, by TF-IDF of their words.

Ritter, Cherry and Dolan ("Data-driven response generation in social media", EMNLP 2011) answer in this way, as the
baseline of their translation model.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from sentio.card import BaselineCard
from sentio.errors import ScoreError
from sentio.evaluation.base import Answer, Asked, Predictor, Target, Task
from sentio.metrics.text import separated

card = BaselineCard(
    title="Similar reply",
    summary="the training reply to what is most like the last two utterances",
    answers=("reply",),
    learns="conversations",
    context=True,
    extra="eval",
)

TURNS = 2


class Similar:
    """Nearest neighbour by the cosine of TF-IDF vectors; the first of several that are equally near."""

    def __init__(self, training: Sequence[Asked]) -> None:
        pairs = [(_before(one, target), str(target.gold)) for one in training for target in one.targets]
        if not pairs:
            raise ScoreError("no reply to learn from in the training split")
        self._replies = [reply for _, reply in pairs]
        self._words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        self._known = self._words.fit_transform(text for text, _ in pairs)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            vectors = self._words.transform(_before(one, target) for target in one.targets)
            nearest = np.asarray((vectors @ self._known.T).argmax(axis=1)).ravel()
            yield [Answer(self._replies[place]) for place in nearest]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The replies of the training split."""
    return Similar(training)


def _before(one: Asked, target: Target) -> str:
    said = one.item.conversation.utterances
    place = next(number for number, turn in enumerate(said) if turn.id == target.utterance)
    return separated(" ".join(turn.text for turn in said[max(0, place - TURNS) : place]))
