"""Q, p and B: the released matrix to the last digit, the copy rule of ESConv, and what holds for any counts."""

import json
from collections import Counter
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from sentio.errors import ScoreError
from sentio.metrics.preference import prediction_counts, preference, proficiency

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

tables = arrays(np.int64, (4, 4), elements=st.integers(1, 60))


@pytest.mark.parametrize("compat", [None, "official"])
def test_the_released_matrix(compat: Literal["official"] | None) -> None:
    found = preference(RELEASED, compat=compat)
    assert found.bias == pytest.approx(0.766576457383, abs=1e-12)
    assert found.strengths.round(6).tolist() == STRENGTHS
    assert found.excluded == ()
    assert proficiency(RELEASED, compat=compat) == pytest.approx(0.218904853660, abs=1e-12)


def test_the_released_predictions_give_the_matrix(data: Path) -> None:
    samples = json.loads((data / "esconv" / "results.json").read_text("utf8"))
    gold, predicted = ([s[key].lower() for s in samples] for key in ("strg_gold", "strg_pred"))
    assert prediction_counts(gold, predicted, STRATEGIES).tolist() == RELEASED
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

    counts = prediction_counts(gold, copied, STRATEGIES)
    found = preference(counts)
    assert found.bias == pytest.approx(0.212430, abs=5e-7)
    assert found.strengths.round(6).tolist() == [
        1.511347, 1.032441, 0.944638, 0.998831, 0.949806, 0.913136, 0.934524, 0.715277,
    ]  # fmt: skip
    assert (round(proficiency(counts), 4), round(np.trace(counts) / counts.sum(), 4)) == (0.1877, 0.2444)
    assert round(f1_score(gold, copied, average="weighted"), 4) == 0.2388

    always = ["question"] * len(gold)
    counts = prediction_counts(gold, always, STRATEGIES)
    assert (round(proficiency(counts), 4), round(np.trace(counts) / counts.sum(), 4)) == (0.0422, 0.2032)
    assert round(f1_score(gold, always, average="weighted"), 4) == 0.0686
    with pytest.raises(ScoreError, match=r"class 0 .* never the reverse.*smoothing"):
        preference(counts)
    assert preference(counts, smoothing=0.5).strengths.argmax() == 0


def test_a_perfect_predictor_prefers_nothing() -> None:
    perfect = preference(np.diag([3, 9, 1]))
    assert (perfect.strengths.tolist(), perfect.bias, perfect.excluded) == ([1, 1, 1], 0, ())
    official = preference(np.diag([3, 9, 1]), compat="official")
    assert np.isnan(official.bias)
    assert np.isnan(official.strengths).all()


def test_classes_that_are_never_predicted_have_no_strength() -> None:
    counts = np.array(RELEASED)
    counts[[2, 6]] = 0
    found = preference(counts)
    assert (found.strengths[[2, 6]] == 0).all()
    assert found.strengths.sum() == pytest.approx(8)
    assert np.isfinite(found.bias)
    # The released script divides 0 by 0 as soon as two classes are never predicted.
    assert np.isnan(preference(counts, compat="official").bias)


def test_a_class_without_any_confusion_is_left_out_and_listed() -> None:
    found = preference([[5, 2, 0], [1, 5, 0], [0, 0, 7]])
    assert found.excluded == (2,)
    assert found.strengths == pytest.approx([4 / 3, 2 / 3, np.nan], nan_ok=True)
    assert found.bias == pytest.approx(1 / 3)


def test_two_groups_of_which_one_always_wins_have_no_strengths() -> None:
    always_wins = [[0, 3, 2, 2], [4, 0, 2, 2], [0, 0, 0, 5], [0, 0, 3, 0]]
    with pytest.raises(ScoreError, match="smoothing"):
        preference(always_wins)
    assert preference(always_wins, smoothing=0.1).strengths[:2].min() > 1


@given(tables)
def test_strengths_are_the_maximum_of_the_bradley_terry_likelihood(counts: NDArray[np.int64]) -> None:
    p = preference(counts).strengths
    wins = counts * (1 - np.eye(4))
    # At the maximum every class wins as often as its strength foretells.
    expected = ((wins + wins.T) * p[:, None] / (p[:, None] + p)).sum(axis=1)
    assert expected == pytest.approx(wins.sum(axis=1), rel=1e-6)
    assert p.sum() == pytest.approx(4)


@given(tables, st.integers(2, 50), st.permutations(range(4)))
def test_scale_and_names_do_not_matter(counts: NDArray[np.int64], times: int, order: list[int]) -> None:
    found = preference(counts)
    assert preference(counts * times).strengths == pytest.approx(found.strengths)
    renamed = preference(counts[np.ix_(order, order)])
    assert renamed.strengths == pytest.approx(found.strengths[order])
    assert renamed.bias == pytest.approx(found.bias)


@given(arrays(np.int64, (5, 5), elements=st.integers(0, 9)))
def test_symmetric_confusion_is_no_preference(half: NDArray[np.int64]) -> None:
    counts = half + half.T
    assume(counts.any())
    found = preference(counts)
    assert found.bias == pytest.approx(0, abs=1e-9)
    assert found.strengths[~np.isnan(found.strengths)] == pytest.approx(1)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1))
def test_proficiency_is_scikit_learns_macro_f1(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [list(side) for side in zip(*pairs, strict=True)]
    counts = prediction_counts(gold, predicted, "abcd")
    every_class = f1_score(gold, predicted, average="macro", labels=list("abcd"), zero_division=0)
    assert proficiency(counts) == pytest.approx(every_class)
    assert proficiency(counts, compat="official") == pytest.approx(f1_score(gold, predicted, average="macro"))


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [(["a"], ["a", "b"], "2 predictions for 1 gold"), ([], [], "nothing"), (["a"], ["z"], "'z' is not one")],
)
def test_labels_that_cannot_be_counted(gold: list[str], predicted: list[str], message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        prediction_counts(gold, predicted, ["a", "b"])


@pytest.mark.parametrize(
    "counts", [[[1, 2]], [[np.nan, 1], [1, 1]], [[-1, 1], [1, 1]], [[0, 0], [0, 0]], np.zeros((0, 0))]
)
def test_counts_that_cannot_be_scored(counts: list[list[float]]) -> None:
    for score in (preference, proficiency):
        with pytest.raises(ScoreError):
            score(counts)
    with pytest.raises(ScoreError, match="smoothing"):
        preference([[1, 1], [1, 1]], smoothing=float("nan"))
