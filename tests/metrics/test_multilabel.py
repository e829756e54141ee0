"""Scores of label sets against scikit-learn and a loop, thresholds against brute force."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import f1_score, jaccard_score

from sentio.errors import ScoreError
from sentio.metrics.multilabel import (
    GRID,
    ThresholdFit,
    at_thresholds,
    encode_gold_sets,
    encode_sets,
    f1_per_class,
    jaccard,
    macro_f1,
    micro_f1,
    sample_f1,
    thresholds_by_share,
)
from sentio.metrics.votes import above_uniform

marks = arrays(bool, (30, 4))
CLASSES = ("anger", "fear", "joy")
label_sets = st.lists(st.frozensets(st.sampled_from((*CLASSES, "hunger", "thirst"))), min_size=1)


@given(marks, marks)
def test_f1_is_scikit_learns(gold: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> None:
    assert f1_per_class(gold, predicted) == pytest.approx(f1_score(gold, predicted, average=None, zero_division=0))


@settings(max_examples=8)
@given(marks, st.integers(0, 2**32 - 1))
def test_without_smoothing_the_threshold_is_the_best_of_the_grid(gold: NDArray[np.bool_], seed: int) -> None:
    scores = np.random.default_rng(seed).random((30, 4))
    thresholds = ThresholdFit(bandwidth=0, prior=0).thresholds(gold, scores)
    for column in range(4):
        best = max(f1_score(gold[:, column], scores[:, column] >= t, zero_division=0) for t in GRID)
        found = f1_score(gold[:, column], scores[:, column] >= thresholds[column], zero_division=0)
        assert found == pytest.approx(best)


@given(marks, st.integers(0, 2**32 - 1))
def test_by_share_each_class_is_predicted_as_often_as_it_is_marked(gold: NDArray[np.bool_], seed: int) -> None:
    scores = np.random.default_rng(seed).random((30, 4))
    predicted = scores >= thresholds_by_share(gold, scores)
    assert predicted.sum(axis=0).tolist() == gold.sum(axis=0).tolist()


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


@given(marks, marks)
def test_averages_are_scikit_learns(gold: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> None:
    assert macro_f1(gold, predicted) == pytest.approx(f1_score(gold, predicted, average="macro", zero_division=0))
    assert micro_f1(gold, predicted) == pytest.approx(f1_score(gold, predicted, average="micro", zero_division=0))
    assert sample_f1(gold, predicted) == pytest.approx(f1_score(gold, predicted, average="samples", zero_division=1))
    assert jaccard(gold, predicted) == pytest.approx(jaccard_score(gold, predicted, average="samples", zero_division=1))


@given(label_sets, st.randoms(use_true_random=False))
def test_labels_outside_are_false_alarms(predicted: list[frozenset[str]], random: Random) -> None:
    """Scores of marks and their `outside` are those of the sets themselves, whatever labels they hold."""
    gold = [frozenset(random.sample(CLASSES, random.randint(0, 3))) for _ in predicted]
    wanted, (found, outside) = encode_gold_sets(gold, CLASSES), encode_sets(predicted, CLASSES)
    pairs = list(zip(gold, predicted, strict=True))
    hits, named = sum(len(g & p) for g, p in pairs), sum(len(g) + len(p) for g, p in pairs)
    f1 = [2 * len(g & p) / (len(g) + len(p)) if g or p else 1.0 for g, p in pairs]
    common = [len(g & p) / len(g | p) if g or p else 1.0 for g, p in pairs]
    assert micro_f1(wanted, found, outside=outside) == pytest.approx(2 * hits / named if named else 0)
    assert sample_f1(wanted, found, outside=outside) == pytest.approx(np.mean(f1))
    assert jaccard(wanted, found, outside=outside) == pytest.approx(np.mean(common))


def test_a_label_named_twice_counts_once() -> None:
    found, outside = encode_sets([["joy", "joy", "hunger", "hunger"]], CLASSES)
    assert (found.tolist(), outside.tolist()) == ([[False, False, True]], [1])


def test_a_row_of_videmo() -> None:
    """MAFW's letters: gold A and C, predicted A alone."""
    gold, (predicted, outside) = encode_gold_sets(["A C".split()], "ABC"), encode_sets([["A"]], "ABC")
    assert round(100 * sample_f1(gold, predicted, outside=outside), 2) == 66.67


def test_a_row_of_emo_pillars() -> None:
    """Expressiveness from 0.3 is a label: joy .8 and relief .3 are, fear .29 is not."""
    assert at_thresholds(np.array([[0.8, 0.3, 0.29]]), 0.3).tolist() == [[True, True, False]]


def test_each_class_may_have_its_threshold() -> None:
    scores = np.array([[0.4, 0.4], [0.6, 0.6]])
    assert at_thresholds(scores, np.array([0.3, 0.5])).tolist() == [[True, False], [True, True]]


def test_an_empty_set_is_visible_and_counted() -> None:
    """A uniform row has no class above 1/C: no hit, and no false alarm either."""
    predicted = above_uniform([[1 / 3, 1 / 3, 1 / 3], [0.8, 0.1, 0.1]])
    assert (~predicted.any(axis=1)).tolist() == [True, False]
    gold = np.array([[True, False, False], [True, False, False]])
    assert sample_f1(gold, predicted) == 0.5
    assert micro_f1(gold, predicted) == pytest.approx(2 / 3)


@pytest.mark.parametrize("score", [f1_per_class, macro_f1, micro_f1, sample_f1, jaccard])
@pytest.mark.parametrize(
    "shapes", [((2, 3), (3, 3)), ((2, 3), (2, 2)), ((0, 3), (0, 3)), ((3,), (3,)), ((2, 0), (2, 0))]
)
def test_marks_that_cannot_be_compared_are_refused(
    score: Callable[[NDArray[np.bool_], NDArray[np.bool_]], object], shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    with pytest.raises(ScoreError):
        score(np.zeros(shapes[0], dtype=bool), np.zeros(shapes[1], dtype=bool))


def test_sets_that_cannot_be_encoded_are_refused() -> None:
    with pytest.raises(ScoreError, match="hunger"):
        encode_gold_sets([{"joy"}, {"hunger"}], CLASSES)
    with pytest.raises(ScoreError, match="nothing"):
        encode_gold_sets([], CLASSES)
    with pytest.raises(ScoreError, match="distinct"):
        encode_sets([{"joy"}], ("joy", "joy"))
    with pytest.raises(ScoreError, match="string"):
        encode_sets(["joy"], CLASSES)
    for strange in (None, 3, [["joy"]]):
        with pytest.raises(ScoreError, match="labels"):
            encode_sets([strange], CLASSES)  # type: ignore[list-item]
    for scores, thresholds in (([[0.5, np.nan]], 0.5), ([[0.5, 0.5]], np.nan), ([[0.5, 0.5]], [0.5, np.nan])):
        with pytest.raises(ScoreError, match="not a number"):
            at_thresholds(np.array(scores), thresholds)
    for pair in (([[0.5, 0.5]], [0.5]), ([0.5, 0.5], 0.5), ([[0.5], [0.5, 1]], 0.5)):
        with pytest.raises(ScoreError):
            at_thresholds(*pair)


@pytest.mark.parametrize("outside", [[1, 1, 1], [[1, 1]], [1], [-1, 0], [0, float("nan")], ["one", "two"]])
@pytest.mark.parametrize("score", [micro_f1, sample_f1, jaccard])
def test_labels_outside_are_counted_by_row(score: Callable[..., float], outside: object) -> None:
    marks_of_two = np.array([[True, False], [False, True]])
    with pytest.raises(ScoreError, match="labels outside the classes"):
        score(marks_of_two, marks_of_two, outside=outside)
    assert score(marks_of_two, marks_of_two, outside=1) == score(marks_of_two, marks_of_two, outside=[1, 1])


@pytest.mark.parametrize("given", [[[1, 0]], [["joy", "fear"]], [[True, False], [True]], [[0.5, 0.5]]])
def test_what_marks_nothing_is_refused(given: list[list[bool]]) -> None:
    right = np.array([[True, False]])
    assert sample_f1([[True, False]], right) == 1  # type: ignore[arg-type]
    for pair in ((given, right), (right, given)):
        with pytest.raises(ScoreError, match="marks"):
            sample_f1(*pair)


def test_thresholds_are_fitted_to_numbers_only() -> None:
    random = np.random.default_rng(0)
    gold, scores = random.random((20, 3)) < 0.5, random.random((20, 3))
    broken = scores.copy()
    broken[7, 1] = np.nan
    fit = ThresholdFit(bandwidth=0.5, prior=10)
    for run in (fit.thresholds, fit.cross_fitted):
        with pytest.raises(ScoreError, match=r"row 7 \(from 0\) is NaN"):
            run(gold, broken)
        for wrong in (scores[:10], scores[:, :2], scores[0], np.zeros((0, 3))):
            with pytest.raises(ScoreError, match="shape"):
                run(gold, wrong)
    with pytest.raises(ScoreError, match="halved 0 times"):
        fit.cross_fitted(gold, scores, repeats=0)
    with pytest.raises(ScoreError, match="1 rows cannot be halved"):
        fit.cross_fitted(gold[:1], scores[:1])
