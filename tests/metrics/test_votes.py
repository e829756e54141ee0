"""Vote rules on hand cases, as properties, and on CREMA-D's votes to the last published digit."""

from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.soft_labels import unsmooth
from sentio.metrics.votes import (
    NONE,
    above_uniform,
    any_top,
    data_loss,
    evaluation_sets,
    majority,
    plurality,
    shares,
    tally,
)

Votes = NDArray[np.int64]

CLASSES = "ADFHNS"

votes_of_anything = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 12)).map(
    lambda votes: votes + (votes.sum(axis=1, keepdims=True) == 0)
)


@pytest.fixture(scope="module")
def acted(data: Path) -> list[str]:
    """The class that each clip's actor was asked for: the third part of the file name, one letter."""
    import polars as pl

    table = pl.read_csv(data / "cremad" / "tabulatedVotes.csv.gz", columns=["", "fileName"])
    return [name.split("_")[2][0] for name in table.filter(pl.col("") // 100_000 == 1)["fileName"]]


@pytest.mark.parametrize(
    ("channel", "ratings", "mean", "fewest", "mr", "pr", "acted_share", "labels"),
    [
        ("voice", 54_980, 9.2140, 4, (4_033, 32.41), (5_446, 8.73), 0.4589, 1.8951),
        ("face", 57_493, 9.6352, 6, (4_407, 26.14), (5_590, 6.32), 0.7041, 1.7667),
        ("audio-visual", 57_582, 9.6501, 5, (4_726, 20.80), (5_630, 5.65), 0.7643, 1.6933),
    ],
)
def test_cremad(
    cremad: dict[str, Votes],
    acted: list[str],
    channel: str,
    ratings: int,
    mean: float,
    fewest: int,
    mr: tuple[int, float],
    pr: tuple[int, float],
    acted_share: float,
    labels: float,
) -> None:
    votes = cremad[channel]
    raters = votes.sum(axis=1)
    assert (len(votes), raters.sum(), round(raters.mean(), 4)) == (5_967, ratings, mean)
    assert (raters.min(), raters.max()) == (fewest, 12)
    for rule, (kept, lost) in ((majority, mr), (plurality, pr)):
        chosen = rule(votes)
        assert (chosen != NONE).sum() == kept
        assert round(data_loss(votes, chosen).utterances, 2) == lost
    top = plurality(votes)
    meant = np.array([CLASSES.index(letter) for letter in acted])
    assert round((top == meant)[top != NONE].mean(), 4) == acted_share
    assert round(above_uniform(shares(votes)).sum(axis=1).mean(), 4) == labels
    assert above_uniform(shares(votes)).any(axis=1).all()


def test_cremad_voice(cremad: dict[str, Votes]) -> None:
    votes = cremad["voice"]
    assert votes[0].tolist() == [0, 0, 0, 1, 10, 0]
    assert dict(zip(CLASSES, votes.sum(axis=0), strict=True)) == {
        "A": 8_033, "D": 7_120, "F": 6_731, "H": 3_604, "N": 23_983, "S": 5_509,
    }  # fmt: skip
    assert shares(votes).mean(axis=0).round(4).tolist() == [0.1451, 0.1298, 0.1235, 0.0667, 0.4351, 0.1000]
    top = plurality(votes)
    assert np.bincount(top[top != NONE]).tolist() == [809, 445, 538, 273, 3_076, 305]
    assert (top == NONE).sum() == 521
    exactly_half = 2 * votes.max(axis=1) == votes.sum(axis=1)
    assert exactly_half.sum() == 693
    assert (majority(votes)[exactly_half] == NONE).all()


def test_cremad_shares_of_exactly_a_sixth_are_no_labels(cremad: dict[str, Votes]) -> None:
    votes = cremad["voice"]
    sixth = 6 * votes == votes.sum(axis=1, keepdims=True)
    assert sixth.sum() == 59
    assert not above_uniform(shares(votes))[sixth].any()


def test_cremad_ratings_lost_counting_winning_votes_only(cremad: dict[str, Votes]) -> None:
    votes = cremad["voice"]
    lost = [data_loss(votes, rule(votes)).ratings_and_minority for rule in (majority, plurality)]
    assert np.round(lost, 2).tolist() == [50.06, 39.41]


def test_emo_superbs_smoothed_shares_give_its_own_losses(data: Path) -> None:
    """Another vote set than `tabulatedVotes`; its six digits need a tolerance of that size."""
    import polars as pl

    table = pl.read_csv(data / "cremad" / "emo_superb_soft_labels.csv")
    smoothed = table.select("angry", "sad", "disgust", "fear", "neutral", "happy").to_numpy()
    assert len(smoothed) == 5_967
    assert np.abs(smoothed.sum(axis=1) - 1).max() <= 2.000001e-6
    share = unsmooth(smoothed)
    kept = [(rule(share, tolerance=1e-5) != NONE).sum() for rule in (majority, plurality)]
    assert kept == [3_845, 5_458]
    assert np.round(100 * (1 - np.array(kept) / 5_967), 2).tolist() == [35.56, 8.53]


def test_counting_of_losses_on_a_hand_case() -> None:
    votes = np.array([[3, 1, 0], [2, 2, 0], [0, 0, 2]])
    assert astuple(data_loss(votes, majority(votes))) == pytest.approx((100 / 3, 40, 50))


@given(votes_of_anything)
def test_rules_are_what_counting_says(votes: Votes) -> None:
    for row, most, top in zip(votes.tolist(), majority(votes), plurality(votes), strict=True):
        assert most == next((c for c, count in enumerate(row) if 2 * count > sum(row)), NONE)
        assert top == (row.index(max(row)) if row.count(max(row)) == 1 else NONE)


@given(votes_of_anything)
def test_sets_contain_and_complete_each_other(votes: Votes) -> None:
    sets = evaluation_sets(votes)
    assert not (sets.majority & ~sets.plurality).any()
    assert sets.all_inclusive.all()
    assert (sets.majority ^ sets.plurality_not_majority == sets.plurality).all()
    assert (sets.plurality ^ sets.without_plurality).all()


@given(votes_of_anything)
def test_shares_give_the_same_labels_as_counts(votes: Votes) -> None:
    assert (majority(shares(votes)) == majority(votes)).all()
    assert (plurality(shares(votes)) == plurality(votes)).all()
    exact = votes.shape[1] * votes > votes.sum(axis=1, keepdims=True)
    assert (above_uniform(shares(votes)) == exact).all()


@given(votes_of_anything, st.integers(0, 99))
def test_any_top_is_a_top_and_the_plurality_where_there_is_one(votes: Votes, seed: int) -> None:
    chosen = any_top(votes, seed)
    assert (votes[np.arange(len(votes)), chosen] == votes.max(axis=1)).all()
    unique = plurality(votes) != NONE
    assert (chosen == plurality(votes))[unique].all()


def test_any_top_takes_each_of_the_tied_about_as_often() -> None:
    chosen = any_top(np.tile([2, 2, 1, 2], (9_000, 1)), seed=3)
    assert np.bincount(chosen, minlength=4)[2] == 0
    assert np.bincount(chosen)[[0, 1, 3]] == pytest.approx(3_000, rel=0.05)
    assert (chosen == any_top(np.tile([2, 2, 1, 2], (9_000, 1)), seed=3)).all()


@pytest.mark.parametrize("classes", range(1, 12))
def test_a_uniform_row_has_no_label(classes: int) -> None:
    marks = above_uniform(np.full((3, classes), 1 / classes))
    assert (~marks.any(axis=1)).all()


def test_rounding_puts_no_share_above_uniform() -> None:
    """What a softmax or an undone smoothing leaves of 1/6 may be the next number after it."""
    hair = np.nextafter(1 / 6, 1)
    assert not above_uniform([[hair, hair, hair, 1 / 6, 1 / 6, 1 / 6]]).any()
    assert above_uniform([[1 / 6 + 1e-8, 0.2, 0, 0, 0, 0]]).tolist() == [[True, True, False, False, False, False]]


def test_tally_counts_names_and_numbers_and_knows_the_missing() -> None:
    assert tally(np.array([[0, 1, np.nan], [1, 1, 2]]), [0, 1, 2]).tolist() == [[1, 1, 0], [0, 2, 1]]
    names: list[list[str | None]] = [["a", None], ["b", "a"]]
    assert tally(names, ["a", "b", "c"]).tolist() == [[1, 0, 0], [1, 1, 0]]
    with pytest.raises(ScoreError, match="'b'"):
        tally(names, ["a", "c"])
    with pytest.raises(ScoreError, match=r"7\.0"):
        tally([[0.0, 7.0]], [0.0, 1.0])


@pytest.mark.parametrize(
    ("ratings", "classes", "cause"),
    [
        ([["a"], ["a", "b"]], ["a", "b"], "unequal length"),
        ([["a", "b"]], ["a", "a", "b"], "distinct"),
        ([["a", None]], ["a", None], "named"),
        ([[0.0, np.nan]], [0.0, np.nan], "named"),
        ([["a", "b"]], [], "at least one"),
        ([[1.0, 2.0]], ["1", "2"], r"1\.0 is none of the classes 1, 2"),
        ([["a", "longer"]], ["a", "long"], "'longer'"),
        ([["a", None, 3]], ["a"], "3 is none"),
        (["ab"], ["a", "b"], "shape"),
    ],
)
def test_what_is_no_table_of_ratings_is_refused(ratings: Any, classes: Any, cause: str) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=cause):
        tally(ratings, classes)


@pytest.mark.parametrize(
    ("votes", "cause"),
    [
        ([], "shape"),
        ([1, 2], "shape"),
        ([[1, float("nan")]], "NaN"),
        ([[1, 2], [1]], "not a list of numbers"),
        ([[1, float("inf")]], "infinite"),
        ([[2, -1]], "negative"),
        ([[1, 0], [0, 0]], "utterance 1 has no votes"),
    ],
)
def test_what_is_no_vote_matrix_is_refused(votes: list[list[float]], cause: str) -> None:
    for rule in (shares, majority, plurality, evaluation_sets):
        with pytest.raises(ScoreError, match=cause):
            rule(votes)


def test_losses_need_counts_and_as_many_labels() -> None:
    with pytest.raises(ScoreError, match="not shares"):
        data_loss([[0.5, 0.5]], [0])
    with pytest.raises(ScoreError, match="2 utterances"):
        data_loss([[1, 0], [1, 0]], [0])
    with pytest.raises(ScoreError, match="not a single vote"):
        data_loss([[0, 0]], [0])


@pytest.mark.parametrize("labels", [[0, 2], [0, -2], [0.0, 1.0], [0, np.nan], ["0", "1"]])
def test_a_label_that_is_no_class_loses_nothing_silently(labels: Any) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match="columns of the votes, 0 to 1"):
        data_loss([[1, 0], [0, 1]], labels)
