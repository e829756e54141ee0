"""Scores of several seeds as one figure: a single run says nothing about the next.

>>> spread([0.5, 0.75, 0.625])
Spread(mean=0.625, sd=0.125, min=0.5, max=0.75, n=3)
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from sentio.errors import ScoreError


@dataclass(frozen=True)
class Spread:
    """Mean, sample standard deviation (n - 1 below the line), extremes and number; `sd` is None for one seed."""

    mean: float
    sd: float | None
    min: float
    max: float
    n: int


def spread(scores: Sequence[float]) -> Spread:
    """Sum up the scores of n seeds. Raises `ScoreError` for none, and for a score that is not finite."""
    if not scores:
        raise ScoreError("no score to take a mean of")
    if not all(math.isfinite(score) for score in scores):
        raise ScoreError(f"a score is not a finite number: {list(scores)}")
    sd = statistics.stdev(scores) if len(scores) > 1 else None
    return Spread(statistics.fmean(scores), sd, min(scores), max(scores), len(scores))
