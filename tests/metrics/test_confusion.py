"""Encoding and counting, against a loop and scikit-learn; what cannot be counted is refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from sentio.errors import ScoreError
from sentio.metrics.classification import accuracy, weighted_f1
from sentio.metrics.confusion import OUTSIDE, confusion, encode, encode_gold, sign_confusion

CLASSES = ("anger", "fear", "joy", "neutral")
rows = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from((*CLASSES, "hunger", None))), min_size=1)


@given(rows)
def test_each_cell_counts_its_rows(pairs: list[tuple[str, str | None]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    table = confusion(gold, predicted, CLASSES)
    for row, wanted in enumerate(CLASSES):
        for column, said in enumerate(CLASSES):
            assert table.counts[row, column] == pairs.count((wanted, said))
        assert table.counts[row, -1] == sum(g == wanted and p not in CLASSES for g, p in pairs)
    assert table.counts.sum() == len(pairs)
    assert table.outside == sum(p not in CLASSES for _, p in pairs)


def test_the_square_is_scikit_learns() -> None:
    random = np.random.default_rng(0)
    gold, predicted = random.choice(CLASSES, 500).tolist(), random.choice((*CLASSES, "hunger"), 500).tolist()
    assert (
        confusion(gold, predicted, CLASSES).counts[:, :-1] == confusion_matrix(gold, predicted, labels=CLASSES)
    ).all()


def test_labels_are_matched_as_they_are_written() -> None:
    assert encode(["joy", "Joy", " joy", ""], CLASSES).tolist() == [2, OUTSIDE, OUTSIDE, OUTSIDE]


@pytest.mark.parametrize("classes", [(), ("joy", "joy")])
def test_a_label_space_has_distinct_classes(classes: Sequence[str]) -> None:
    with pytest.raises(ScoreError, match="distinct"):
        encode(["joy"], classes)


def test_gold_outside_the_label_space_is_refused_by_row() -> None:
    with pytest.raises(ScoreError, match="'hunger' of row 1"):
        encode_gold(["joy", "hunger"], CLASSES)


@pytest.mark.parametrize(("gold", "predicted"), [(["joy"], []), ([], ["joy"]), ([], []), (["joy"], ["joy", "joy"])])
def test_unequal_lengths_and_nothing_are_refused(gold: list[str], predicted: list[str]) -> None:
    with pytest.raises(ScoreError):
        confusion(gold, predicted, CLASSES)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.floats(-3, 3)), min_size=1).filter(lambda rows: any(g for g, _ in rows))
)
def test_signs_against_scikit_learn(pairs: list[tuple[int, float]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    table = sign_confusion(gold, predicted)
    signs = [(g > 0, p > 0) for g, p in pairs if g != 0]
    wanted, said = zip(*signs, strict=True)
    assert table.score(weighted_f1) == pytest.approx(f1_score(wanted, said, average="weighted", zero_division=0))
    assert table.score(accuracy) == pytest.approx(accuracy_score(wanted, said))


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [
        ([0.0], [1.0]),
        ([], []),
        ([1.0], [float("nan")]),
        ([float("nan")], [1.0]),
        ([1.0], [1.0, 2.0]),
        ([[1.0]], [[1.0]]),
    ],
)
def test_signs_that_cannot_be_scored(gold: list[float], predicted: list[float]) -> None:
    with pytest.raises(ScoreError):
        sign_confusion(gold, predicted)


@pytest.mark.parametrize("strange", [["joy"], {"joy"}, {}])
def test_a_label_that_is_no_name_is_refused(strange: Any) -> None:  # noqa: ANN401
    for gold, predicted in ((["joy"], [strange]), ([strange], ["joy"])):
        with pytest.raises(ScoreError, match="labels are names"):
            confusion(gold, predicted, ["anger", "joy"])


def test_sentiments_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ScoreError, match="predictions: not a list of numbers"):
        sign_confusion([1.0], ["good"])
