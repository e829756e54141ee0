"""Which classes raters choose together, and what the co-occurrence penalty of a training loss comes to.

The penalty (Chou, arXiv 2510.05934) is written as a sum over pairs of classes, but the second class of
a pair meets no prediction: sum_j sum_z P[j, z] L[j] = sum_j w[j] L[j] with the row sums w of P. It is a
class weight, the larger the fewer the company a class keeps, and nothing else. A model with one
independent output a class, trained by Adam, does not even feel it: Adam divides a parameter's gradient
by its own scale. A loss in which classes do meet, s^T P q, is another loss.

>>> votes = np.array([[3, 1, 0], [0, 2, 0], [1, 1, 0], [0, 0, 4]])
>>> counts = together(votes > 0)
>>> counts
array([[2, 2, 0],
       [2, 3, 0],
       [0, 0, 1]])
>>> penalty_weights(counts).round(3)
array([1.333, 1.   , 2.   ])
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.inputs import array, numbers
from sentio.metrics.votes import Floats, Labels, Marks


def together(marks: ArrayLike) -> Labels:
    """How often two classes mark the same item: shape (classes, classes), how often each does on the diagonal.

    The paper leaves open what marks a class: any vote (`votes > 0`) or a share `above_uniform`.
    Raises `ScoreError` for marks that are not boolean, of another shape, or none.
    """
    chosen = _marks(marks)
    # float32 counts exactly up to 2**24 and multiplies by the fast path; add up blocks below that.
    total = np.zeros((chosen.shape[1], chosen.shape[1]), dtype=np.int64)
    for start in range(0, len(chosen), 1 << 20):
        block = chosen[start : start + (1 << 20)].astype(np.float32)
        total += (block.T @ block).astype(np.int64)
    return total


def conditional(counts: ArrayLike) -> Floats:
    """How often class i marks an item that class j marks: counts with each column j divided by its diagonal.

    Shape (classes, classes), range 0..1 (Chou, arXiv 2510.05934). Not symmetric; the diagonal is 1. Raises `ScoreError`
    for a class that marks nothing: its column would be 0/0.

    >>> conditional([[2, 2], [2, 4]])
    array([[1. , 0.5],
           [1. , 1. ]])
    """
    matrix = numbers(counts, "co-occurrence counts")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ScoreError(f"co-occurrence counts need the shape (classes, classes), not {matrix.shape}")
    alone = np.diagonal(matrix)
    if not np.isfinite(matrix).all() or (matrix < 0).any():
        raise ScoreError("co-occurrence counts hold a negative number, NaN or an infinite one")
    if not alone.all():
        raise ScoreError(f"class {int(np.argmin(alone))} is never chosen, so nothing is chosen with it")
    result: Floats = matrix / alone
    return result


def penalty(counts: ArrayLike) -> Floats:
    """P = 1 - `conditional`: the matrix of the penalty, 0 on the diagonal (Chou, arXiv 2510.05934).

    Shape (classes, classes), range 0..1. Raises `ScoreError` as `conditional` does.

    >>> penalty([[2, 2], [2, 4]])
    array([[0. , 0.5],
           [0. , 0. ]])
    """
    return 1 - conditional(counts)


def penalty_weights(counts: ArrayLike) -> Floats:
    """The class weights that the penalty of Chou comes to: row sums of P, shape (classes,), 0..classes - 1.

    Raises `ScoreError` as `conditional` does.

    >>> penalty_weights([[2, 2], [2, 4]])
    array([0.5, 0. ])
    """
    weights: Floats = penalty(counts).sum(axis=1)
    return weights


def cooccurrence_distance(gold: ArrayLike, predicted: ArrayLike) -> float:
    """How far a model's co-occurrence is from the raters', 0 and up: Frobenius norm of the gap of `conditional`.

    `gold` and `predicted` are marks of shape (items, classes) (Chou, arXiv 2510.05934). A class that the model never
    marks has a column of zeros, so that silence is a distance and not an error; one that the raters never mark raises
    `ScoreError`.

    >>> gold = np.array([[True, True], [True, False]])
    >>> cooccurrence_distance(gold, gold), cooccurrence_distance(gold, gold & [True, False])
    (0.0, 1.5)
    """
    gold_marks, predicted_marks = _marks(gold), _marks(predicted)
    if gold_marks.shape != predicted_marks.shape:
        raise ScoreError(f"gold marks have the shape {gold_marks.shape}, predicted ones {predicted_marks.shape}")
    wanted, found = conditional(together(gold_marks)), together(predicted_marks).astype(np.float64)
    alone = np.diagonal(found)
    given = np.divide(found, alone, out=np.zeros_like(found), where=alone > 0)
    return float(np.linalg.norm(wanted - given))


def _marks(marks: ArrayLike) -> Marks:
    chosen: NDArray[np.bool_] = array(marks, "marks")
    if chosen.ndim != 2 or chosen.size == 0:
        raise ScoreError(f"marks need the shape (items, classes), not {chosen.shape}")
    if chosen.dtype != np.bool_:
        raise ScoreError(f"marks need to be true or false, not {chosen.dtype}: compare votes with a threshold first")
    return chosen
