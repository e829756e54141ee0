"""Always the mean of the training split: no correlation at all, and often a low error."""

from collections.abc import Sequence
from statistics import fmean

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task
from sentio.evaluation.baselines.majority import Constant

card = BaselineCard(title="Mean", summary="always the mean score", answers=("regression",), learns="shares")


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The mean of the training split's scores."""
    return Constant(Answer(fmean(float(str(target.gold)) for one in training for target in one.targets)))
