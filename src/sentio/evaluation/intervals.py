"""How far the headline metric of one system can be believed: its 95 % bootstrap interval over conversations.

Conversations are drawn with replacement (Efron, 1979), as in `sentio.metrics.significance`, here for every task
whose headline can be drawn. Words of one's own choice are scored by emotion wheels and have no interval.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.evaluation.base import Predictions
from sentio.evaluation.paired import Added, Additive, Paired, Sums
from sentio.evaluation.tallies import Rows, parts
from sentio.metrics.confusion import Codes, Measure
from sentio.metrics.significance import drawn, interval, outcomes

DRAWS, FEWER_DRAWS, MANY_ROWS = 10_000, 1_000, 100_000
"""Draws of conversations; fewer with more rows than `MANY_ROWS`, where a draw takes long and varies little."""

FEW = 20
"""Fewer conversations than this, drawn again, say little about others: the intervals are too narrow."""

Interval = tuple[float, float]


def draws_of(rows: int) -> int:
    """How often conversations are drawn where there are so many targets.

    >>> draws_of(1_109), draws_of(1_000_000)
    (10000, 1000)
    """
    return FEWER_DRAWS if rows > MANY_ROWS else DRAWS


def dialogue_interval(predictions: Predictions, labels: tuple[str, ...], measure: Measure) -> Interval | None:
    """The interval of a measure of the confusion table; None where there is only one conversation."""
    if len(set(predictions.conversations)) < 2:
        return None
    gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
    data = outcomes(gold, predicted, classes=labels, clusters=predictions.conversations)
    found = interval(data, measure, draws=draws_of(len(gold)))
    return found.low, found.high


def headline_interval(
    predictions: Predictions, task: str, headline: str, labels: tuple[str, ...] = ()
) -> Interval | None:
    """The interval of a task's headline from what it adds up by conversation (`sentio.evaluation.tallies`).

    None where there is only one conversation, and where a draw has no score, such as a correlation with a constant.
    """
    units = _units(predictions)
    repeats = np.ones(int(units.max()) + 1, dtype=np.intp)
    rows = Rows(units, repeats, predictions.gold, predictions.predicted)
    part = next(part for part in parts(task, headline, labels, rows) if headline in part.metrics)
    return _percentiles(part.paired, part.metrics.index(headline), len(units))


def mean_interval(predictions: Predictions, scores: Sequence[float] | NDArray[np.float64]) -> Interval | None:
    """The interval of the mean over rows, `scores` has shape (rows,); None where there is only one conversation."""
    units = _units(predictions)
    repeats = np.ones(int(units.max()) + 1, dtype=np.intp)
    added = Added.of([np.ones(len(units)), np.asarray(scores)], units, len(repeats))
    mean = Additive(Sums((added,), repeats), lambda totals: totals[..., 1:] / totals[..., :1])
    return _percentiles(mean, 0, len(units))


def _units(predictions: Predictions) -> Codes:
    """The number of each row's conversation, in the order in which they come."""
    number = {name: place for place, name in enumerate(dict.fromkeys(predictions.conversations))}
    return np.array([number[name] for name in predictions.conversations], dtype=np.intp)


def _percentiles(paired: Paired, metric: int, rows: int) -> Interval | None:
    repeats = paired.repeats
    if len(repeats) < 2:
        return None
    parts = drawn(repeats, "again", draws_of(rows), width=len(repeats))
    scores = np.concatenate([paired.resampled(weights)[0, :, metric] for weights in parts])
    low, high = np.quantile(scores, (0.025, 0.975))
    return None if np.isnan(scores).any() else (float(low), float(high))
