"""What a metric was given, as arrays of numbers and lists of texts, or one line that says why it is neither."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError


def array(given: ArrayLike | Sequence[object], what: str) -> NDArray[Any]:
    """An array of whatever type and shape it has. Raises `ScoreError` for ragged lists.

    >>> array([True, False], "marks")
    array([ True, False])
    """
    try:
        return np.asarray(given)
    except ValueError as error:
        raise ScoreError(f"{what}: lists of unequal length") from error


def numbers(given: ArrayLike | Sequence[float | None], what: str) -> NDArray[np.float64]:
    """The numbers as an array of whatever shape they have; None is NaN.

    Raises `ScoreError` for ragged lists and for what is no number.

    >>> numbers([1, None], "scores")
    array([ 1., nan])
    """
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ScoreError(f"{what}: not a list of numbers, or lists of unequal length") from error


def check_texts(given: Sequence[str], what: str) -> None:
    """Raises `ScoreError` unless this is a sequence of strings, and not one string.

    >>> check_texts(["so sad", None], "predictions")
    Traceback (most recent call last):
    sentio.errors.ScoreError: predictions: a NoneType where a text is expected
    """
    if isinstance(given, str) or not hasattr(given, "__len__"):
        raise ScoreError(f"{what}: a list of texts is expected, not a {type(given).__name__}")
    for kind in set(map(type, given)):
        if not issubclass(kind, str):
            raise ScoreError(f"{what}: a {kind.__name__} where a text is expected")
