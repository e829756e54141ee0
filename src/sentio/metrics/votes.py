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
from sentio.metrics.inputs import array, numbers

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
Labels = NDArray[np.int64]

NONE = -1
"""Where a rule gives an utterance no class."""

EPSILON = 1e-9
"""Shares this near are equal: 1/6 has no exact binary form, and ties are frequent in votes."""


def tally(ratings: ArrayLike | Sequence[Sequence[str | None]], classes: Sequence[str] | Sequence[float]) -> Labels:
    """Count ratings of shape (utterances, raters) into a vote matrix with a column for each of `classes`.

    A rating that is missing is None or NaN. Raises `ScoreError` for any other rating outside `classes`, for rows
    of unequal length, and for classes that are not distinct or have no name.

    >>> tally([["joy", "joy", None], ["fear", "joy", "fear"]], ["joy", "fear"])
    array([[2, 0],
           [1, 2]])
    """
    given = array(ratings, "ratings, where a missing one is None")
    if given.ndim != 2 or given.size == 0:
        raise ScoreError(f"ratings need the shape (utterances, raters), not {given.shape}")
    unnamed = any(name is None or name != name for name in classes)  # noqa: PLR0124  NaN is what differs from itself
    if unnamed or len(set(classes)) < max(len(classes), 1):
        raise ScoreError(f"classes must be distinct, named and at least one: {list(classes)}")
    votes = np.stack([(given == name).sum(axis=1) for name in classes], axis=1).astype(np.int64)
    missing: Marks = (given == np.array(None)) | (given != given)  # noqa: PLR0124  NaN is what differs from itself
    if votes.sum() + missing.sum() != given.size:
        known = np.logical_or.reduce([missing, *(given == name for name in classes)])
        (strange, *_) = given[~known].tolist()
        raise ScoreError(f"a rating of {strange!r} is none of the classes {', '.join(map(str, classes))}")
    return votes


def shares(votes: ArrayLike) -> Floats:
    """The part of the votes that each class got: shape (utterances, classes), range 0..1, rows sum to 1.

    The all-inclusive rule's target (Chou, arXiv 2510.05934). Shares are shares of themselves, so every rule takes
    either.
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
    """The class with more than half of an utterance's votes, `NONE` (-1) where there is none: shape (utterances,).

    Exactly half is no majority (Chou, arXiv 2510.05934). For shares that were rounded in a file, `tolerance` is the
    rounding. Raises `ScoreError` as `shares`.

    >>> majority([[3, 1], [2, 2]])
    array([ 0, -1])
    """
    share = shares(votes)
    return np.where(share.max(axis=1) > 0.5 + tolerance, share.argmax(axis=1), NONE)


def plurality(votes: ArrayLike, *, tolerance: float = EPSILON) -> Labels:
    """The class with more votes than any other, `NONE` (-1) where two classes share the top: shape (utterances,).

    The rule is that of Chou, arXiv 2510.05934; `tolerance` and errors as `majority`.

    >>> plurality([[2, 1, 1], [2, 2, 0]])
    array([ 0, -1])
    """
    share = shares(votes)
    top = share.max(axis=1, keepdims=True)
    unique = (share >= top - tolerance).sum(axis=1) == 1
    return np.where(unique, share.argmax(axis=1), NONE)


def any_top(votes: ArrayLike, seed: int) -> Labels:
    """The most-voted class, a random one of them where several tie: shape (utterances,), no utterance is lost.

    The hard target of the all-inclusive rule (Chou, arXiv 2510.05934). For training only: a score on it would
    depend on the seed. Raises `ScoreError` as `shares`.

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
    r"""MR, PR, AR, PR\\MR and AR\\PR of a vote matrix (Chou, arXiv 2510.05934). Raises `ScoreError` as `shares`.

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

    Each label is a column of `votes`, or `NONE` where the rule drops the utterance. Raises `ScoreError` where `votes`
    are shares (ratings are lost in counts), the lengths differ, and for a label that is neither.

    >>> votes = [[4, 1], [1, 1]]
    >>> data_loss(votes, majority(votes))
    DataLoss(utterances=50.0, ratings=28.57142857142857, ratings_and_minority=42.85714285714286)
    """
    counts, winners = vote_counts(votes), array(labels, "labels")
    if winners.shape != counts.shape[:1]:
        raise ScoreError(f"{len(counts)} utterances with votes, but labels of shape {winners.shape}")
    if not np.issubdtype(winners.dtype, np.integer) or winners.min() < NONE or winners.max() >= counts.shape[1]:
        raise ScoreError(f"labels are columns of the votes, 0 to {counts.shape[1] - 1}, or {NONE} for none")
    kept = winners != NONE
    total = counts.sum()
    winning = counts[kept, winners[kept]].sum()
    return DataLoss(
        utterances=float(100 * (1 - kept.mean())),
        ratings=float(100 * (1 - counts[kept].sum() / total)),
        ratings_and_minority=float(100 * (1 - winning / total)),
    )


def vote_matrix(votes: ArrayLike) -> Floats:
    """The votes as floats of shape (utterances, classes), 0 and up.

    Raises `ScoreError` for a matrix that is empty, of another shape, negative or not finite.
    """
    matrix = numbers(votes, "votes")
    if matrix.ndim != 2 or matrix.size == 0:
        raise ScoreError(f"votes need the shape (utterances, classes), not {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ScoreError("votes hold NaN or an infinite number")
    if matrix.min() < 0:
        raise ScoreError(f"votes hold a negative number: {matrix.min():g}")
    return matrix


def vote_counts(votes: ArrayLike) -> Floats:
    """The votes as whole numbers of shape (utterances, classes), 0 and up.

    Raises `ScoreError` as `vote_matrix`, for shares where counts are meant, and for no votes at all.
    """
    matrix = vote_matrix(votes)
    if (matrix != np.rint(matrix)).any():
        raise ScoreError("votes need to be counts, not shares")
    if not matrix.any():
        raise ScoreError("there is not a single vote")
    return matrix
