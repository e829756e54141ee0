"""Scores of several seeds as one figure: a single run says nothing about the next.

>>> spread([0.5, 0.75, 0.625])
Spread(mean=0.625, sd=0.125, min=0.5, max=0.75, n=3)
"""

import math
import statistics
from dataclasses import dataclass

from numpy.typing import ArrayLike

from sentio.errors import ScoreError
from sentio.metrics.inputs import numbers


@dataclass(frozen=True)
class Spread:
    """Mean, sample standard deviation (n - 1 below the line), extremes and number; `sd` is None for one seed."""

    mean: float
    sd: float | None
    min: float
    max: float
    n: int


def spread(scores: ArrayLike) -> Spread:
    """Sum up the scores of n seeds, shape (n,), by the textbook's mean and sample standard deviation.

    Raises `ScoreError` for none, for another shape, and for a score that is not finite.
    """
    values = numbers(scores, "scores")
    if values.ndim != 1 or not values.size:
        raise ScoreError(f"one score a seed is needed, not the shape {values.shape}")
    seeds = values.tolist()
    if not all(map(math.isfinite, seeds)):
        raise ScoreError(f"a score is not a finite number: {seeds}")
    sd = statistics.stdev(seeds) if len(seeds) > 1 else None
    return Spread(statistics.fmean(seeds), sd, min(seeds), max(seeds), len(seeds))
