"""Counting what was predicted for what: the table from which every single-label score follows.

A label that is not in the label space is an error like any other: it has a column of its own and stays in
every denominator. Dropping such rows, as scorers do that ask for `labels=`, rewards a system for babbling.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.inputs import numbers

OUTSIDE = -1
"""The code of a label outside the label space."""

Codes = NDArray[np.intp]
Counts = NDArray[np.int64] | NDArray[np.float64]
"""Shape (..., C, C + 1): rows are gold classes, columns predicted ones, the last column everything else.

Leading axes hold several tables at once, such as resamples; these are what may hold fractions.
"""

Scores = NDArray[np.float64]
Measure = Callable[[Counts], Scores]
"""A score as a function of the counts: shape (..., C, C + 1) in, shape (...) out."""


def encode(labels: Sequence[str | None], classes: Sequence[str]) -> Codes:
    """The position of each label in `classes`, `OUTSIDE` for any other and for None (no answer): shape (N,).

    Raises `ScoreError` where a class is listed twice or none is, and for a label that is a list, a set or the like.

    >>> encode(["joy", "anger", "hunger", None], ["anger", "joy"])
    array([ 1,  0, -1, -1])
    """
    index: dict[str | None, int] = {label: code for code, label in enumerate(classes)}
    if not index or len(index) < len(classes):
        raise ScoreError(f"classes must be distinct and at least one: {list(classes)}")
    try:
        codes: Iterator[int] = map(index.get, labels, repeat(OUTSIDE))
        return np.fromiter(codes, np.intp, len(labels))
    except TypeError as error:
        raise ScoreError(f"labels are names, or None for no answer: {error}") from error


def encode_gold(labels: Sequence[str], classes: Sequence[str]) -> Codes:
    """Like `encode`, for gold labels: codes of shape (N,), range 0..C - 1.

    One label outside `classes` raises `ScoreError`, as does an empty sequence.
    """
    codes = encode(labels, classes)
    if not len(codes):
        raise ScoreError("nothing to score: no gold labels")
    if (outside := np.flatnonzero(codes == OUTSIDE)).size:
        row = int(outside[0])
        raise ScoreError(f"gold label {labels[row]!r} of row {row} (from 0) is none of the classes {list(classes)}")
    return codes


def cells(gold: Codes, predicted: Codes, classes: int) -> Codes:
    """The cell of each row in a flattened table of shape (classes, classes + 1): codes of shape (N,) in and out.

    Raises `ScoreError` for unequal lengths.
    """
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(gold)} gold labels but {len(predicted)} predictions")
    found: Codes = gold * (classes + 1) + np.where(predicted == OUTSIDE, classes, predicted)
    return found


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of shape (C, C + 1): gold rows, predicted columns in the order of `classes`, the last one outside them."""

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def outside(self) -> int:
        """How many predictions were none of the classes."""
        return int(self.counts[:, -1].sum())

    def score(self, measure: Measure) -> float:
        """One score, by a measure of `sentio.metrics.classification`, in that measure's range.

        >>> from sentio.metrics.classification import accuracy
        >>> confusion(["joy", "joy", "anger"], ["joy", "hunger", "anger"], ["anger", "joy"]).score(accuracy)
        0.6666666666666666
        """
        return float(measure(self.counts))


def confusion(gold: Sequence[str], predicted: Sequence[str | None], classes: Sequence[str]) -> Confusion:
    """Count predictions against gold labels, N each, in a table of shape (C, C + 1).

    Raises `ScoreError` for unequal lengths, nothing at all, a gold label outside `classes`, and labels that are no
    names. A prediction outside (or None) is counted in the last column: a miss for its gold class, a false alarm
    for none of the classes.

    >>> confusion(["joy", "joy", "anger"], ["joy", "hunger", "anger"], ["anger", "joy"]).counts
    array([[1, 0, 0],
           [0, 1, 1]])
    """
    found = cells(encode_gold(gold, classes), encode(predicted, classes), len(classes))
    return Confusion(tuple(classes), _table(found, len(classes)))


def sign_confusion(gold: ArrayLike, predicted: ArrayLike) -> Confusion:
    """Sentiment scores of shape (N,) as two classes, positive and not: weighted F1 of the table is WAF.

    Rows of gold 0 are left out and both sides are cut at > 0, so that a neutral prediction counts as negative
    (MER-UniBench, the convention of MOSI and MOSEI). Raises `ScoreError` for NaN, unequal lengths and where no
    gold score differs from 0.

    >>> sign_confusion([2.4, -0.6, 0.0, 1.0], [0.3, 0.0, 3.0, -1.0]).counts
    array([[1, 0, 0],
           [1, 1, 0]])
    """
    scores, answers = numbers(gold, "gold"), numbers(predicted, "predictions")
    if scores.shape != answers.shape or scores.ndim != 1:
        raise ScoreError(f"sentiment scores of shape {scores.shape} but predictions of shape {answers.shape}")
    if not (np.isfinite(scores).all() and np.isfinite(answers).all()):
        raise ScoreError("a sentiment score is not a finite number")
    if not (kept := scores != 0).any():
        raise ScoreError("nothing to score: no gold sentiment differs from 0")
    positive, found = (scores[kept] > 0).astype(np.intp), (answers[kept] > 0).astype(np.intp)
    return Confusion(("negative", "positive"), _table(cells(positive, found, 2), 2))


def _table(found: Codes, classes: int) -> NDArray[np.int64]:
    counts = np.bincount(found, minlength=classes * (classes + 1))
    return counts.reshape(classes, classes + 1).astype(np.int64, copy=False)
