"""Scores of label sets, and the thresholds that turn probabilities into them.

Label sets are marks, true or false, of shape (rows, classes). `sentio.metrics.votes.above_uniform` marks by the
1/C rule, `at_thresholds` by fixed or fitted thresholds, `encode_sets` from names. Marks that cannot be compared
raise `ScoreError`: unequal shapes, other than two axes, nothing at all, numbers in place of marks.

Thresholds are fitted on one part of the data and scored on another: with 13 positives in a class,
a threshold tuned and scored on the same rows adds 0.02 to macro-F1 that is not there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.confusion import OUTSIDE, encode
from sentio.metrics.inputs import array, numbers

Floats = NDArray[np.floating]
Marks = NDArray[np.bool_]

# Candidate thresholds, even in log-odds: scores of rare classes crowd near zero.
GRID: NDArray[np.float64] = 1 / (1 + np.exp(-np.linspace(-4, 2, 121)))


def encode_sets(sets: Sequence[Collection[str]], classes: Sequence[str]) -> tuple[Marks, NDArray[np.int64]]:
    """Marks of each row's labels, shape (rows, classes), and how many labels are none of the classes: shape (rows,).

    The second is what `micro_f1`, `sample_f1` and `jaccard` take as `outside`: such labels are false alarms.
    Naming a label twice marks it once. Raises `ScoreError` for classes that are not distinct and for anything in
    place of a set of names.

    >>> marks, outside = encode_sets([{"joy"}, {"joy", "hunger"}, {}], ["anger", "joy"])
    >>> marks.astype(int), outside
    (array([[0, 1],
           [0, 1],
           [0, 0]]), array([0, 1, 0]))
    """
    try:
        if str in set(map(type, sets)):
            raise ScoreError("a label set is a collection of labels, not one string")
        sizes = np.fromiter(map(len, sets), np.intp, len(sets))
    except TypeError as error:
        raise ScoreError(f"a label set is a collection of labels: {error}") from error
    codes = encode(list(chain.from_iterable(sets)), classes)
    rows = np.repeat(np.arange(len(sets)), sizes)
    known = codes != OUTSIDE
    marks, outside = np.zeros((len(sets), len(classes)), dtype=bool), np.zeros(len(sets), dtype=np.int64)
    marks[rows[known], codes[known]] = True
    for row in np.unique(rows[~known]).tolist():
        outside[row] = len(set(sets[row]).difference(classes))
    return marks, outside


def encode_gold_sets(sets: Sequence[Collection[str]], classes: Sequence[str]) -> Marks:
    """Marks of gold labels, shape (rows, classes).

    A label that is none of the classes raises `ScoreError`, as do an empty sequence and what `encode_sets` refuses.
    """
    marks, outside = encode_sets(sets, classes)
    if not len(marks):
        raise ScoreError("nothing to score: no gold label sets")
    if outside.any():
        row = int(outside.argmax())
        raise ScoreError(f"gold labels {sorted(sets[row])} of row {row} (from 0) are not all of {list(classes)}")
    return marks


def at_thresholds(scores: ArrayLike, thresholds: ArrayLike) -> Marks:
    """The labels whose score reaches the threshold, marks of the scores' shape (rows, classes).

    The threshold is one for all, or one a class, shape (classes,). A row whose scores all stay below it has no
    label, and is counted as that. Raises `ScoreError` for NaN and for shapes that do not fit.

    >>> at_thresholds(np.array([[0.8, 0.3, 0.29]]), 0.3)
    array([[ True,  True, False]])
    """
    given, limits = numbers(scores, "scores"), numbers(thresholds, "thresholds")
    if given.ndim != 2 or limits.shape not in {(), given.shape[1:]}:
        raise ScoreError(f"scores of shape {given.shape} and thresholds of shape {limits.shape} do not fit")
    if np.isnan(given).any() or np.isnan(limits).any():
        raise ScoreError("a score or a threshold is not a number")
    marks: Marks = given >= limits
    return marks


def f1_per_class(gold: Marks, predicted: Marks) -> NDArray[np.float64]:
    """F1 of each class, range 0..1, shape (classes,), for marks of shape (rows, classes) (van Rijsbergen, 1979).

    A class with neither gold nor predicted positives scores 0, as in scikit-learn's default.

    >>> f1_per_class(np.array([[True, False], [True, True]]), np.array([[True, False], [False, True]])).round(3)
    array([0.667, 1.   ])
    """
    gold, predicted = _paired(gold, predicted)
    hits = (gold & predicted).sum(axis=0)
    total = gold.sum(axis=0) + predicted.sum(axis=0)
    f1: NDArray[np.float64] = np.divide(2 * hits, total, out=np.zeros(gold.shape[1]), where=total > 0)
    return f1


def macro_f1(gold: Marks, predicted: Marks) -> float:
    """Mean F1 of the classes, range 0..1, those that never occur included, as in scikit-learn.

    Labels outside the classes are in no class's F1.
    """
    return float(f1_per_class(gold, predicted).mean())


def micro_f1(gold: Marks, predicted: Marks, *, outside: ArrayLike = 0) -> float:
    """F1 over all marks at once, range 0..1, as in scikit-learn; 0 where there is no mark at all.

    `outside` as of `encode_sets`: one number a row, or one for all; `ScoreError` for anything else.
    """
    gold, predicted = _paired(gold, predicted)
    marks = int(np.count_nonzero(gold) + np.count_nonzero(predicted) + _outside(outside, len(gold)).sum())
    return float(2 * np.count_nonzero(gold & predicted) / max(marks, 1))


def sample_f1(gold: Marks, predicted: Marks, *, outside: ArrayLike = 0) -> float:
    """Mean of each row's F1, range 0..1: what VidEmo (arXiv 2511.02712) calls micro-F1 of a sample.

    Nothing predicted where nothing is right scores 1, as in scikit-learn with `zero_division=1`. `outside` as for
    `micro_f1`.

    >>> round(sample_f1(np.array([[True, True]]), np.array([[True, False]])), 4)
    0.6667
    """
    gold, predicted = _paired(gold, predicted)
    marks = gold.sum(axis=1) + predicted.sum(axis=1) + _outside(outside, len(gold))
    return _mean_ratio(2 * (gold & predicted).sum(axis=1), marks)


def jaccard(gold: Marks, predicted: Marks, *, outside: ArrayLike = 0) -> float:
    """Mean over rows of common labels by all labels, range 0..1: the accuracy of SemEval-2018 task 1 E-c.

    Mohammad et al., SemEval 2018. Nothing predicted where nothing is right scores 1, as in scikit-learn with
    `zero_division=1`. `outside` as for `micro_f1`.
    """
    gold, predicted = _paired(gold, predicted)
    return _mean_ratio((gold & predicted).sum(axis=1), (gold | predicted).sum(axis=1) + _outside(outside, len(gold)))


def _mean_ratio(above: NDArray[np.int64], below: NDArray[np.float64]) -> float:
    return float(np.divide(above, below, out=np.ones(len(above)), where=below > 0).mean())


def _paired(gold: Marks, predicted: Marks) -> tuple[Marks, Marks]:
    wanted, found = _as_marks(gold, "gold"), _as_marks(predicted, "predicted")
    if wanted.shape != found.shape or wanted.ndim != 2 or not wanted.size:
        raise ScoreError(f"gold marks of shape {wanted.shape} but predictions of shape {found.shape}")
    return wanted, found


def _as_marks(given: ArrayLike, what: str) -> Marks:
    marks = array(given, f"{what} marks")
    if marks.dtype != np.bool_ and marks.size:
        raise ScoreError(f"{what} marks are true or false, not {marks.dtype}")
    return marks


def _outside(outside: ArrayLike, rows: int) -> NDArray[np.float64]:
    counts = numbers(outside, "labels outside the classes")
    if counts.shape not in {(), (rows,)} or not (counts >= 0).all():
        raise ScoreError(f"labels outside the classes: {rows} numbers from 0 up are needed, not shape {counts.shape}")
    return np.broadcast_to(counts, (rows,))


def thresholds_by_share(gold: Marks, scores: Floats) -> NDArray[np.float64]:
    """The threshold of each class, shape (classes,), that as many rows reach as are marked: a class is predicted as
    often as it occurs, where the best F1 predicts a class that is hard to tell far more often.

    Scores in 0..1; the threshold is halfway between two of them, 1 of a class that is never marked. Gold marks and
    scores have the shape (rows, classes). Raises `ScoreError` where they do not, and for NaN.

    >>> thresholds_by_share(np.array([[True], [False], [False]]), np.array([[0.5], [0.9], [0.1]]))
    array([0.7])
    """
    gold, scores = _scored(gold, scores)
    ordered, marked, classes = -np.sort(-scores, axis=0), gold.sum(axis=0), np.arange(gold.shape[1])
    last, first = ordered[np.maximum(marked - 1, 0), classes], ordered[np.minimum(marked, len(gold) - 1), classes]
    thresholds: NDArray[np.float64] = np.where(marked > 0, (last + first) / 2, 1.0)
    return thresholds


@dataclass(frozen=True)
class ThresholdFit:
    """How thresholds are fitted.

    A class's F1 over its threshold is a jagged curve when positives are few. It is smoothed over
    neighbouring thresholds (`bandwidth`, standard deviation in log-odds) and pulled towards the mean
    curve of all classes with the weight of `prior` positives, so that a class with 13 positives
    does not follow its noise.
    """

    bandwidth: float
    prior: float

    def thresholds(self, gold: Marks, scores: Floats) -> NDArray[np.float64]:
        """The threshold of each class, shape (classes,), one of `GRID`: our own choice by F1, smoothed and pulled.

        Gold marks and scores have the shape (rows, classes). Raises `ScoreError` where they do not, and for NaN.
        """
        gold, scores = _scored(gold, scores)
        curves = np.stack([_f1_curve(gold[:, c], scores[:, c]) for c in range(gold.shape[1])])
        smooth = np.stack([_smoothed(curve, self.bandwidth) for curve in curves])
        positives = gold.sum(axis=0)[:, None]
        pulled = (smooth * positives + smooth.mean(axis=0) * self.prior) / np.maximum(positives + self.prior, 1e-9)
        chosen: NDArray[np.float64] = GRID[pulled.argmax(axis=1)]
        return chosen

    def cross_fitted(self, gold: Marks, scores: Floats, repeats: int = 20) -> NDArray[np.float64]:
        """F1 with thresholds fitted on one half and applied to the other, and the reverse.

        The rows are halved at random `repeats` times (seeds 0, 1, ...). Shape (repeats, classes), range 0..1;
        the mean over the classes is the macro-F1 of each halving. Raises `ScoreError` as `thresholds`, for fewer
        than two rows, and for no halving.
        """
        gold, scores = _scored(gold, scores)
        if len(gold) < 2 or repeats < 1:
            raise ScoreError(f"{len(gold)} rows cannot be halved {repeats} times")
        results = []
        for seed in range(repeats):
            order = np.random.default_rng(seed).permutation(len(gold))
            first, second = order[: len(gold) // 2], order[len(gold) // 2 :]
            predicted = np.zeros_like(gold)
            for fitted, scored in ((first, second), (second, first)):
                predicted[scored] = scores[scored] >= self.thresholds(gold[fitted], scores[fitted])
            results.append(f1_per_class(gold, predicted))
        return np.stack(results)


def _scored(gold: Marks, scores: Floats) -> tuple[Marks, NDArray[np.float64]]:
    marks, given = _as_marks(gold, "gold"), numbers(scores, "scores")
    if marks.shape != given.shape or marks.ndim != 2 or not marks.size:
        raise ScoreError(f"gold marks of shape {marks.shape} but scores of shape {given.shape}")
    if np.isnan(given).any():
        raise ScoreError(f"the score of row {int(np.isnan(given).any(axis=1).argmax())} (from 0) is NaN")
    return marks, given


def _f1_curve(gold: Marks, scores: Floats) -> NDArray[np.float64]:
    """F1 of one class at every threshold of the grid."""
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([[0], np.cumsum(gold[order])])
    chosen = np.searchsorted(-scores[order], -GRID, side="right")
    f1: NDArray[np.float64] = 2 * hits[chosen] / np.maximum(chosen + gold.sum(), 1)
    return f1


def _smoothed(curve: NDArray[np.float64], bandwidth: float) -> NDArray[np.float64]:
    if bandwidth <= 0:
        return curve
    step = 6 / (len(GRID) - 1)
    reach = int(np.ceil(3 * bandwidth / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    return np.convolve(np.pad(curve, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
