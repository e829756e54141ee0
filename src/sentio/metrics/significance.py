"""How far a score may be trusted, and whether one system is better than another on the same data.

What is drawn again is the *unit*: an utterance, or a whole dialogue where `clusters` names the dialogue of each
row. Utterances of a dialogue resemble each other, so that intervals over utterances are too narrow; over
dialogues is the default of the field's honest reports. Any measure of counts will do (`Measure`).

>>> from sentio.metrics.classification import accuracy
>>> gold = ["joy", "anger"] * 50
>>> data = outcomes(gold, ["joy"] * 100, ["joy", "joy", "anger", "anger"] * 25, classes=["anger", "joy"])
>>> difference = compare(data, accuracy, draws=1000)
>>> difference.score, difference.low < 0 < difference.high
(0.0, True)

Nothing is resampled row by row. Units with the same outcome are exchangeable: their number in a resample is one
multinomial draw, and the tables of many resamples are one product of weights and a sparse table of counts.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.confusion import Codes, Measure, Scores, cells, encode, encode_gold

Weights = NDArray[np.int32]
"""How often each unit counts in each of several draws: shape (draws, units)."""

How = Literal["again", "swapped"]
"""Units drawn again, as many as there are, or units whose two answers change places."""

AT_ONCE = 1 << 22
"""Numbers in one array of draws: bounds memory, not results; arrays of 16 MB stay near the processor."""

ROUNDING = 1e-12
"""Sums in another order differ by as much; a shuffled difference this close to the observed one equals it."""


@dataclass(frozen=True)
class Interval:
    """A score on the data as they are, and the percentile bootstrap interval around it."""

    score: float
    low: float
    high: float
    level: float
    draws: int


@dataclass(frozen=True, eq=False)
class CountsByUnit:
    """One system's confusion table by unit, without its zeros: the rows' units in the order of the rows' cells.

    `cells` are those that occur, in a flattened table; the rows of cell i begin at `starts[i]` of `units`.
    """

    cells: Codes
    starts: Codes
    units: Codes

    def summed(self, weights: Weights, size: int) -> NDArray[np.int64]:
        """The flattened table with each unit counted so often: (draws, units) in, (draws, size) out."""
        total = np.zeros((len(weights), size), dtype=np.int64)
        total[:, self.cells] = np.add.reduceat(
            np.take(weights, self.units, axis=1), self.starts, axis=1, dtype=np.int32
        )
        return total


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What one system, or two, made of each row; see `outcomes`.

    `repeats`, shape (units,), is how many units of the data each unit stands for.
    """

    classes: int
    systems: tuple[CountsByUnit, ...]
    repeats: Codes

    @property
    def whole(self) -> Weights:
        """Every unit as often as the data hold it: one draw, shape (1, units)."""
        return self.repeats[None].astype(np.int32)

    def counts(self, weights: Weights) -> NDArray[np.int64]:
        """Confusion tables with each unit counted so often: shape (systems, draws, C, C + 1)."""
        size = self.classes * (self.classes + 1)
        tables = np.stack([system.summed(weights, size) for system in self.systems])
        return tables.reshape(len(self.systems), len(weights), self.classes, self.classes + 1)


def outcomes(
    gold: Sequence[str],
    *predicted: Sequence[str | None],
    classes: Sequence[str],
    clusters: Sequence[Hashable] | None = None,
) -> Outcomes:
    """Encode one system's predictions, or two systems' on the same rows, shape (rows,) each, for any number of tests.

    `clusters` names the dialogue of each row; without it each row is a unit of its own. Raises `ScoreError` for
    unequal lengths, a gold label outside `classes`, clusters that are no names, and fewer than two units, among
    which nothing varies.
    """
    if len(predicted) not in {1, 2}:
        raise ScoreError(f"one system is scored or two are compared, not {len(predicted)}")
    wanted = encode_gold(gold, classes)
    found = np.stack([cells(wanted, encode(answers, classes), len(classes)) for answers in predicted])
    if len(wanted) < 2:
        raise ScoreError("a resample needs at least two rows")
    if clusters is None:
        kinds, repeats = _alike(found, len(classes))
        return _by_unit(kinds, np.arange(len(repeats)), repeats, len(classes))
    if len(clusters) != len(wanted):
        raise ScoreError(f"{len(wanted)} gold labels but {len(clusters)} cluster names")
    try:
        numbers = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    except TypeError as error:
        raise ScoreError(f"clusters are names: {error}") from error
    if len(numbers) < 2:
        raise ScoreError("a resample over dialogues needs at least two dialogues")
    unit = np.fromiter(map(numbers.__getitem__, clusters), np.intp, len(clusters))
    return _by_unit(found, unit, np.ones(len(numbers), dtype=np.intp), len(classes))


def _alike(found: Codes, classes: int) -> tuple[Codes, Codes]:
    """The distinct outcomes of rows, shape (systems, kinds), and how many rows have each."""
    shape = (classes * (classes + 1),) * len(found)
    kinds, repeats = np.unique(np.ravel_multi_index(tuple(found), shape), return_counts=True)
    return np.stack(np.unravel_index(kinds, shape)), repeats


def _by_unit(found: Codes, unit: Codes, repeats: Codes, classes: int) -> Outcomes:
    systems = []
    for row_cells in found:
        order = np.argsort(row_cells, kind="stable")
        present, starts = np.unique(row_cells[order], return_index=True)
        systems.append(CountsByUnit(present, starts, unit[order]))
    return Outcomes(classes, tuple(systems), repeats)


def interval(data: Outcomes, measure: Measure, *, draws: int = 10_000, seed: int = 0, level: float = 0.95) -> Interval:
    """The percentile bootstrap interval of one system's score (Efron, 1979), in the measure's range.

    `data` are the `outcomes` of one system. Raises `ScoreError` for those of two, fewer than one draw, and a
    level that is not between 0 and 1.
    """
    _require_systems(data, 1)
    return _percentiles(data, draws, seed, level, lambda counts: measure(counts[0]))


def compare(data: Outcomes, measure: Measure, *, draws: int = 10_000, seed: int = 0, level: float = 0.95) -> Interval:
    """The paired bootstrap interval of the first system's score minus the second's (Koehn, EMNLP 2004).

    Both are scored on the same resamples, so that what makes a resample hard for both cancels. An interval
    without 0 says that the difference is more than an accident of the sample. A difference of measures in 0..1
    lies in -1..1. Raises `ScoreError` as `interval`, and for the outcomes of one system.
    """
    _require_systems(data, 2)
    return _percentiles(data, draws, seed, level, lambda counts: measure(counts[0]) - measure(counts[1]))


def randomisation_p(data: Outcomes, measure: Measure, *, draws: int = 10_000, seed: int = 0) -> float:
    """Two-sided p of the hypothesis that it does not matter which of the two systems an answer came from.

    Approximate randomisation (Noreen, 1989; Yeh, COLING 2000): the two systems' answers to a unit change places
    with probability 1/2, and p = (1 + shuffles with a difference as large) / (1 + draws), in 0..1 and never 0.
    Raises `ScoreError` for the outcomes of one system and fewer than one draw.
    """
    _require_systems(data, 2)
    first, second = data.counts(data.whole)
    observed = abs(measure(first) - measure(second))
    as_large = 0
    for weights in _weights(data, "swapped", draws, seed):
        given, taken = data.counts(weights)
        shuffled = abs(measure(first - given + taken) - measure(second - taken + given))
        as_large += int((shuffled >= observed - ROUNDING).sum())
    return (1 + as_large) / (1 + draws)


def _percentiles(
    data: Outcomes, draws: int, seed: int, level: float, score: Callable[[NDArray[np.int64]], Scores]
) -> Interval:
    if not 0 < level < 1:
        raise ScoreError(f"the level of an interval lies between 0 and 1, not at {level}")
    parts = _weights(data, "again", draws, seed)
    scores = np.concatenate([score(data.counts(weights)) for weights in parts])
    low, high = np.quantile(scores, ((1 - level) / 2, (1 + level) / 2))
    (whole,) = score(data.counts(data.whole))
    return Interval(float(whole), float(low), float(high), level, draws)


def drawn(repeats: Codes, how: How, draws: int, *, width: int, seed: int = 0) -> Iterator[Weights]:
    """How often each unit counts in each of so many draws, shape (some draws, units), a part of the draws at a time.

    `repeats`, shape (units,), is how many units of the data each unit stands for. Drawn "again", as many units as
    the data have come with replacement (Efron, 1979); "swapped", each is taken with probability 1/2 (Noreen, 1989).
    `width` is how many numbers a draw takes in memory where it is used: it bounds the parts, and changes no draw.
    Raises `ScoreError` for no draw, and no unit.

    >>> [part.sum(axis=1).tolist() for part in drawn(np.array([1, 1, 1]), "again", 3, width=AT_ONCE // 2)]
    [[3, 3], [3]]
    """
    if draws < 1:
        raise ScoreError(f"at least one resample is drawn, not {draws}")
    if not len(repeats):
        raise ScoreError("there are no units to draw")
    random, draw = np.random.default_rng(seed), _again if how == "again" else _swapped
    at_once = max(1, AT_ONCE // width)
    for start in range(0, draws, at_once):
        yield draw(repeats, random, min(at_once, draws - start))


def _weights(data: Outcomes, how: How, draws: int, seed: int) -> Iterator[Weights]:
    width = max(len(data.repeats), data.classes * (data.classes + 1), *(len(system.units) for system in data.systems))
    return drawn(data.repeats, how, draws, width=width, seed=seed)


def _again(repeats: Codes, random: np.random.Generator, draws: int) -> Weights:
    units = len(repeats)
    if repeats.max() > 1:
        total = int(repeats.sum())
        return random.multinomial(total, repeats / total, size=draws).astype(np.int32)
    # The same distribution: counting drawn units is faster than a binomial draw for each where all are alike.
    chosen = random.integers(0, units, (draws, units)) + units * np.arange(draws)[:, None]
    return np.bincount(chosen.ravel(), minlength=draws * units).reshape(draws, units).astype(np.int32)


def _swapped(repeats: Codes, random: np.random.Generator, draws: int) -> Weights:
    if repeats.max() > 1:
        return random.binomial(repeats, 0.5, size=(draws, len(repeats))).astype(np.int32)
    # Whole words for each draw: bits left over in the generator would make a draw depend on the part it came in.
    words = random.integers(0, 1 << 64, (draws, -(-len(repeats) // 64)), dtype=np.uint64)
    little = words.astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(little, axis=1, count=len(repeats)).astype(np.int32)


def _require_systems(data: Outcomes, systems: int) -> None:
    if len(data.systems) != systems:
        raise ScoreError(f"this takes the predictions of {systems}, not of {len(data.systems)}")
