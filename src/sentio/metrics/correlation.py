"""How well predicted scores follow given ones: correlation, concordance and error, with refusals counted.

Numbers are paired by position. A prediction that is None or NaN is a refusal: the single metrics raise
`ScoreError` on it, `score_regression` scores what was answered and says how much was not.

>>> score = score_regression([1, 2, 3, 4], [1, 2, 4, None])
>>> score.refusals, round(score.pearson, 3), round(score.mae, 3)
(0.25, 0.982, 0.333)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sentio.errors import MissingExtra, ScoreError
from sentio.metrics.inputs import numbers
from sentio.metrics.votes import Floats, Marks

Answers = ArrayLike | Sequence[float | None]


def pearson(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's r of two sides of shape (items,), range -1..1 (Pearson, 1895), computed by scipy.

    NaN where either side is constant (or one item): the correlation is undefined. Raises `ScoreError` for unequal
    lengths, no items, NaN and infinite numbers, `MissingExtra` without scipy.

    >>> round(pearson([1, 2, 3], [1, 2, 4]), 3)
    0.982
    """
    wanted, found = _pair(gold, predicted)
    if _constant(wanted) or _constant(found):
        return float("nan")
    try:
        from scipy.stats import pearsonr
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    return float(pearsonr(_scaled(wanted, _exponent(wanted)), _scaled(found, _exponent(found))).statistic)


def spearman(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Spearman's rank correlation, -1..1 (1904): Pearson's r of the ranks, ties sharing their mean rank.

    Shapes, NaN and errors as `pearson`. The ranks are scipy's.

    >>> round(spearman([1, 2, 3, 4], [1, 10, 100, 50]), 3)
    0.8
    """
    wanted, found = _pair(gold, predicted)
    try:
        from scipy.stats import rankdata
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    return pearson(rankdata(wanted), rankdata(found))


def ccc(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Lin's concordance correlation of two sides of shape (items,), -1..1: a shift or a wrong scale lowers it.

    2 cov / (var + var + (difference of means)^2) with population moments (Lin, Biometrics 1989). Where
    either side is constant it is 0, as in OMG-Empathy's scorer (arXiv 1908.11706); that scorer divides
    by zero where both are constant and equal, here that is 0, too. Raises `ScoreError` as `pearson`.

    >>> round(ccc([1, 2, 3], [2, 3, 4]), 6)
    0.571429
    """
    wanted, found = _pair(gold, predicted)
    if _constant(wanted) or _constant(found):
        return 0.0
    exponent = _exponent(wanted, found)
    wanted, found = _scaled(wanted, exponent), _scaled(found, exponent)
    apart = wanted.mean() - found.mean()
    covariance = ((wanted - wanted.mean()) * (found - found.mean())).mean()
    return float(2 * covariance / (wanted.var() + found.var() + apart**2))


def mae(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Mean absolute error, 0 and up, in the scores' own unit, as in scikit-learn. Shapes and errors as `pearson`.

    >>> mae([1, 2], [1, 4])
    1.0
    """
    wanted, found = _pair(gold, predicted)
    exponent = _exponent(wanted, found)
    apart = _scaled(wanted, exponent) - _scaled(found, exponent)
    return float(np.ldexp(np.abs(apart).mean(), exponent))


def rmse(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Root of the mean squared error, 0 and up, in the scores' own unit, as in scikit-learn. Shapes, errors as `mae`.

    >>> round(rmse([1, 2], [1, 4]), 3)
    1.414
    """
    wanted, found = _pair(gold, predicted)
    exponent = _exponent(wanted, found)
    apart = _scaled(wanted, exponent) - _scaled(found, exponent)
    return float(np.ldexp(np.sqrt((apart**2).mean()), exponent))


@dataclass(frozen=True)
class RegressionScores:
    """What `score_regression` found; all but `items` and `refusals` are of the answered items only.

    NaN is what is undefined: everything where nothing was answered, correlations of a constant.
    """

    items: int
    refusals: float
    """Part of the items without an answer, 0..1."""
    pearson: float
    spearman: float
    ccc: float
    mae: float
    rmse: float


def score_regression(gold: ArrayLike, predicted: Answers) -> RegressionScores:
    """Every metric of this file over the answered items, and the part of items that was refused: shape (items,) each.

    Systems that refuse choose what they are scored on: compare two of them on the items `answered_by_all`.
    Raises `ScoreError` for unequal lengths, no items, infinite numbers, and NaN in `gold`.

    >>> score_regression([0, 1], [None, None])
    RegressionScores(items=2, refusals=1.0, pearson=nan, spearman=nan, ccc=nan, mae=nan, rmse=nan)
    """
    wanted, found = _items(gold, "gold"), _items(predicted, "predictions")
    _same_length(wanted, found)
    if np.isnan(wanted).any():
        raise ScoreError(f"gold: item {int(np.isnan(wanted).argmax())} is NaN")
    given = ~np.isnan(found)
    refusals = float(1 - given.mean())
    if not given.any():
        nan = float("nan")
        return RegressionScores(len(wanted), refusals, nan, nan, nan, nan, nan)
    scores = (metric(wanted[given], found[given]) for metric in (pearson, spearman, ccc, mae, rmse))
    return RegressionScores(len(wanted), refusals, *scores)


def answered_by_all(predictions: Sequence[Answers]) -> Marks:
    """The items that none of several systems refused: a mask of shape (items,).

    EmoNet-Voice (arXiv 2506.09827) compares systems on different items; on these it is fair. Raises `ScoreError` for no
    system, unequal lengths and infinite numbers.

    >>> answered_by_all([[1, None, 3], [1, 2, 3]])
    array([ True, False,  True])
    """
    if not len(predictions):
        raise ScoreError("no predictions")
    answers = [_items(each, "predictions") for each in predictions]
    given = np.ones(len(answers[0]), dtype=np.bool_)
    for each in answers:
        _same_length(answers[0], each)
        given &= ~np.isnan(each)
    return given


def _pair(gold: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    wanted, found = _items(gold, "gold"), _items(predicted, "predictions")
    _same_length(wanted, found)
    for what, side in (("gold", wanted), ("predictions", found)):
        if np.isnan(side).any():
            raise ScoreError(f"{what}: item {int(np.isnan(side).argmax())} is NaN")
    return wanted, found


def _items(given: Answers, what: str) -> Floats:
    items = numbers(given, what)
    if items.ndim != 1 or not items.size:
        raise ScoreError(f"{what}: one number an item is needed, not the shape {items.shape}")
    if np.isinf(items).any():
        raise ScoreError(f"{what}: item {int(np.isinf(items).argmax())} is infinite")
    return items


def _same_length(gold: Floats, predicted: Floats) -> None:
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(gold)} items on one side, {len(predicted)} on the other")


def _exponent(*sides: Floats) -> int:
    """The power of two that brings the largest number just below 1: squares of 1e200 and 1e-200 are no doubles."""
    return int(np.frexp(max(np.abs(side).max() for side in sides))[1])


def _scaled(side: Floats, exponent: int) -> Floats:
    # By a power of two no digit is lost, so that ordinary scores come out to the last bit as without it.
    scaled: Floats = np.ldexp(side, -exponent)
    return scaled


def _constant(side: Floats) -> bool:
    return bool(side.min() == side.max())
