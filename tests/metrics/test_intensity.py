"""EmoNet-Voice's scales, tables with refusals, and the two readings of fine emotions as coarse ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.correlation import score_regression
from sentio.metrics.intensity import (
    LENIENCE,
    lenient_accuracy,
    presence_patterns,
    score_categories,
    strict_accuracy,
    to_ten,
)

Floats = NDArray[np.float64]

COARSE = ["joy", "fear", "joy", None, "calm", "fear"]


def test_scales() -> None:
    assert to_ten([0, 1, 2], "rater").tolist() == [0, 5, 10]
    assert to_ten([4, 1], "head").tolist() == [10, 2.5]
    assert to_ten([0.37], "hume") == pytest.approx([3.7])
    assert to_ten([7.5], "language model").tolist() == [7.5]
    assert np.isnan(to_ten([None, 1], "rater")).tolist() == [True, False]
    for beyond in ([2.1], [-0.1, 1]):
        with pytest.raises(ScoreError, match="intensities of a rater are 0 to 2"):
            to_ten(beyond, "rater")


def test_an_emotion_never_answered_has_no_metrics_and_no_part_in_the_mean() -> None:
    gold = [0, 5, 10, 0, 5, 0, 10]
    answers = [0, 5, 10, None, None, 1, 9]
    names = ["joy", "joy", "joy", "awe", "awe", "fear", "fear"]
    found = score_categories(gold, answers, names)
    assert list(found.by_category) == ["awe", "fear", "joy"]
    assert found.by_category["awe"].refusals == 1
    assert np.isnan(found.by_category["awe"].mae)
    assert found.mean.items == 7
    assert found.mean.refusals == pytest.approx(2 / 7)
    assert found.mean.mae == pytest.approx((0 + 1) / 2)
    assert found.mean.pearson == pytest.approx(1)


@given(arrays(np.float64, 40, elements=st.integers(0, 10)), st.integers(0, 99))
def test_each_emotion_is_scored_on_its_own_items(answers: Floats, seed: int) -> None:
    random = np.random.default_rng(seed)
    gold, names = random.choice([0, 5, 10], 40).astype(float), random.choice(["a", "b", "c"], 40)
    answers = np.where(random.random(40) < 0.2, np.nan, answers)
    found = score_categories(gold, answers, names.tolist())
    for name in set(names):
        alone = score_regression(gold[names == name], answers[names == name])
        assert str(found.by_category[name]) == str(alone)


def test_tables_need_as_many_of_everything() -> None:
    with pytest.raises(ScoreError, match="2 gold scores, 2 predictions, 1 categories"):
        score_categories([1, 2], [1, 2], ["joy"])
    with pytest.raises(ScoreError, match="no items"):
        score_categories([], [], [])


def test_lenient_is_right_where_strict_is_wrong() -> None:
    """Five emotions stand for a label; their softmax is .433, .392 and three of .059: two exceed 1.5 / 5."""
    intensities = [[2.0, 1.9, 0.0, -9.0, 0.0, 0.0]]
    assert lenient_accuracy(intensities, COARSE, ["fear"]) == 1
    assert strict_accuracy(intensities, COARSE, ["fear"]) == 0
    assert strict_accuracy(intensities, COARSE, ["joy"]) == 1
    assert lenient_accuracy(intensities, COARSE, ["calm"]) == 0


def test_many_weak_emotions_outweigh_a_strong_one_by_sum_only() -> None:
    intensities = [[1.0, 0.0, 1.0, 0.0, 1.4, 0.0]]
    assert strict_accuracy(intensities, COARSE, ["joy"]) == 1
    assert strict_accuracy(intensities, COARSE, ["calm"], pooling="max") == 1


def test_emotions_that_stand_for_nothing_are_left_out_of_the_softmax() -> None:
    loud = [[0.0, 3.0, 0.0, 50.0, 0.0, 0.0]]
    assert lenient_accuracy(loud, COARSE, ["fear"]) == strict_accuracy(loud, COARSE, ["fear"]) == 1


@given(arrays(np.float64, (8, 6), elements=st.integers(-30, 30).map(lambda tenths: tenths / 10)), st.integers(0, 99))
def test_lenient_against_a_loop_and_never_below_strict_where_the_top_is_clear(given_: Floats, seed: int) -> None:
    gold = np.random.default_rng(seed).choice(["joy", "fear", "calm"], 8).tolist()
    lenient = strict = clear = 0
    for row, label in zip(given_, gold, strict=True):
        mapped = [(value, name) for value, name in zip(row, COARSE, strict=True) if name]
        total = sum(np.exp(value) for value, _ in mapped)
        present = {name for value, name in mapped if np.exp(value) / total > LENIENCE / 5}
        lenient += label in present
        best = max(mapped, key=lambda pair: pair[0])
        strict += best[1] == label
        clear += np.exp(best[0]) / total > LENIENCE / 5
    assert lenient_accuracy(given_, COARSE, gold) == pytest.approx(lenient / 8)
    tops = [np.sort(row[[name is not None for name in COARSE]])[-2:] for row in given_]
    if all(high > low for low, high in tops):
        assert strict_accuracy(given_, COARSE, gold, pooling="max") == pytest.approx(strict / 8)
        if clear == 8:
            assert lenient >= strict


def test_coarse_readings_refuse_what_does_not_fit() -> None:
    for accuracy in (lenient_accuracy, strict_accuracy):
        with pytest.raises(ScoreError, match="no emotion stands for the gold label 'anger'"):
            accuracy([[1.0] * 6], COARSE, ["anger"])
        with pytest.raises(ScoreError, match="2 clips and 6 emotions"):
            accuracy([[1.0] * 6], COARSE, ["joy", "joy"])
        with pytest.raises(ScoreError, match="never answers"):
            accuracy([[np.nan, 1, 1, 1, 1, 1]], COARSE, ["joy"])
        with pytest.raises(ScoreError, match="0 clips"):
            accuracy([], [], [])


def test_patterns_of_presence() -> None:
    gap = np.nan
    ratings = np.array([[1, 2, 2], [1, 1, 0], [1, 0, gap], [0, 1, gap], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    assert presence_patterns(ratings) == {"3:0 absent": 3, "1:1": 2, "3:0 present": 1, "2:1 present": 1}
    for wrong in ([[-1.0, 0.0]], [[gap, gap]], [0.0, 1.0]):
        with pytest.raises(ScoreError, match="from 0 up"):
            presence_patterns(wrong)


def test_unknown_scales_poolings_and_names_are_refused() -> None:
    with pytest.raises(ScoreError, match="scales are rater, head, hume, language model, not 'ear'"):
        to_ten([1], "ear")  # type: ignore[arg-type]
    with pytest.raises(ScoreError, match="not 'mean'"):
        strict_accuracy([[1.0, 2.0]], ["joy", "fear"], ["joy"], pooling="mean")  # type: ignore[arg-type]
    with pytest.raises(ScoreError, match="categories: a NoneType"):
        score_categories([1, 2], [1, 2], ["joy", None])  # type: ignore[list-item]
    with pytest.raises(ScoreError, match="intensities: not a list of numbers"):
        lenient_accuracy([[1.0], [1.0, 2.0]], ["joy"], ["joy", "joy"])
