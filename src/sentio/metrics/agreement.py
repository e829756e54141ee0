"""How far raters agree beyond chance: Krippendorff's alpha, Cohen's and Fleiss' kappa, Cronbach's alpha.

Raters are anonymous in a vote matrix (see `votes.tally`), which is all that Fleiss and Krippendorff need.
Every coefficient is at most 1; 0 is chance, below 0 is worse than chance. Where all ratings are one and
the same value, there is nothing to agree on and the value is NaN.

>>> round(fleiss_kappa([[2, 0], [0, 2], [1, 1]]), 3)
0.333
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.inputs import numbers
from sentio.metrics.votes import Floats, vote_counts

Counts = NDArray[np.int64]
Level = Literal["nominal", "ordinal", "interval"]
Weighting = Literal["linear", "quadratic"]
RESAMPLES_AT_ONCE = 1 << 18
"""Numbers held at a time by a bootstrap: 2 MB, which stay near the processor."""

ALIKE = 10
"""Above so many items a distinct row, alike items are drawn together: a binomial draw takes as long as ten items'."""


def krippendorff_alpha(votes: ArrayLike, level: Level, values: Sequence[float] | None = None) -> float:
    """Krippendorff's alpha of vote counts of shape (items, classes): 1 at most, 0 is chance.

    Items may have any number of raters; those with one or none say nothing about agreement and are left
    out. For `ordinal` the columns are in order; for `interval` `values` says what each column stands for.
    Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011. Raises `ScoreError` where no item has
    two ratings, `values` do not fit, and for another level.

    >>> round(krippendorff_alpha([[2, 0, 0], [0, 2, 0], [0, 1, 1]], "ordinal"), 4)
    0.7778
    """
    counts = vote_counts(votes)
    if level not in get_args(Level):
        raise ScoreError(f"levels are {', '.join(get_args(Level))}, not {level!r}")
    if (values is not None) != (level == "interval"):
        raise ScoreError("the interval level, and it alone, needs the value of each class")
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        raise ScoreError("no item has two ratings: there is no agreement to measure")
    raters = counts.sum(axis=1)
    if values is not None:
        scale = numbers(values, "values")
        if scale.shape != counts.shape[1:] or not np.isfinite(scale).all():
            raise ScoreError(f"{counts.shape[1]} classes need as many finite values, not {list(values)}")
        if len(set(scale[counts.any(axis=0)])) == 1:
            return float("nan")
        centred = scale - np.average(scale, weights=counts.sum(axis=0))
        return _interval_alpha(raters, counts @ centred, counts @ centred**2)
    coincidences = counts.T @ (counts / (raters - 1)[:, None]) - np.diag((counts / (raters - 1)[:, None]).sum(axis=0))
    totals = counts.sum(axis=0)
    distance = _ordinal_distance(totals) if level == "ordinal" else 1 - np.eye(len(totals))
    observed = (coincidences * distance).sum()
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1)
    return float(1 - observed / expected) if expected else float("nan")


def krippendorff_alpha_of_scores(ratings: ArrayLike) -> float:
    """Krippendorff's alpha at the interval level, 1 at most, of scores of shape (items, raters); NaN is no rating.

    For continuous scores, where every value would be a class of its own (Krippendorff, 2011). Raises `ScoreError`
    where no item has two ratings and for infinite ones.

    >>> round(krippendorff_alpha_of_scores([[1.5, 1.4], [3.0, 3.1], [2.0, float("nan")]]), 4)
    0.9942
    """
    scores = _rating_matrix(ratings)
    given = ~np.isnan(scores)
    paired = given.sum(axis=1) >= 2
    if not paired.any():
        raise ScoreError("no item has two ratings: there is no agreement to measure")
    scores, given = scores[paired], given[paired]
    low, high = scores[given].min(), scores[given].max()
    if low == high:
        return float("nan")
    centred = np.where(given, scores - scores[given].mean(), 0.0)
    return _interval_alpha(given.sum(axis=1).astype(np.float64), centred.sum(axis=1), (centred**2).sum(axis=1))


def cohen_kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    weights: Weighting | None = None,
    labels: Sequence[Hashable] | None = None,
) -> float:
    """Cohen's kappa, -1..1, of two raters' labels, shape (items,) each (Cohen, 1960).

    With `weights`, a disagreement counts by the distance between the two labels' places in `labels`
    (Cohen, Psychological Bulletin 1968), so give all of them in order, those nobody used, too. Without
    `labels`, they are what occurs, sorted. NaN where both raters only ever use one and the same label.
    Raises `ScoreError` for unequal lengths, no items, a missing rating, one outside `labels`, labels that
    are given twice or cannot be sorted, and other weights.

    >>> cohen_kappa(["joy", "joy", "fear", "fear"], ["joy", "joy", "fear", "joy"])
    0.5
    """
    if len(first) != len(second):
        raise ScoreError(f"one rater labelled {len(first)} items, the other {len(second)}")
    if not len(first):
        raise ScoreError("no items")
    if weights is not None and weights not in get_args(Weighting):
        raise ScoreError(f"weights are {', '.join(get_args(Weighting))} or none, not {weights!r}")
    codes, size = _encoded(first, second, labels)
    table = np.bincount(codes[0] * size + codes[1], minlength=size * size).reshape(size, size).astype(np.float64)
    places = np.arange(size)
    apart = np.abs(places[:, None] - places).astype(np.float64)
    distance = apart if weights == "linear" else apart**2 if weights == "quadratic" else (apart > 0).astype(np.float64)
    expected = (np.outer(table.sum(axis=1), table.sum(axis=0)) * distance).sum() / table.sum()
    return float(1 - (table * distance).sum() / expected) if expected else float("nan")


def fleiss_kappa(votes: ArrayLike) -> float:
    """Fleiss' kappa, -1..1, of vote counts of shape (items, classes), the same number of raters for every item.

    Fleiss, Psychological Bulletin 1971. NaN where all votes are for one class. Raises `ScoreError` where
    items have different numbers of raters (use `krippendorff_alpha`) or fewer than two.

    >>> round(fleiss_kappa([[3, 0], [0, 3], [2, 1], [3, 0]]), 4)
    0.625
    """
    counts = vote_counts(votes)
    raters = counts.sum(axis=1)
    if raters.min() != raters.max() or raters[0] < 2:
        raise ScoreError(
            f"items have {raters.min():g} to {raters.max():g} raters; Fleiss' kappa needs two or more, everywhere as "
            "many: use Krippendorff's alpha"
        )
    chance = float((counts.sum(axis=0) ** 2).sum() / counts.sum() ** 2)
    return (pairwise_agreement(counts) - chance) / (1 - chance) if chance < 1 else float("nan")


def pairwise_agreement(votes: ArrayLike) -> float:
    """The part of pairs of raters that agree, 0..1: taken for each item, then the mean over the items.

    `votes` are counts of shape (items, classes). Fleiss' observed agreement (1971), here for any number of raters:
    items with fewer than two have no pair and are left out. Not corrected for chance. Raises `ScoreError` where no
    item has two ratings.

    >>> pairwise_agreement([[3, 0], [2, 1], [1, 0]])
    0.6666666666666666
    """
    counts = vote_counts(votes)
    raters = counts.sum(axis=1)
    counts, raters = counts[raters >= 2], raters[raters >= 2]
    if not len(counts):
        raise ScoreError("no item has two ratings: there is no agreement to measure")
    return float((((counts * (counts - 1)).sum(axis=1)) / (raters * (raters - 1))).mean())


@dataclass(frozen=True)
class CronbachAlpha:
    """Cronbach's alpha with the limits of its bootstrap interval. NaN where the items' sums do not vary."""

    value: float
    low: float
    high: float


def cronbach_alpha(
    ratings: ArrayLike, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
) -> CronbachAlpha:
    """Cronbach's alpha of scores of shape (items, raters), with a percentile bootstrap over the items.

    alpha = k / (k - 1) (1 - sum of the raters' variances / variance of the items' sums) for k raters (Cronbach,
    Psychometrika 1951); it is 1 at most and can be negative. Where many items have the same ratings these are drawn
    together, which changes nothing but the time; with continuous scores every item is drawn for itself: a thousand
    resamples of 100,000 items take about a second, of a million about a quarter of a minute. Resamples in which nothing
    varies have no alpha and are left out. Raises `ScoreError` for a missing rating (leave the item out, or use
    `krippendorff_alpha_of_scores`), for fewer than two items or raters, no resamples, and a confidence that is not
    between 0 and 1.

    >>> round(cronbach_alpha([[0, 0], [1, 1], [2, 1]]).value, 4)
    0.8571
    """
    if resamples < 1 or not 0 < confidence < 1:
        raise ScoreError(f"one resample or more and a confidence in 0..1 are needed, not {resamples} and {confidence}")
    scores = _rating_matrix(ratings)
    if np.isnan(scores).any():
        raise ScoreError("Cronbach's alpha needs every rater's score of every item")
    if min(scores.shape) < 2:
        raise ScoreError(f"Cronbach's alpha needs two items and two raters, not {scores.shape}")
    rows, repeats = _distinct_rows(scores)
    if len(scores) < ALIKE * len(rows):
        rows, repeats = scores, np.ones(len(scores), dtype=np.int64)
    rows = rows - rows.mean(axis=0)
    columns = np.column_stack([rows, rows.sum(axis=1)])
    powers = np.hstack([columns, columns**2])
    value = float(_cronbach(powers, repeats[None, :])[0])
    random = np.random.default_rng(seed)
    step = max(1, RESAMPLES_AT_ONCE // len(rows))
    alphas = [
        _cronbach(powers, _resamples(repeats, random, min(step, resamples - done)))
        for done in range(0, resamples, step)
    ]
    drawn = np.concatenate([[], *alphas])
    drawn = drawn[~np.isnan(drawn)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) if len(drawn) else (np.nan, np.nan)
    return CronbachAlpha(value, float(low), float(high))


def _interval_alpha(raters: Floats, sums: Floats, squares: Floats) -> float:
    """Alpha from each item's number of ratings, their sum and sum of squares, all centred at the grand mean."""
    # Over ordered pairs of m values, sum (x - y)^2 = 2 m sum x^2 - 2 (sum x)^2.
    observed = ((2 * raters * squares - 2 * sums**2) / (raters - 1)).sum()
    total = raters.sum()
    expected = (2 * total * squares.sum() - 2 * sums.sum() ** 2) / (total - 1)
    return float(1 - observed / expected) if expected > 0 else float("nan")


def _ordinal_distance(totals: Floats) -> Floats:
    """Squared number of ratings between two classes, both ends counted by half (Krippendorff 2011)."""
    middle = np.cumsum(totals) - totals / 2
    distance: Floats = (middle[:, None] - middle) ** 2
    return distance


def _encoded(
    first: Sequence[Hashable], second: Sequence[Hashable], labels: Sequence[Hashable] | None
) -> tuple[NDArray[np.int64], int]:
    """Both raters' labels as places in `labels`: shape (2, items); and how many labels there are."""
    pair = [list(each.tolist()) if isinstance(each, np.ndarray) else list(each) for each in (first, second)]
    try:
        seen = set(pair[0]) | set(pair[1])
        if any(label is None or label != label for label in seen):  # noqa: PLR0124  NaN is what differs from itself
            raise ScoreError("a rating is missing; Cohen's kappa needs both raters' labels for every item")
        order = list(labels) if labels is not None else sorted(seen)  # type: ignore[type-var]
        place = {label: index for index, label in enumerate(order)}
    except TypeError as error:
        raise ScoreError(f"labels of one kind are needed, or `labels` in their order: {error}") from error
    if len(place) < len(order):
        raise ScoreError(f"labels must be distinct: {order}")
    if not seen <= place.keys():
        raise ScoreError(f"{next(iter(seen - place.keys()))!r} is none of the labels")
    codes = np.stack([np.fromiter(map(place.__getitem__, each), np.int64, len(each)) for each in pair])
    return codes, len(order)


def _rating_matrix(ratings: ArrayLike) -> Floats:
    scores = numbers(ratings, "ratings")
    if scores.ndim != 2 or scores.size == 0:
        raise ScoreError(f"ratings need the shape (items, raters), not {scores.shape}")
    if np.isinf(scores).any():
        raise ScoreError("a rating is infinite")
    return scores


def _distinct_rows(scores: Floats) -> tuple[Floats, Counts]:
    """The rows that differ, and how often each occurs. Column by column: sorting whole rows is ten times slower."""
    codes = np.zeros(len(scores), dtype=np.int64)
    for column in scores.T:
        values, places = np.unique(column, return_inverse=True)
        # Renumbering after each column keeps the codes below the number of rows times its values.
        seen, first, codes, repeats = np.unique(codes * len(values) + places, True, True, True)
        if len(seen) == len(scores):
            break
    return scores[first], repeats


def _resamples(repeats: Counts, random: np.random.Generator, draws: int) -> Counts:
    """How often each row is drawn in so many resamples, shape (draws, rows), from how often the data have it."""
    rows = len(repeats)
    if repeats.max() > 1:
        total = int(repeats.sum())
        return random.multinomial(total, repeats / total, size=draws)
    return np.stack([np.bincount(random.integers(0, rows, rows), minlength=rows) for _ in range(draws)])


def _cronbach(powers: Floats, repeats: Counts) -> Floats:
    """Alpha of each resample: `repeats` (resamples, rows) says how often a row is drawn.

    `powers` are the raters' centred scores, the sum of them, and the squares of all these: shape
    (rows, 2 raters + 2).
    """
    weights = repeats.astype(np.float64)
    means, squares = np.hsplit(weights @ powers / weights.sum(axis=1, keepdims=True), 2)
    variances = squares - means**2
    parts, whole = variances[:, :-1].sum(axis=1), variances[:, -1]
    raters = variances.shape[1] - 1
    # Without variation the variance comes out as rounding dust, not as zero.
    varies = whole > 1e-12 * powers[:, raters + 1 :].max()
    ratio = np.divide(parts, whole, out=np.full_like(whole, np.nan), where=varies)
    alpha: Floats = raters / (raters - 1) * (1 - ratio)
    return alpha
