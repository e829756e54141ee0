"""Detection and K+1 scores against hand-made cases, scikit-learn, torchmetrics, and what the release computes."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from torchmetrics.functional.classification import binary_eer

from sentio.errors import ScoreError
from sentio.metrics.open_set import detection, open_set, oscr

# Few distinct scores, so that ties are the rule.
items = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40)
Columns = tuple[NDArray[np.bool_], NDArray[np.float64]]


def columns(rows: list[tuple[bool, int]]) -> Columns:
    known, scores = (np.array(side) for side in zip(*rows, strict=True))
    assume(known.any() and not known.all())
    return known, scores / 8


def many(seed: int = 0, size: int = 4000) -> Columns:
    """A detector that is right more often than not, with distinct scores."""
    random = np.random.default_rng(seed)
    known = random.random(size) < 0.7
    return known, 1 / (1 + np.exp(-random.normal(size=size) - known))


@given(items)
def test_areas_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    known, scores = columns(rows)
    found = detection(known, scores)
    assert found.auroc == pytest.approx(roc_auc_score(known, scores))
    assert found.aupr_in == pytest.approx(average_precision_score(known, scores))
    assert found.aupr_out == pytest.approx(average_precision_score(~known, -scores))


@given(items)
def test_errors_are_those_of_every_threshold_tried(rows: list[tuple[bool, int]]) -> None:
    known, scores = columns(rows)
    found = detection(known, scores)
    thresholds = [*np.unique(scores), 2]
    fpr = {t: (scores >= t)[~known].mean() for t in thresholds}
    fnr = {t: (scores < t)[known].mean() for t in thresholds}
    assert found.fpr95 == min(fpr[t] for t in thresholds if 1 - fnr[t] >= 0.95)
    assert found.der == pytest.approx(min(((scores >= t) != known).mean() for t in thresholds))
    nearest = min(thresholds, key=lambda t: abs(fpr[t] - fnr[t]))
    assert min(fpr[nearest], fnr[nearest]) - 1e-9 <= found.eer <= max(fpr[nearest], fnr[nearest]) + 1e-9


def test_equal_error_rate_is_torchmetrics_where_the_curve_is_fine() -> None:
    known, scores = many()
    peer = binary_eer(torch.from_numpy(scores), torch.from_numpy(known.astype(int)))
    assert detection(known, scores).eer == pytest.approx(float(peer), abs=1e-3)


def test_a_case_by_hand() -> None:
    # Ranked: known, unknown, known, known, unknown.
    found = detection([1, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.1])
    assert found.auroc == pytest.approx(4 / 6)
    assert found.aupr_in == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert found.aupr_out == pytest.approx((1 + 2 / 5) / 2 - (2 / 5 - 2 / 4) / 2)
    assert found.fpr95 == 1 / 2
    assert found.eer == pytest.approx(1 / 2)
    assert found.der == pytest.approx(1 / 5)


def test_perfect_reversed_and_constant_scores() -> None:
    known = [True, True, True, False]
    perfect = detection(known, [3, 2, 1, 0])
    assert (perfect.auroc, perfect.aupr_in, perfect.aupr_out) == (1, 1, 1)
    assert (perfect.fpr95, perfect.eer, perfect.der) == (0, 0, 0)
    worst = detection(known, [0, 1, 2, 3])
    assert (worst.auroc, worst.fpr95, worst.eer) == (0, 1, 1)
    constant = detection(known, [5, 5, 5, 5])
    assert (constant.auroc, constant.eer, constant.der) == (0.5, 0.5, 0.25)
    assert (constant.aupr_in, constant.aupr_out) == (0.75, 0.25)


@given(items)
def test_only_the_order_of_the_scores_matters(rows: list[tuple[bool, int]]) -> None:
    known, scores = columns(rows)
    assert detection(known, scores) == detection(known, np.exp(scores) * 1000)


def test_the_official_detection_error_swaps_its_weights() -> None:
    known, scores = many()
    fnr = np.array([(scores < t)[known].mean() for t in scores])
    fpr = np.array([(scores >= t)[~known].mean() for t in scores])
    share = known.mean()
    swapped = (1 - share) * fnr + share * fpr
    official = detection(known, scores, compat="official")
    assert official.der == pytest.approx(swapped[fnr <= 0.05].min(), abs=1e-9)
    assert detection(known, scores).der == pytest.approx((share * fnr + (1 - share) * fpr).min())
    # With 70 % known items the swap makes a usable detector look broken.
    assert official.der > detection(known, scores).der + 0.1


def test_with_as_many_known_as_unknown_the_swap_does_not_show() -> None:
    known, scores = many(size=2000)
    half = np.concatenate([np.flatnonzero(known)[:500], np.flatnonzero(~known)[:500]])
    known, scores = known[half], scores[half]
    fnr = np.array([(scores < t)[known].mean() for t in scores])
    fpr = np.array([(scores >= t)[~known].mean() for t in scores])
    official = detection(known, scores, compat="official").der
    assert official == pytest.approx((0.5 * fnr + 0.5 * fpr)[fnr <= 0.05].min(), abs=1e-9)


def test_the_other_official_values() -> None:
    known, scores = many()
    ours, official = detection(known, scores), detection(known, scores, compat="official")
    assert official.auroc == pytest.approx(ours.auroc)
    assert official.fpr95 == ours.fpr95
    assert official.eer == pytest.approx(ours.eer, abs=2e-3)
    assert official.aupr_in == pytest.approx(ours.aupr_in, abs=1e-3)
    # Linear interpolation between two thresholds promises precision that no threshold has.
    few = [1, 0, 0, 1], [0.9, 0.5, 0.5, 0.5]
    assert detection(*few, compat="official").aupr_in > detection(*few).aupr_in


@given(items)
def test_oscr_of_a_flawless_classifier_is_the_auroc(rows: list[tuple[bool, int]]) -> None:
    known, scores = columns(rows)
    assert oscr(known, scores, known) == pytest.approx(roc_auc_score(known, scores))
    assert oscr(known, scores, ~known) == 0


@given(items, st.integers(0, 2**32 - 1))
def test_oscr_is_the_mean_classification_rate_over_unknown_items(rows: list[tuple[bool, int]], seed: int) -> None:
    known, scores = columns(rows)
    correct = np.random.default_rng(seed).random(len(known)) < 0.5
    right = scores[known & correct]
    # Ties count half, as the straight line between two points of the curve has it.
    per_unknown = [((right > s).sum() + 0.5 * (right == s).sum()) / known.sum() for s in scores[~known]]
    assert oscr(known, scores, correct) == pytest.approx(np.mean(per_unknown))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_open_set_f1_is_scikit_learns_over_all_classes(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = (list(side) for side in zip(*pairs, strict=True))
    found = open_set(gold, predicted, known=3)
    f1 = f1_score(gold, predicted, labels=range(4), average=None, zero_division=0)
    assert found.accuracy == pytest.approx(np.mean(np.equal(gold, predicted)))
    assert (found.f1_known, found.f1_open, found.f1) == pytest.approx((f1[:3].mean(), f1[3], f1.mean()))
    present = f1_score(gold, predicted, average=None, zero_division=0)
    official = open_set(gold, predicted, known=3, compat="official")
    assert (official.f1_open, official.f1) == pytest.approx((present[-1], present.mean()))


def test_without_unknown_items_the_release_scores_a_known_class_as_unknown() -> None:
    gold, predicted = [0, 0, 1, 2], [0, 1, 1, 2]
    assert open_set(gold, predicted, known=3).f1_open == 0
    official = open_set(gold, predicted, known=3, compat="official")
    assert official.f1_open == 1
    assert official.f1_known == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert np.isnan(open_set([0], [0], known=3, compat="official").f1_known)


@pytest.mark.parametrize(
    ("known", "scores", "message"),
    [
        ([True, False], [0.1], "shape"),
        ([True, False], [0.1, np.nan], "item 1 is not finite"),
        ([True, False], [np.inf, 0], "item 0 is not finite"),
        ([True, True], [0.1, 0.2], "both needed"),
        ([False, False], [0.1, 0.2], "both needed"),
        ([], [], "both needed"),
        ([0, 2], [0.1, 0.2], "true or false"),
    ],
)
def test_detection_that_cannot_be_scored(known: list[bool], scores: list[float], message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        detection(known, scores)
    with pytest.raises(ScoreError, match=message):
        oscr(known, scores, known)


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "at least one"),
        ([0], [0, 1], "2 predictions for 1 gold"),
        ([0], [4], "from 0 to 3"),
        ([-1], [0], "from 0 to 3"),
        ([0.5], [0], "whole numbers"),
    ],
)
def test_classes_that_cannot_be_scored(gold: ArrayLike, predicted: ArrayLike, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        open_set(gold, predicted, known=3)


def test_an_open_set_has_known_classes_and_a_mark_of_correctness_for_each_item() -> None:
    with pytest.raises(ScoreError, match="known classes"):
        open_set([0], [0], known=0)
    with pytest.raises(ScoreError, match="1 marks of correctness for 2"):
        oscr([True, False], [0.3, 0.2], [True])
