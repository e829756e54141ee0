"""Soft labels: published examples, scipy's divergence, and EMO-SUPERB's way of averaging."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.special import rel_entr
from scipy.stats import entropy
from sklearn.metrics import f1_score

from sentio.errors import ScoreError
from sentio.metrics.soft_labels import ando, cross_entropy, kl_divergence, macro_f1, smooth, unsmooth
from sentio.metrics.votes import NONE, above_uniform, majority, plurality, shares

Floats = NDArray[np.float64]

distributions = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9), elements=st.integers(0, 12)
).map(lambda votes: (votes + (votes.sum(axis=1, keepdims=True) == 0)) / np.maximum(votes.sum(axis=1, keepdims=True), 1))
proper = distributions.map(lambda rows: rows / rows.sum(axis=1, keepdims=True))


def test_the_first_clip_of_cremad(cremad: dict[str, NDArray[np.int64]]) -> None:
    first = cremad["voice"][:1]
    assert first.tolist() == [[0, 0, 0, 1, 10, 0]]
    assert ando(first).round(6).tolist() == [[0.048387, 0.048387, 0.048387, 0.112903, 0.693548, 0.048387]]
    assert smooth(shares(first)).round(6).tolist() == [[0.01, 0.01, 0.01, 0.095455, 0.864545, 0.01]]


def test_published_examples_of_smoothing() -> None:
    assert smooth([[0.4, 0.6, 0, 0, 0, 0]])[0, [0, 2]] == pytest.approx([0.386, 0.01], abs=1e-12)
    assert smooth(np.eye(9))[0, :2] == pytest.approx([0.95, 0.00625], abs=1e-12)


@given(proper)
def test_smoothing_keeps_the_sum_and_can_be_undone(share: Floats) -> None:
    smoothed = smooth(share)
    assert smoothed.sum(axis=1) == pytest.approx(1)
    assert smoothed.min() > 0
    assert unsmooth(smoothed) == pytest.approx(share, abs=1e-12)


@given(proper)
def test_smoothing_changes_no_label(share: Floats) -> None:
    assert (above_uniform(smooth(share)) == above_uniform(share)).all()
    assert (plurality(smooth(share)) == plurality(share)).all()


@given(proper, st.integers(1, 40))
def test_ando_is_proper_and_keeps_the_winner(share: Floats, raters: int) -> None:
    votes = np.rint(share * raters) + (np.arange(share.shape[1]) == 0)
    soft = ando(votes)
    assert soft.sum(axis=1) == pytest.approx(1)
    winner = plurality(votes)
    assert (plurality(soft) == winner)[winner != NONE].all()


@given(proper, st.integers(0, 99))
def test_divergence_is_scipys(human: Floats, seed: int) -> None:
    model = np.random.default_rng(seed).dirichlet(np.ones(human.shape[1]), size=len(human))
    model = smooth(model)
    assert kl_divergence(human, model) == pytest.approx(rel_entr(human, model).sum(axis=1), abs=1e-9)
    assert cross_entropy(human, model) == pytest.approx(kl_divergence(human, model) + entropy(human, axis=1), abs=1e-9)


@given(proper)
def test_divergence_from_oneself_is_zero(share: Floats) -> None:
    assert kl_divergence(share, share) == pytest.approx(0, abs=1e-12)


def test_an_impossible_class_with_votes_is_refused_and_without_is_fine() -> None:
    assert kl_divergence([[1, 0]], [[1, 0]]).tolist() == [0]
    for metric in (kl_divergence, cross_entropy):
        with pytest.raises(ScoreError, match="item 1: the model gives 0"):
            metric([[1.0, 0.0], [0.5, 0.5]], [[1.0, 0.0], [1.0, 0.0]])


@given(proper, st.integers(0, 99))
def test_macro_f1_is_scikit_learns(human: Floats, seed: int) -> None:
    model = np.random.default_rng(seed).dirichlet(np.ones(human.shape[1]), size=len(human))
    gold, predicted = above_uniform(human), above_uniform(model)
    assert macro_f1(human, model) == pytest.approx(f1_score(gold, predicted, average="macro", zero_division=0))


@given(proper, st.integers(0, 99), st.integers(1, 5))
def test_official_macro_f1_is_the_mean_of_batches(human: Floats, seed: int, batch: int) -> None:
    model = np.random.default_rng(seed).dirichlet(np.ones(human.shape[1]), size=len(human))
    gold, predicted = above_uniform(human), above_uniform(model)
    each = [
        f1_score(gold[i : i + batch], predicted[i : i + batch], average="macro", zero_division=0)
        for i in range(0, len(gold), batch)
    ]
    assert macro_f1(human, model, compat="official", batch_size=batch) == pytest.approx(np.mean(each))
    assert macro_f1(human, model, compat="official", batch_size=len(gold)) == pytest.approx(macro_f1(human, model))


def test_batches_take_from_a_perfect_model_what_its_rare_classes_are_worth() -> None:
    votes = np.zeros((320, 4))
    votes[:, 0] = 1
    votes[:4] = np.eye(4)
    assert macro_f1(votes, votes) == 1
    assert macro_f1(votes, votes, compat="official") == pytest.approx((1 + 9 * 0.25) / 10)


def test_majority_survives_rounding_in_a_file_with_a_tolerance() -> None:
    exact = np.array([[0.5, 0.3, 0.2], [2 / 3, 1 / 3, 0]])
    rounded = np.round(smooth(exact), 6)
    assert majority(unsmooth(rounded), tolerance=1e-5).tolist() == majority(exact).tolist() == [NONE, 0]


@pytest.mark.parametrize(
    ("human", "model", "cause"),
    [
        ([[0.5, 0.4]], [[0.5, 0.5]], "raters' shares: row 0 sums to 0.9"),
        ([[0.5, 0.5]], [[3.0, -2.0]], "negative"),
        ([[0.5, 0.5]], [[float("nan"), 1]], "NaN"),
        ([[0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]], "shape"),
        ([[1.0]], [[1.0]], "two classes"),
        ([], [], "shape"),
    ],
)
def test_what_is_no_distribution_is_refused(human: list[list[float]], model: list[list[float]], cause: str) -> None:
    for metric in (kl_divergence, cross_entropy, macro_f1):
        with pytest.raises(ScoreError, match=cause):
            metric(human, model)


def test_labels_that_were_never_smoothed_are_noticed() -> None:
    with pytest.raises(ScoreError, match=r"smoothed by 0\.05 cannot be as small as 0"):
        unsmooth([[1, 0, 0]])


def test_soft_labels_of_ando_need_counts() -> None:
    with pytest.raises(ScoreError, match="not shares"):
        ando([[0.5, 0.5]])
