"""Calibration against torchmetrics, scikit-learn and a loop; what is no distribution is refused."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
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
        ([0.0], [[0.5, 0.5]]),
        (["a"], [[0.5, 0.5]]),
        ([[0]], [[0.5, 0.5]]),
        ([0, 0], [[0.5, 0.5], [1.0]]),
        ([0], [["high", "low"]]),
    ],
)
def test_what_is_no_distribution_is_refused(gold: Any, probabilities: Any) -> None:  # noqa: ANN401
    for score in (brier, expected_calibration_error):
        with pytest.raises(ScoreError):
            score(np.array(gold, dtype=np.intp if not gold else None), probabilities)


def test_codes_may_come_as_a_list() -> None:
    codes, probabilities = rows(0)
    listed: Any = codes.tolist()
    assert brier(listed, probabilities) == brier(codes, probabilities)
    assert expected_calibration_error(listed, probabilities) == expected_calibration_error(codes, probabilities)


def test_a_row_of_28_classes_may_be_rounded_to_three_decimals() -> None:
    """Each of 28 probabilities may be off by half of the third decimal: the sum by .014, and by no more."""
    uniform = np.full((1, 28), 1 / 28)
    rounded = np.concatenate([uniform.round(3), np.full((1, 28), 1 / 28 + 0.0005), np.full((1, 28), 1 / 28 - 0.0005)])
    assert np.abs(rounded.sum(axis=1) - 1).max() == pytest.approx(0.014)
    for row in rounded:
        assert brier(np.array([0]), row[None]) == pytest.approx(1 - 1 / 28, abs=0.002)
    for off in (0.0006, -0.0006):
        with pytest.raises(ScoreError, match="sums to 1"):
            brier(np.array([0]), uniform + off)
    with pytest.raises(ScoreError, match="sums to 1"):
        brier(np.array([0]), [[0.5, 0.511]])


distributions = st.integers(2, 6).flatmap(
    lambda classes: st.tuples(
        arrays(np.float64, (12, classes), elements=st.floats(0.01, 1)).map(lambda x: x / x.sum(axis=1, keepdims=True)),
        arrays(np.intp, 12, elements=st.integers(0, classes - 1)),
        st.permutations(range(classes)),
        st.permutations(range(12)),
    )
)


@given(distributions, st.integers(1, 20))
def test_calibration_knows_no_order_of_rows_or_classes(
    given_: tuple[NDArray[np.float64], Codes, list[int], list[int]], bins: int
) -> None:
    probabilities, gold, classes, order = given_
    renamed = np.argsort(classes)[gold]
    for score, most in ((brier, 2), (lambda g, p: expected_calibration_error(g, p, bins=bins), 1)):
        found = score(gold, probabilities)
        assert 0 <= found <= most
        assert score(gold[order], probabilities[order]) == pytest.approx(found)
        assert brier(renamed, probabilities[:, classes]) == pytest.approx(brier(gold, probabilities))


@given(distributions)
def test_one_bin_compares_the_means_and_no_bins_can_hide_that_gap(
    given_: tuple[NDArray[np.float64], Codes, list[int], list[int]],
) -> None:
    probabilities, gold, _, _ = given_
    gap = abs(probabilities.max(axis=1).mean() - (probabilities.argmax(axis=1) == gold).mean())
    assert expected_calibration_error(gold, probabilities, bins=1) == pytest.approx(gap)
    assert expected_calibration_error(gold, probabilities) >= gap - 1e-12


@given(distributions)
def test_brier_is_least_in_expectation_for_the_true_distribution(
    given_: tuple[NDArray[np.float64], Codes, list[int], list[int]],
) -> None:
    """A proper score: whoever believes `truth` loses by saying anything else, by the squared distance."""
    probabilities, _, _, _ = given_
    truth, said = probabilities[0], probabilities[1]

    def expected(answer: NDArray[np.float64]) -> float:
        return float(sum(truth[c] * brier(np.array([c]), answer[None]) for c in range(len(truth))))

    assert expected(said) - expected(truth) == pytest.approx(((said - truth) ** 2).sum(), abs=1e-9)


def test_no_bins_are_refused() -> None:
    with pytest.raises(ScoreError, match="bin"):
        expected_calibration_error(np.array([0]), [[0.5, 0.5]], bins=0)
