"""What is wrong, or must be known, about the numbers of the catalogue.

The rules: values within their metric's range; means and sums that add up;
one system with two values for one thing (both stay, and are told); gains that papers claim, recomputed; a
reproduction under its original, a mark on what was chosen on a test split or nobody knows how, and no table
over two splits or metrics.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sentio.evaluation.catalogue.aggregates import AGGREGATES, Aggregate
from sentio.evaluation.catalogue.record import Result
from sentio.evaluation.catalogue.tables import Table, tables

POINTS = {
    "B": (0.0, float("inf")), "mae_0_10": (0.0, 10.0), "rmse_0_10": (0.0, 10.0), "ES judge 1-5": (1.0, 5.0),
    "MC4 judge 0-5": (0.0, 5.0), "EE judge 0-100": (0.0, 100.0), "clue overlap": (0.0, 10.0),
    "label overlap": (0.0, 10.0), "mean rating fluency": (0.0, 3.0), "mean rating completeness": (0.0, 3.0),
    "mean rating reliability": (0.0, 3.0), "mean rating overall": (0.0, 3.0), "mae": (0.0, float("inf")),
    "rmse": (0.0, float("inf")),
}  # fmt: skip
"""Least and greatest value of metrics on a scale of their own."""
RANGES = {"percent": (0.0, 100.0), "fraction": (0.0, 1.0), "correlation": (-1.0, 1.0), "count": (0.0, float("inf"))}


@dataclass(frozen=True)
class Finding:
    """One thing to know: the rule's name, and a sentence."""

    rule: str
    message: str


@dataclass(frozen=True)
class Claim:
    """A gain that a paper states over the best other row of its own table."""

    system: str
    where: tuple[str, str, str, str]
    source: str
    gain: float


CLAIMS = (
    Claim("PRC-Emo", ("iemocap", "6-way", "test", "weighted_f1"), "PRC-Emo paper, Table 2", 0.76),
    Claim("PRC-Emo", ("meld", "", "test", "weighted_f1"), "PRC-Emo paper, Table 2", 0.61),
)
"""Gains in weighted F1 as PRC-Emo's text states them."""


def lint(results: Sequence[Result]) -> tuple[Finding, ...]:
    """Everything the rules find, rule by rule."""
    shown = tables(results)
    return (
        *out_of_range(results),
        *wrong_totals(results),
        *conflicts(results),
        *wrong_gains(results),
        *other_targets(results),
        *misplaced(shown),
        *unmarked(shown),
    )


def out_of_range(results: Sequence[Result]) -> Iterator[Finding]:
    """Values outside what their metric can be; a scale of its own must be known to `POINTS`."""
    for row in results:
        bounds = POINTS.get(row.metric) if row.unit == "points" else RANGES[row.unit]
        if bounds is None:
            yield Finding("range", f"{_label(row)}: the scale of {row.metric!r} is not known")
        elif not bounds[0] <= row.value <= bounds[1]:
            yield Finding("range", f"{_label(row)}: {row.value:g} is not within {bounds[0]:g} and {bounds[1]:g}")


def wrong_totals(results: Sequence[Result], aggregates: Sequence[Aggregate] = AGGREGATES) -> Iterator[Finding]:
    """Published means and sums that their parts do not give, or whose parts are there only partly."""
    known = defaultdict(list)
    for row in results:
        known[_identity(row)].append(row)
    for aggregate in aggregates:
        for row in results:
            if not aggregate.covers(row):
                continue
            parts = [known[_identity(row.model_copy(update=dict(part)))] for part in aggregate.parts]
            if not any(parts):
                continue
            if not all(parts):
                yield Finding("total", f"{_label(row)}: cannot be added up, parts are missing")
                continue
            # A system's own table before what others say of it.
            values = [min(found, key=lambda part: part.source != row.source).shown for found in parts]
            total = sum(weight * value for weight, value in zip(aggregate.weights, values, strict=True))
            if abs(total - row.shown) > aggregate.tolerance + 1e-9:
                yield Finding("total", f"{_label(row)}: {row.shown:g} is stated, the parts give {total:.4g}")


def conflicts(results: Sequence[Result]) -> Iterator[Finding]:
    """One system with several values for the same thing; both are kept. Reproductions stand apart."""
    known: dict[tuple[object, ...], dict[float, Result]] = defaultdict(dict)
    for row in results:
        if row.source_kind != "reproduction":
            known[_identity(row)].setdefault(row.shown, row)
    for found in known.values():
        if len(found) > 1:
            told = "; ".join(f"{value:g} ({row.source_kind}: {row.source})" for value, row in found.items())
            yield Finding("conflict", f"{_label(next(iter(found.values())))}: {told}")


def wrong_gains(results: Sequence[Result], claims: Sequence[Claim] = CLAIMS) -> Iterator[Finding]:
    """Claimed gains that are not the distance to the best other row of the same table, to 0.01."""
    for claim in claims:
        table = [row for row in results if (row.where, row.source) == (claim.where, claim.source)]
        own = [row.shown for row in table if row.system == claim.system and not row.variant]
        rivals = [row for row in table if row.system != claim.system]
        if not own or not rivals:
            continue
        best = max(rivals, key=lambda row: row.shown)
        gain = own[0] - best.shown
        if abs(gain - claim.gain) > 0.01 + 1e-9:
            place = f"{claim.system} on {' '.join(filter(None, claim.where))}"
            message = f"a gain of {claim.gain:.2f} is claimed, over {best.system} ({best.shown:g}) it is {gain:.2f}"
            yield Finding("gain", f"{place}: {message}")


def other_targets(results: Sequence[Result]) -> Iterator[Finding]:
    """Own rows of one table that were not scored on the same targets: another copy of the corpus."""
    known = defaultdict(set)
    for row in results:
        if row.split_hash:
            known[row.where].add(row.split_hash)
    for where, hashes in known.items():
        if len(hashes) > 1:
            yield Finding("targets", f"{' '.join(filter(None, where))}: own rows are of {len(hashes)} sets of targets")


def misplaced(shown: Sequence[Table]) -> Iterator[Finding]:
    """Tables over several splits or metrics, and reproductions that do not follow a row of their system."""
    for table in shown:
        if len({row.where for row in table.rows}) > 1:
            yield Finding("table", f"{table.title}: rows of several splits or metrics")
        for above, row in zip((None, *table.rows), table.rows, strict=False):
            if row.source_kind == "reproduction" and (above is None or above.system != row.system):
                yield Finding("reproduction", f"{_label(row)}: does not stand under its original")


def unmarked(shown: Sequence[Table]) -> Iterator[Finding]:
    """Rows chosen on a test split, or nobody knows how, that are shown without a mark."""
    for table in shown:
        for row, line in zip(table.rows, table.lines(), strict=True):
            mark = {"test": "T", "unknown": "?"}.get(row.selection, "")
            if not any(mark in cell for cell in line[4:5]):
                yield Finding("mark", f"{_label(row)}: selection {row.selection!r} is shown without a mark")


def _identity(row: Result) -> tuple[object, ...]:
    return row.system, row.variant, row.modalities, *row.where


def _label(row: Result) -> str:
    return f"{row.name} on {' '.join(filter(None, row.where))}"
