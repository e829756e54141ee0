"""Whether probabilities mean what they say.

Gold is given as codes (`sentio.metrics.confusion.encode_gold`), shape (N,), range 0..C - 1; probabilities have
shape (N, C), range 0..1, and rows that sum to 1. Anything else raises `ScoreError`: scores of independent labels
are no distribution.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.confusion import Codes
from sentio.metrics.inputs import array, numbers

HALF = 0.0005
"""Half of the third decimal: how far each of a row's probabilities may have been rounded."""

ROUNDED = 0.01
"""How far a row may be from summing to 1 in any case: two classes written with two decimals."""


def expected_calibration_error(gold: Codes, probabilities: ArrayLike, *, bins: int = 15) -> float:
    """ECE of the top label, range 0..1: mean gap between confidence and accuracy over equal-width bins.

    Codes of shape (N,) against probabilities of shape (N, C). Bins are ((i - 1)/bins, i/bins], weighted by their rows,
    15 unless said (Guo et al., ICML 2017, equation 3). It depends on the number of bins: state it beside the figure.
    Raises `ScoreError` for fewer than one bin, and for gold and probabilities that are not as the module says.

    >>> expected_calibration_error(np.array([0, 1, 1, 1]), [[1, 0], [0.25, 0.75], [0.75, 0.25], [0, 1]])
    0.125
    """
    if bins < 1:
        raise ScoreError(f"calibration error needs at least one bin, not {bins}")
    codes, rows = _distributions(gold, probabilities)
    confidence, right = rows.max(axis=1), rows.argmax(axis=1) == codes
    # Edges as they are stored: 0.3 * 10 is not 3.
    bin_of = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    gap = np.bincount(bin_of, weights=confidence - right, minlength=bins)
    return float(abs(gap).sum() / len(rows))


def brier(gold: Codes, probabilities: ArrayLike) -> float:
    """Squared distance between probabilities and the truth, range 0..2 (Brier, 1950): classes summed, rows averaged.

    Codes of shape (N,) against probabilities of shape (N, C). For two classes it is twice the one-sided score that is
    common there. Raises `ScoreError` for gold and probabilities that are not as the module says.

    >>> brier(np.array([0, 1]), [[1.0, 0.0], [0.5, 0.5]])
    0.25
    """
    codes, rows = _distributions(gold, probabilities)
    squares = np.einsum("nc,nc->n", rows, rows) - 2 * rows[np.arange(len(rows)), codes] + 1
    return float(squares.mean())


def _distributions(gold: Codes, probabilities: ArrayLike) -> tuple[Codes, NDArray[np.float64]]:
    rows, codes = numbers(probabilities, "probabilities"), array(gold, "gold")
    if codes.ndim != 1 or not (np.issubdtype(codes.dtype, np.integer) or not codes.size):
        raise ScoreError(f"gold is given as class codes of shape (N,), not as {codes.dtype} of shape {codes.shape}")
    if rows.ndim != 2 or len(rows) != len(codes) or not rows.size:
        raise ScoreError(f"{len(codes)} gold labels but probabilities of shape {rows.shape}; (N, classes) is wanted")
    # A sum that is off by exactly the rounding must not fail for the last bit.
    rounded = max(ROUNDED, HALF * rows.shape[1]) + 1e-9
    if not ((rows >= 0) & (rows <= 1)).all() or not (abs(rows.sum(axis=1) - 1) <= rounded).all():
        raise ScoreError("probabilities lie in 0..1 and each row sums to 1; some do not")
    if codes.min() < 0 or codes.max() >= rows.shape[1]:
        raise ScoreError(f"a gold label is none of the {rows.shape[1]} classes with a probability")
    return codes, rows
