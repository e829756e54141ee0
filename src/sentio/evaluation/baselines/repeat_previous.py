"""The previous utterance's gold label, whoever spoke: an oracle, like `repeat_speaker`."""

from collections.abc import Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.baselines.majority import fit as fit_majority
from sentio.evaluation.baselines.repeat_speaker import Repeat

card = BaselineCard(
    title="Repeat the previous label",
    summary="the previous utterance's gold label, at first the most frequent one",
    answers=("classification", "next emotion"),
    learns="shares",
    oracle=True,
)


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """A conversation opens with the training split's most frequent label."""
    return Repeat(task.layer, fit_majority(task, training, seed), lambda utterance: "")
