"""Vote shares as targets: smoothing them, and scoring a model's distribution against the raters'.

>>> human, model = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.5, 0.5]])
>>> kl_divergence(human, model).round(3)
array([0.   , 0.693])
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sentio.errors import ScoreError
from sentio.metrics.multilabel import f1_per_class
from sentio.metrics.votes import Floats, above_uniform, vote_counts, vote_matrix

SMOOTHING = 0.05
"""The amount in Chou, arXiv 2510.05934, and in the label files of EMO-SUPERB."""

ANDO_PRIOR = 0.75
"""The alpha of Ando's soft labels in Chou, arXiv 2510.05934."""

ROUNDING = 1e-4
"""How far a row of a distribution may be from 1: label files keep six digits, models half precision."""


def smooth(shares: ArrayLike, amount: float = SMOOTHING) -> Floats:
    """Vote shares (items, classes) moved towards uniform: no class has probability zero, rows still sum to 1.

    s' = s (1 - a - a / (C - 1)) + a / (C - 1), as EMO-SUPERB's label files do it. A share of 1/C stays
    1/C. Raises `ScoreError` for rows that do not sum to 1 and for fewer than two classes.

    >>> smooth([[0.4, 0.6, 0, 0, 0, 0]]).round(3)
    array([[0.386, 0.574, 0.01 , 0.01 , 0.01 , 0.01 ]])
    """
    distribution = _distribution(shares, "shares")
    floor = amount / (distribution.shape[1] - 1)
    smoothed: Floats = distribution * (1 - amount - floor) + floor
    return smoothed


def unsmooth(smoothed: ArrayLike, amount: float = SMOOTHING) -> Floats:
    """The vote shares, shape (items, classes), range 0..1, behind smoothed ones: `smooth` backwards.

    Digits that a file rounded away stay away: compare the shares with a tolerance. Raises `ScoreError`
    where the result would be negative beyond rounding, as for labels that were never smoothed.

    >>> unsmooth([[0.386, 0.574, 0.01, 0.01, 0.01, 0.01]]).round(6)
    array([[0.4, 0.6, 0. , 0. , 0. , 0. ]])
    """
    distribution = _distribution(smoothed, "smoothed labels")
    floor = amount / (distribution.shape[1] - 1)
    result: Floats = (distribution - floor) / (1 - amount - floor)
    if result.min() < -ROUNDING:
        raise ScoreError(f"labels smoothed by {amount:g} cannot be as small as {distribution.min():g}")
    return np.maximum(result, 0.0)


def ando(votes: ArrayLike, prior: float = ANDO_PRIOR) -> Floats:
    """Soft labels (items, classes), 0..1, of counts with `prior` votes added to every class: (prior + v)/(prior C + n).

    After Ando et al., ICASSP 2018, as Chou, arXiv 2510.05934, uses it. Few raters stay near uniform.
    Raises `ScoreError` for shares in place of counts.

    >>> ando([[0, 0, 0, 1, 10, 0]]).round(6)
    array([[0.048387, 0.048387, 0.048387, 0.112903, 0.693548, 0.048387]])
    """
    counts = vote_counts(votes)
    raised = counts + prior
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


def kl_divergence(human: ArrayLike, model: ArrayLike) -> Floats:
    """KL(human || model) of each item in nats, shape (items,), 0 and up; report the mean.

    It has no fixed range: compare means on the same items only. A class without votes adds nothing.
    Raises `ScoreError` where the model gives probability 0 to a class that has votes: the divergence is
    infinite there, and one such item would hide all others. Smooth the model's output before.

    >>> kl_divergence([[0.75, 0.25]], [[0.25, 0.75]]).round(6)
    array([0.549306])
    """
    human_, model_ = _pair(human, model)
    own = np.log(human_, out=np.zeros_like(human_), where=human_ > 0)
    divergence: Floats = (human_ * own).sum(axis=1) + _cross_entropy(human_, model_)
    # Rounding can leave -1e-17 where the two are equal; a divergence is never negative.
    return np.maximum(divergence, 0.0)


def cross_entropy(human: ArrayLike, model: ArrayLike) -> Floats:
    """Cross entropy of each item in nats, shape (items,), 0 and up: the divergence plus the raters' own entropy.

    Raises `ScoreError` as `kl_divergence` does.

    >>> cross_entropy([[1.0, 0.0]], [[0.5, 0.5]]).round(6)
    array([0.693147])
    """
    return _cross_entropy(*_pair(human, model))


def macro_f1(
    human: ArrayLike, model: ArrayLike, *, compat: Literal["official"] | None = None, batch_size: int = 32
) -> float:
    """Macro-F1, 0..1, of the classes above 1/C in the raters' shares and in the model's output.

    Both have the shape (items, classes) and rows that sum to 1, else `ScoreError`. A class that neither side has
    scores 0. `compat="official"` is EMO-SUPERB's released scorer: the mean
    of the macro-F1 of each batch of `batch_size` items, in file order. It depends on the batch size and
    counts a class as 0 in every batch that has none of it, so rare classes and with them the whole score
    come out too low. The paper trains in batches of 32; what the release scores in stands in its settings.

    >>> human, model = [[0.9, 0.1], [0.1, 0.9]], [[0.8, 0.2], [0.2, 0.8]]
    >>> macro_f1(human, model), macro_f1(human, model, compat="official", batch_size=1)
    (1.0, 0.5)
    """
    gold, predicted = (above_uniform(each) for each in _pair(human, model))
    if compat is None:
        return float(f1_per_class(gold, predicted).mean())
    starts = range(0, len(gold), batch_size)
    batches = [f1_per_class(gold[i : i + batch_size], predicted[i : i + batch_size]).mean() for i in starts]
    return float(np.mean(batches))


def _cross_entropy(human: Floats, model: Floats) -> Floats:
    impossible = (model == 0) & (human > 0)
    if impossible.any():
        item = int(impossible.any(axis=1).argmax())
        raise ScoreError(f"item {item}: the model gives 0 to a class that has votes; smooth its output first")
    entropy: Floats = -(human * np.log(model, out=np.zeros_like(model), where=model > 0)).sum(axis=1)
    return entropy


def _pair(human: ArrayLike, model: ArrayLike) -> tuple[Floats, Floats]:
    human_, model_ = _distribution(human, "the raters' shares"), _distribution(model, "the model's output")
    if human_.shape != model_.shape:
        raise ScoreError(f"the raters' shares have the shape {human_.shape}, the model's output {model_.shape}")
    return human_, model_


def _distribution(rows: ArrayLike, what: str) -> Floats:
    matrix = vote_matrix(rows)
    if matrix.shape[1] < 2:
        raise ScoreError(f"{what}: a distribution needs two classes or more")
    off = np.abs(matrix.sum(axis=1) - 1)
    if off.max() > ROUNDING:
        raise ScoreError(f"{what}: row {int(off.argmax())} sums to {matrix[off.argmax()].sum():g}, not to 1")
    return matrix
