"""TF-IDF of what was said in the five turns before, by who speaks next and by the others: nothing of the turn."""

from collections.abc import Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.baselines.tfidf import LinearModel
from sentio.evaluation.baselines.tfidf_context import before

card = BaselineCard(
    title="TF-IDF of the history and a linear model",
    summary="words of the five turns before, by speaker, logistic regression",
    answers=("strategy",),
    learns="conversations",
    context=True,
    extra="eval",
)


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The model of the training split's contexts."""
    return LinearModel(task, (before(own=True), before(own=False)), training, seed)
