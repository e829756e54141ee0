"""From every rater's vote to the labels of an utterance: what each rule keeps, and what it loses.

A *vote matrix* has the shape (utterances, classes) and holds how many raters chose each class. The rules
are those of Chou, arXiv 2510.05934: *majority* keeps a class with more than half of the votes, *plurality*
one with more votes than any other, *all-inclusive* keeps every utterance with its vote shares.

>>> votes = np.array([[4, 1, 0], [2, 1, 1], [1, 1, 0]])
>>> majority(votes), plurality(votes)
(array([ 0, -1, -1]), array([ 0,  0, -1]))
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
Labels = NDArray[np.int64]

NONE = -1
"""Where a rule gives an utterance no class."""

EPSILON = 1e-9
"""Shares this near are equal: 1/6 has no exact binary form, and ties are frequent in votes."""


def tally(ratings: ArrayLike | Sequence[Sequence[str | None]], classes: Sequence[str] | Sequence[float]) -> Labels:
    """Count ratings of shape (utterances, raters) into a vote matrix with a column for each of `classes`.

    A rating that is missing is None or NaN. Raises `ScoreError` for any other rating outside `classes`.

    >>> tally([["joy", "joy", None], ["fear", "joy", "fear"]], ["joy", "fear"])
    array([[2, 0],
           [1, 2]])
    """
    given = np.asarray(ratings)
    if given.ndim != 2 or given.size == 0:
        raise ScoreError(f"ratings need the shape (utterances, raters), not {given.shape}")
    votes = np.stack([(given == name).sum(axis=1) for name in classes], axis=1).astype(np.int64)
    missing: Marks = (given == np.array(None)) | (given != given)  # noqa: PLR0124  NaN is what differs from itself
    if votes.sum() + missing.sum() != given.size:
        strange = given[~missing & ~np.isin(given, np.asarray(classes, dtype=given.dtype))]
        raise ScoreError(f"a rating of {strange[0]!r} is none of the classes {', '.join(map(str, classes))}")
    return votes


def shares(votes: ArrayLike) -> Floats:
    """The part of the votes that each class got: shape (utterances, classes), rows sum to 1.

    The all-inclusive rule's target. Shares are shares of themselves, so every rule takes either.
    Raises `ScoreError` for anything but finite, non-negative rows with at least one vote.

    >>> shares([[3, 1], [0, 5]])
    array([[0.75, 0.25],
           [0.  , 1.  ]])
    """
    checked = vote_matrix(votes)
    total = checked.sum(axis=1, keepdims=True)
    if not total.all():
        raise ScoreError(f"utterance {int(np.argmin(total))} has no votes")
    result: Floats = checked / total
    return result


def majority(votes: ArrayLike, *, tolerance: float = EPSILON) -> Labels:
    """The class with more than half of an utterance's votes, `NONE` (-1) where there is none.

    Exactly half is no majority. For shares that were rounded in a file, `tolerance` is the rounding.

    >>> majority([[3, 1], [2, 2]])
    array([ 0, -1])
    """
    share = shares(votes)
    return np.where(share.max(axis=1) > 0.5 + tolerance, share.argmax(axis=1), NONE)


def plurality(votes: ArrayLike, *, tolerance: float = EPSILON) -> Labels:
    """The class with more votes than any other, `NONE` (-1) where two classes share the top.

    >>> plurality([[2, 1, 1], [2, 2, 0]])
    array([ 0, -1])
    """
    share = shares(votes)
    top = share.max(axis=1, keepdims=True)
    unique = (share >= top - tolerance).sum(axis=1) == 1
    return np.where(unique, share.argmax(axis=1), NONE)


def any_top(votes: ArrayLike, seed: int) -> Labels:
    """The most-voted class, a random one of them where several tie: a hard target that loses no utterance.

    For training only: a score on it would depend on the seed (Chou, arXiv 2510.05934).

    >>> any_top([[2, 1, 1], [0, 2, 2]], seed=0)
    array([0, 2])
    """
    share = shares(votes)
    lottery = np.random.default_rng(seed).random(share.shape)
    tied = share >= share.max(axis=1, keepdims=True) - EPSILON
    chosen: Labels = np.where(tied, lottery, -1.0).argmax(axis=1)
    return chosen


def above_uniform(shares: ArrayLike) -> Marks:
    """The classes whose share exceeds 1/C: the 1/C rule that makes vote shares and model outputs multi-label.

    Strict, and a share of exactly 1/C does not exceed it however it was rounded in memory (`EPSILON`).
    A uniform row has no class at all; such rows are `~result.any(axis=1)`, to be counted as empty sets or
    dropped by who scores them (Chou, arXiv 2510.05934; the empty set is not treated there). Shape
    (rows, classes). Raises `ScoreError` for NaN, infinite or negative shares and an empty matrix.

    >>> above_uniform([[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3]])
    array([[ True, False, False],
           [False, False, False]])
    """
    checked = vote_matrix(shares)
    marks: Marks = checked > 1 / checked.shape[1] + EPSILON
    return marks


@dataclass(frozen=True)
class EvaluationSets:
    """Which utterances belong to each of Chou's five test sets: masks of shape (utterances,).

    On the first three rules' differences, a score says what dropping ambiguous utterances hides. The
    first, second and fourth are single-label, the others multi-label.
    """

    majority: Marks
    plurality: Marks
    all_inclusive: Marks
    plurality_not_majority: Marks
    without_plurality: Marks


def evaluation_sets(votes: ArrayLike) -> EvaluationSets:
    r"""MR, PR, AR, PR\\MR and AR\\PR of a vote matrix (Chou, arXiv 2510.05934).

    >>> sets = evaluation_sets([[4, 1, 0], [2, 1, 1], [1, 1, 0]])
    >>> sets.plurality_not_majority, sets.without_plurality
    (array([False,  True, False]), array([False, False,  True]))
    """
    share = shares(votes)
    clear, unique = majority(share) != NONE, plurality(share) != NONE
    return EvaluationSets(clear, unique, np.ones(len(share), dtype=bool), unique & ~clear, ~unique)


@dataclass(frozen=True)
class DataLoss:
    """What a rule throws away, in percent, 0..100.

    `ratings` counts the ratings of dropped utterances as lost. `ratings_and_minority` also counts those
    for another class than the winner: they leave no trace in a hard label either. Published losses of
    ratings are of the second kind (Chou, arXiv 2510.05934).
    """

    utterances: float
    ratings: float
    ratings_and_minority: float


def data_loss(votes: ArrayLike, labels: ArrayLike) -> DataLoss:
    """What is lost when `votes`, counts of shape (utterances, classes), become the hard `labels` of a rule.

    Raises `ScoreError` where `votes` are shares (ratings are lost in counts) or the lengths differ.

    >>> votes = [[4, 1], [1, 1]]
    >>> data_loss(votes, majority(votes))
    DataLoss(utterances=50.0, ratings=28.57142857142857, ratings_and_minority=42.85714285714286)
    """
    counts, winners = vote_counts(votes), np.asarray(labels)
    if winners.shape != counts.shape[:1]:
        raise ScoreError(f"{len(counts)} utterances with votes, but labels of shape {winners.shape}")
    kept = winners != NONE
    total = counts.sum()
    winning = counts[kept, winners[kept]].sum()
    return DataLoss(
        utterances=float(100 * (1 - kept.mean())),
        ratings=float(100 * (1 - counts[kept].sum() / total)),
        ratings_and_minority=float(100 * (1 - winning / total)),
    )


def vote_matrix(votes: ArrayLike) -> Floats:
    """The votes as floats, or `ScoreError` for a matrix that is empty, of another shape, negative or not finite."""
    matrix = np.asarray(votes, dtype=np.float64)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ScoreError(f"votes need the shape (utterances, classes), not {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ScoreError("votes hold NaN or an infinite number")
    if matrix.min() < 0:
        raise ScoreError(f"votes hold a negative number: {matrix.min():g}")
    return matrix


def vote_counts(votes: ArrayLike) -> Floats:
    """The votes as whole numbers, or `ScoreError` for shares where counts are meant and for no votes at all."""
    matrix = vote_matrix(votes)
    if (matrix != np.rint(matrix)).any():
        raise ScoreError("votes need to be counts, not shares")
    if not matrix.any():
        raise ScoreError("there is not a single vote")
    return matrix
