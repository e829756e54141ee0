"""The loop of every training: how its learning rate goes, and that a loud gradient is cut."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor, nn

from sentio.curriculum import Indices
from sentio.training.epochs import Steps, run_epochs


def steps(gradients: Sequence[float], settings: Steps, checkpoint: Path) -> list[float]:
    """How far a weight moves at each batch of these gradients, at the learning rate 1.

    While the gradient stays the same AdamW moves by the learning rate, whatever the gradient's size.
    """
    model, places, left = nn.Linear(1, 1, bias=False), [], iter(gradients)
    nn.init.zeros_(model.weight)

    def loss(rows: Indices) -> Tensor:
        places.append(model.weight.item())
        return -next(left) * model.weight.sum()

    groups = [{"params": [model.weight], "lr": 1.0, "weight_decay": 0.0}]
    order = [np.arange(len(gradients))]
    (epoch,) = run_epochs(model, loss, order, settings, groups, 0, checkpoint, lambda share: None)
    return [after - before for before, after in pairwise([*places, epoch.model.weight.item()])]


@pytest.mark.parametrize(
    ("warmup", "rates"),
    [
        (0.0, [1, 1, 2 / 3, 1 / 3]),
        (0.5, [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25]),
        (0.3, [2 / 3, 1, 3 / 3.5, 2 / 3.5, 1 / 3.5]),  # a ramp of one step and a half
    ],
)
def test_the_learning_rate_rises_to_the_full_one_and_falls(warmup: float, rates: list[float], tmp_path: Path) -> None:
    moved = steps([0.5] * len(rates), Steps(batch_size=1, warmup=warmup, memory=0), tmp_path / "c")
    assert moved == pytest.approx(rates, abs=1e-5)


def test_a_loud_gradient_counts_as_much_as_one_of_the_allowed_norm(tmp_path: Path) -> None:
    settings = Steps(batch_size=1, clip_norm=2, memory=0)
    loud, allowed = (steps([first, 1, 1], settings, tmp_path / str(first)) for first in (1000, 2))
    assert loud == pytest.approx(allowed, abs=1e-4)
    assert allowed != pytest.approx(steps([1, 1, 1], settings, tmp_path / "same"), abs=1e-2)
