"""Causes by position alone: the emotional utterance itself, and no other.

In RECCON's folds 2 and 3 no emotional utterance stands as a negative of its own: there the rule is never wrong where it
says "cause".
"""

from collections.abc import Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.baselines.position_rule import Position

card = BaselineCard(title="Self", summary="the emotional utterance itself", answers=("causes",))


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Position(task.labels, reach=0)
