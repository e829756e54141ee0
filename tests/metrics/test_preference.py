"""Q, p and B: the released matrix to the last digit, the copy rule of ESConv, and what holds for any counts."""

import json
from collections import Counter
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import f1_score

from sentio.errors import ScoreError
from sentio.metrics.classification import accuracy, weighted_f1
from sentio.metrics.confusion import Confusion, confusion
from sentio.metrics.preference import preference, proficiency

STRATEGIES = [
    "question", "restatement or paraphrasing", "reflection of feelings", "self-disclosure",
    "affirmation and reassurance", "providing suggestions", "information", "others",
]  # fmt: skip

# Rows predicted, columns gold: the 1,611 samples of `results.json` (1eastar/EmotionalSupport).
RELEASED = [
    [36, 22, 20, 22, 31, 10, 12, 5],
    [10, 5, 3, 2, 7, 4, 4, 0],
    [37, 14, 38, 17, 23, 21, 14, 6],
    [9, 8, 7, 37, 19, 13, 11, 2],
    [118, 32, 67, 59, 135, 97, 54, 39],
    [59, 28, 37, 50, 67, 97, 63, 14],
    [1, 0, 1, 9, 3, 13, 14, 2],
    [6, 2, 11, 7, 10, 3, 12, 32],
]
STRENGTHS = [0.632247, 0.310199, 1.020601, 0.479233, 2.535954, 1.914607, 0.218779, 0.888380]


def table(wins: ArrayLike) -> Confusion:
    """Counts given as the paper gives them: rows predicted, columns gold."""
    counts = np.asarray(wins, dtype=np.int64).T
    names = STRATEGIES if len(counts) == 8 else [str(index) for index in range(len(counts))]
    return Confusion(tuple(names), np.pad(counts, ((0, 0), (0, 1))))


tables = arrays(np.int64, (4, 4), elements=st.integers(1, 60))


@pytest.mark.parametrize("compat", [None, "official"])
def test_the_released_matrix(compat: Literal["official"] | None) -> None:
    found = preference(table(RELEASED), compat=compat)
    assert found.bias == pytest.approx(0.766576457383, abs=1e-12)
    assert found.strengths.round(6).tolist() == STRENGTHS
    assert found.excluded == ()
    assert proficiency(table(RELEASED), compat=compat) == pytest.approx(0.218904853660, abs=1e-12)


def test_the_released_predictions_give_the_matrix(data: Path) -> None:
    samples = json.loads((data / "esconv" / "results.json").read_text("utf8"))
    gold, predicted = ([s[key].lower() for s in samples] for key in ("strg_gold", "strg_pred"))
    assert confusion(gold, predicted, STRATEGIES).counts[:, :-1].T.tolist() == RELEASED
    assert np.trace(RELEASED) / len(samples) == pytest.approx(0.244568590937, abs=1e-12)
    assert f1_score(gold, predicted, average="weighted") == pytest.approx(0.224980597702, abs=1e-12)


def test_the_rules_on_the_validation_dialogues_of_ppdpp(data: Path) -> None:
    gold, copied = [], []
    for line in (data / "esconv" / "ppdpp_esc-valid.jsonl").read_text("utf8").splitlines():
        previous = "question"
        for turn in json.loads(line)["dialog"]:
            if turn["speaker"] == "sys":
                gold.append(turn["strategy"].lower())
                copied.append(previous)
                previous = gold[-1]
    assert [Counter(gold)[s] for s in STRATEGIES] == [360, 93, 133, 161, 269, 312, 117, 327]

    counts = confusion(gold, copied, STRATEGIES)
    found = preference(counts)
    assert found.bias == pytest.approx(0.212430, abs=5e-7)
    assert found.strengths.round(6).tolist() == [
        1.511347, 1.032441, 0.944638, 0.998831, 0.949806, 0.913136, 0.934524, 0.715277,
    ]  # fmt: skip
    assert (round(proficiency(counts), 4), round(counts.score(accuracy), 4)) == (0.1877, 0.2444)
    assert round(counts.score(weighted_f1), 4) == 0.2388

    always = ["question"] * len(gold)
    counts = confusion(gold, always, STRATEGIES)
    assert (round(proficiency(counts), 4), round(counts.score(accuracy), 4)) == (0.0422, 0.2032)
    assert round(counts.score(weighted_f1), 4) == 0.0686
    with pytest.raises(ScoreError, match=r"'question' .* never the reverse.*smoothing"):
        preference(counts)
    assert preference(counts, smoothing=0.5).strengths.argmax() == 0


def test_a_perfect_predictor_prefers_nothing() -> None:
    perfect = preference(table(np.diag([3, 9, 1])))
    assert (perfect.strengths.tolist(), perfect.bias, perfect.excluded) == ([1, 1, 1], 0, ())
    official = preference(table(np.diag([3, 9, 1])), compat="official")
    assert np.isnan(official.bias)
    assert np.isnan(official.strengths).all()


def test_classes_that_are_never_predicted_have_no_strength() -> None:
    counts = np.array(RELEASED)
    counts[[2, 6]] = 0
    found = preference(table(counts))
    assert (found.strengths[[2, 6]] == 0).all()
    assert found.strengths.sum() == pytest.approx(8)
    assert np.isfinite(found.bias)
    # The released script divides 0 by 0 as soon as two classes are never predicted.
    assert np.isnan(preference(table(counts), compat="official").bias)


def test_a_class_that_wins_only_against_the_never_predicted_has_no_strength_either() -> None:
    found = preference(table([[0, 3, 2, 1], [4, 0, 1, 1], [0, 0, 0, 5], [0, 0, 0, 0]]))
    assert found.strengths == pytest.approx([12 / 7, 16 / 7, 0, 0])


def test_a_class_without_any_confusion_is_left_out_and_listed() -> None:
    found = preference(table([[5, 2, 0], [1, 5, 0], [0, 0, 7]]))
    assert found.excluded == ("2",)
    assert found.strengths == pytest.approx([4 / 3, 2 / 3, np.nan], nan_ok=True)
    assert found.bias == pytest.approx(1 / 3)


def test_two_groups_of_which_one_always_wins_have_no_strengths() -> None:
    always_wins = table([[0, 3, 2, 2], [4, 0, 2, 2], [0, 0, 0, 5], [0, 0, 3, 0]])
    with pytest.raises(ScoreError, match="smoothing"):
        preference(always_wins)
    assert preference(always_wins, smoothing=0.1).strengths[:2].min() > 1


@given(tables)
def test_strengths_are_the_maximum_of_the_bradley_terry_likelihood(counts: NDArray[np.int64]) -> None:
    p = preference(table(counts)).strengths
    wins = counts * (1 - np.eye(4))
    # At the maximum every class wins as often as its strength foretells.
    expected = ((wins + wins.T) * p[:, None] / (p[:, None] + p)).sum(axis=1)
    assert expected == pytest.approx(wins.sum(axis=1), rel=1e-6)
    assert p.sum() == pytest.approx(4)


@given(tables, st.integers(2, 50), st.permutations(range(4)))
def test_scale_and_names_do_not_matter(counts: NDArray[np.int64], times: int, order: list[int]) -> None:
    found = preference(table(counts))
    assert preference(table(counts * times)).strengths == pytest.approx(found.strengths)
    renamed = preference(table(counts[np.ix_(order, order)]))
    assert renamed.strengths == pytest.approx(found.strengths[order])
    assert renamed.bias == pytest.approx(found.bias)


@given(arrays(np.int64, (5, 5), elements=st.integers(0, 9)))
def test_symmetric_confusion_is_no_preference(half: NDArray[np.int64]) -> None:
    counts = half + half.T
    found = preference(table(counts))
    assert found.bias == pytest.approx(0, abs=1e-9)
    assert found.strengths[~np.isnan(found.strengths)] == pytest.approx(1)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1))
def test_proficiency_is_scikit_learns_macro_f1(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [list(side) for side in zip(*pairs, strict=True)]
    counts = confusion(gold, predicted, "abcd")
    every_class = f1_score(gold, predicted, average="macro", labels=list("abcd"), zero_division=0)
    assert proficiency(counts) == pytest.approx(every_class)
    assert proficiency(counts, compat="official") == pytest.approx(f1_score(gold, predicted, average="macro"))


def test_a_prediction_outside_the_strategies_is_a_miss_that_no_strategy_wins() -> None:
    gold, predicted = ["a", "a", "b", "b", "b"], ["b", "a", "a", "a", "b"]
    inside = confusion(gold, predicted, "ab")
    outside = confusion([*gold, "b"], [*predicted, "nod"], "ab")
    assert proficiency(outside) < proficiency(inside)
    assert preference(outside).strengths.tolist() == preference(inside).strengths.tolist()
    for score in (preference, proficiency):
        with pytest.raises(ScoreError, match="1 predictions are none of the strategies"):
            score(outside, compat="official")


@pytest.mark.parametrize("smoothing", [-1, float("nan"), float("inf")])
def test_smoothing_that_is_none(smoothing: float) -> None:
    with pytest.raises(ScoreError, match="smoothing"):
        preference(table(RELEASED), smoothing=smoothing)
