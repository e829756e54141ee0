"""Calibration against torchmetrics, scikit-learn and a loop; what is no distribution is refused."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss
from torchmetrics.functional.classification import multiclass_calibration_error

from sentio.errors import ScoreError
from sentio.metrics.calibration import brier, expected_calibration_error
from sentio.metrics.confusion import Codes


def rows(seed: int, classes: int = 5, count: int = 400) -> tuple[Codes, NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    return random.integers(0, classes, count), random.dirichlet(np.full(classes, 0.3), count)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("bins", [1, 10, 15])
def test_ece_is_torchmetrics(seed: int, bins: int) -> None:
    gold, probabilities = rows(seed)
    peer = multiclass_calibration_error(torch.tensor(probabilities), torch.tensor(gold), num_classes=5, n_bins=bins)
    assert expected_calibration_error(gold, probabilities, bins=bins) == pytest.approx(float(peer), abs=1e-6)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    """Of two bins (0, .5] holds the row that is right at .5, (.5, 1] the one that is wrong at .75."""
    found = expected_calibration_error(np.array([0, 1]), [[0.5, 0.5], [0.75, 0.25]], bins=2)
    assert found == pytest.approx((0.5 + 0.75) / 2)


@pytest.mark.parametrize("seed", range(5))
def test_ece_is_the_sum_over_bins_of_guo(seed: int) -> None:
    """Confidences on the edges, where sums of floats are not the edges."""
    random = np.random.default_rng(seed)
    confidence = random.integers(5, 11, 300) / 10
    gold = random.integers(0, 2, 300)
    total = 0.0
    for upper in range(1, 11):
        inside = (confidence > (upper - 1) / 10) & (confidence <= upper / 10)
        if inside.any():
            total += inside.mean() * abs((gold[inside] == 0).mean() - confidence[inside].mean())
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    assert expected_calibration_error(gold, probabilities, bins=10) == pytest.approx(total)


@pytest.mark.parametrize("seed", range(5))
def test_brier_is_scikit_learns(seed: int) -> None:
    gold, probabilities = rows(seed)
    peer = brier_score_loss(gold, probabilities, labels=range(5), scale_by_half=False)
    assert brier(gold, probabilities) == pytest.approx(peer)


def test_certain_and_right_is_perfect_and_certain_and_wrong_the_worst() -> None:
    gold, certain = np.array([0, 1, 2]), np.eye(3)
    assert (brier(gold, certain), expected_calibration_error(gold, certain)) == (0, 0)
    assert (brier(gold, certain[[1, 2, 0]]), expected_calibration_error(gold, certain[[1, 2, 0]])) == (2, 1)


def test_answering_the_frequencies_is_calibrated() -> None:
    gold = np.repeat([0, 1], [70, 30])
    assert expected_calibration_error(gold, np.tile([0.7, 0.3], (100, 1))) == pytest.approx(0)


@pytest.mark.parametrize(
    ("gold", "probabilities"),
    [
        ([], np.zeros((0, 2))),
        ([0], [[0.5, 0.5], [0.5, 0.5]]),
        ([0], [0.5]),
        ([0], [[0.5, float("nan")]]),
        ([0], [[0.9, 0.9]]),
        ([0], [[1.5, -0.5]]),
        ([2], [[0.5, 0.5]]),
        ([-1], [[0.5, 0.5]]),
    ],
)
def test_what_is_no_distribution_is_refused(gold: list[int], probabilities: list[list[float]]) -> None:
    for score in (brier, expected_calibration_error):
        with pytest.raises(ScoreError):
            score(np.array(gold, dtype=np.intp), probabilities)


def test_no_bins_are_refused() -> None:
    with pytest.raises(ScoreError, match="bin"):
        expected_calibration_error(np.array([0]), [[0.5, 0.5]], bins=0)
