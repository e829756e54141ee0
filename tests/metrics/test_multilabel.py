"""Multi-label F1 against scikit-learn, thresholds against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from sentio.metrics.multilabel import GRID, ThresholdFit, f1_per_class

marks = arrays(bool, (30, 4))


@given(marks, marks)
def test_f1_is_scikit_learns(gold: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> None:
    assert f1_per_class(gold, predicted) == pytest.approx(f1_score(gold, predicted, average=None, zero_division=0))


@settings(max_examples=20)
@given(marks, st.integers(0, 2**32 - 1))
def test_without_smoothing_the_threshold_is_the_best_of_the_grid(gold: NDArray[np.bool_], seed: int) -> None:
    scores = np.random.default_rng(seed).random((30, 4))
    thresholds = ThresholdFit(bandwidth=0, prior=0).thresholds(gold, scores)
    for column in range(4):
        best = max(f1_score(gold[:, column], scores[:, column] >= t, zero_division=0) for t in GRID)
        found = f1_score(gold[:, column], scores[:, column] >= thresholds[column], zero_division=0)
        assert found == pytest.approx(best)


def test_cross_fitting_takes_away_what_noise_gave() -> None:
    random = np.random.default_rng(0)
    gold, scores = random.random((400, 10)) < 0.05, random.random((400, 10))
    fit = ThresholdFit(bandwidth=0, prior=0)
    tuned_and_scored_on_the_same = f1_per_class(gold, scores >= fit.thresholds(gold, scores)).mean()
    crossed = fit.cross_fitted(gold, scores, repeats=5).mean(axis=1)
    assert crossed.shape == (5,)
    assert crossed.mean() < tuned_and_scored_on_the_same - 0.015


def test_a_prior_holds_rare_classes_to_the_common_threshold() -> None:
    random = np.random.default_rng(1)
    gold = np.zeros((2000, 5), dtype=bool)
    gold[:, :4] = random.random((2000, 4)) < 0.3
    gold[:2, 4] = True
    scores = np.clip(0.3 * gold + 0.35 + 0.2 * random.standard_normal(gold.shape), 0, 1)
    free = ThresholdFit(bandwidth=0, prior=0).thresholds(gold, scores)
    held = ThresholdFit(bandwidth=0.75, prior=1e6).thresholds(gold, scores)
    assert len(set(held)) == 1
    assert len(set(free)) > 1
