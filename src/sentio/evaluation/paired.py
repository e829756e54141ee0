"""Is one system better than another on the same conversations? Two tests, on whole conversations.

The *paired bootstrap* (Koehn, EMNLP 2004) draws conversations again and scores both systems on the same draws:
how far would the difference lie on other data of this kind? *Approximate randomisation* (Noreen, 1989; Yeh,
COLING 2000) exchanges the two systems' answers conversation by conversation: how often would a difference so
large come up if it did not matter who answered?

`sentio.metrics.significance` does this for one measure of a confusion table at a time; here all metrics of a
task, and several seeds, are scored on the same draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentio.metrics.confusion import Codes
from sentio.metrics.significance import AT_ONCE, ROUNDING, Weights, drawn

Floats = NDArray[np.float64]
Totals = NDArray[np.int64] | NDArray[np.float64]


class Paired(Protocol):
    """Two systems' answers to the same units; scores have the first system's before the second's on axis 0."""

    @property
    def repeats(self) -> Codes:
        """How many units of the data each unit stands for, shape (units,)."""
        ...

    def whole(self) -> Floats:
        """Scores on the data as they are, shape (2, metrics)."""
        ...

    def resampled(self, weights: Weights) -> Floats:
        """Scores where each unit counts so often: (draws, units) in, (2, draws, metrics) out."""
        ...

    def swapped(self, weights: Weights) -> Floats:
        """Scores where so many of each unit's answers have changed places, shapes as `resampled`."""
        ...


class Tallies(Protocol):
    """Numbers that add up over units: `sentio.metrics.significance.Outcomes`, `Sums`."""

    @property
    def repeats(self) -> Codes: ...

    def counts(self, weights: Weights) -> Totals:
        """The totals of both systems, (draws, units) in, (2, draws, ...) out."""
        ...


@dataclass(frozen=True, eq=False)
class Added:
    """What the units of one system add to its totals, without the zeros: `values` of `units`, number by number.

    Those of the i-th number that is not 0 throughout, `present[i]`, begin at `starts[i]`.
    """

    numbers: int
    present: Codes
    starts: Codes
    units: Codes
    values: Floats

    @classmethod
    def of(cls, columns: Sequence[NDArray[np.generic]], unit: Codes, units: int) -> "Added":
        """From the numbers of rows, a column each, and each row's unit."""
        sums = [np.bincount(unit, column.astype(np.float64), units) for column in columns]
        where = [np.flatnonzero(each) for each in sums]
        sizes = np.array([len(each) for each in where])
        present = np.flatnonzero(sizes)
        starts = (np.cumsum(sizes) - sizes)[present]
        values = np.concatenate([each[there] for each, there in zip(sums, where, strict=True)])
        return cls(len(sums), present, starts, np.concatenate(where), values)

    def totals(self, weights: Weights) -> Floats:
        """The totals where each unit counts so often: (draws, units) in, (draws, numbers) out."""
        total = np.zeros((len(weights), self.numbers))
        at_once = max(1, AT_ONCE // len(self.units))
        for start in range(0, len(weights), at_once):
            drawn = np.take(weights[start : start + at_once], self.units, axis=1) * self.values
            total[start : start + at_once, self.present] = np.add.reduceat(drawn, self.starts, axis=1)
        return total


@dataclass(frozen=True, eq=False)
class Sums:
    """Two systems' numbers by unit, or one's."""

    systems: tuple[Added, ...]
    repeats: Codes

    def counts(self, weights: Weights) -> Floats:
        """The totals, shape (systems, draws, numbers)."""
        return np.stack([system.totals(weights) for system in self.systems])


@dataclass(frozen=True, eq=False)
class Additive:
    """Metrics that follow from totals: `score` takes (..., numbers) or (..., C, C + 1) and gives (..., metrics)."""

    tallies: Tallies
    score: Callable[[Totals], Floats]

    @property
    def repeats(self) -> Codes:
        return self.tallies.repeats

    def whole(self) -> Floats:
        return self.score(self._whole)[:, 0]

    def resampled(self, weights: Weights) -> Floats:
        return self.score(self.tallies.counts(weights))

    def swapped(self, weights: Weights) -> Floats:
        first, second = self._whole
        given, taken = self.tallies.counts(weights)
        return self.score(np.stack([first - given + taken, second - taken + given]))

    @cached_property
    def _whole(self) -> Totals:
        return self.tallies.counts(self.repeats[None].astype(np.int32))


@dataclass(frozen=True, eq=False)
class Differences:
    """Shape (metrics,) each: both scores, the 95 % interval of first minus second, and p; NaN is undefined."""

    first: Floats
    second: Floats
    low: Floats
    high: Floats
    p: Floats


def differences(seeds: Sequence[Paired], draws: int) -> Differences:
    """Test the mean over seeds of the difference of every metric; `seeds` are pairs over the same units.

    A metric that is not defined on the whole, or in any draw, has no interval and no p (NaN), and none has
    with `draws` 0. p is two-sided, (1 + draws as extreme) / (1 + draws), never 0.
    """
    repeats = seeds[0].repeats
    whole = np.mean([seed.whole() for seed in seeds], axis=0)
    observed = whole[0] - whole[1]
    if not draws:
        unknown = np.full_like(observed, np.nan)
        return Differences(whole[0], whole[1], unknown, unknown, unknown)
    again = np.concatenate([
        _gaps([seed.resampled(weights) for seed in seeds])
        for weights in drawn(repeats, "again", draws, width=len(repeats))
    ])  # fmt: skip
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    shuffled = np.concatenate([
        _gaps([seed.swapped(weights) for seed in seeds])
        for weights in drawn(repeats, "swapped", draws, width=len(repeats))
    ])  # fmt: skip
    as_large = (abs(shuffled) >= abs(observed) - ROUNDING).sum(axis=0)
    undefined = np.isnan(observed) | np.isnan(shuffled).any(axis=0)
    return Differences(whole[0], whole[1], low, high, np.where(undefined, np.nan, (1 + as_large) / (1 + draws)))


def _gaps(seeds: Sequence[Floats]) -> Floats:
    gaps: Floats = np.mean([scores[0] - scores[1] for scores in seeds], axis=0)
    return gaps
