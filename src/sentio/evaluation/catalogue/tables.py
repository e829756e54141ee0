"""Results side by side: one table a corpus, version, split and metric, and nothing ranked across them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from sentio.card import Task
from sentio.evaluation.catalogue.record import LOWER_IS_BETTER, Result

LEGEND = (
    "T: chosen on the test split; ?: nobody says on what it was chosen; 2: second-hand, not read in the source "
    "itself; R: reached by others with the authors' system"
)
COLUMNS = ("system", "sees", "score", "seeds", "marks", "source")
ROLES = {"baseline": " (baseline)", "oracle": " (reads gold)", "human": " (people)"}
HEADLINES = (
    "micro_f1_without", "weighted_f1", "positive_f1", "macro_f1", "hit_rate", "weighted_f1_sign", "F_s",
    "M-avg", "mean_of_9", "overall", "ESJ accuracy total", "mean rating overall", "Q", "UA", "accuracy", "pearson",
    "rouge_l",
)  # fmt: skip
"""Which metric is shown where as many rows report one as another."""


@dataclass(frozen=True)
class Table:
    """Rows that may be ranked, best first, a reproduction under its original."""

    corpus: str
    version: str
    split: str
    metric: str
    rows: tuple[Result, ...]

    @property
    def task(self) -> str:
        """What is predicted."""
        return self.rows[0].task

    @property
    def title(self) -> str:
        """Where the rows were scored, in words."""
        version = f" ({self.version})" if self.version else ""
        return f"{self.corpus}{version}, {self.split}: {self.metric}"

    @property
    def title_of_splits(self) -> str:
        """The title of this table and those of other splits below it."""
        version = f" ({self.version})" if self.version else ""
        return f"{self.corpus}{version}: {self.metric}"

    def lines(self) -> list[tuple[str, ...]]:
        """The cells of `COLUMNS`, row by row, as every face shows them."""
        return [cells(row) for row in self.rows]


def cells(row: Result) -> tuple[str, ...]:
    """A row as words: fractions in percent, spread in the same scale, marks for what a reader must know."""
    scale = 100 if row.unit == "fraction" else 1
    spread = "" if row.spread is None else f" ± {scale * row.spread:.2f}"
    sees = "+".join(row.modalities) or "not stated"
    seeds = "" if row.n_seeds is None else str(row.n_seeds)
    name = f"↳ {row.name}, reproduced" if row.source_kind == "reproduction" else row.name
    score = f"{row.shown:.0f}" if row.unit == "count" else f"{row.shown:.2f}"
    source = "ours" if row.source_kind == "ours" else row.source
    return name + ROLES.get(row.role, ""), sees, score + spread, seeds, row.mark, source


def tables(results: Sequence[Result]) -> tuple[Table, ...]:
    """All results as tables, in the order of tasks, corpora, versions and splits; a test split comes first."""

    def place(row: Result) -> tuple[object, ...]:
        tasks: tuple[str, ...] = get_args(Task)
        return tasks.index(row.task), row.corpus, row.version, "test" not in row.split, row.split, row.metric

    groups = groupby(sorted(results, key=place), key=lambda row: row.where)
    return tuple(
        Table(corpus, version, split, metric, _ranked(list(rows))) for (corpus, version, split, metric), rows in groups
    )


def headlines(all_tables: Sequence[Table]) -> tuple[tuple[Table, ...], ...]:
    """What is shown of each corpus and version: one table a split, those of one metric together.

    The metric is the one that most rows of a split report, but one that a split before it is shown by goes first,
    so that a reader sees ours on validation beside theirs on test. Nothing is ranked across.
    """
    shown: list[tuple[Table, ...]] = []
    for _, of_version in groupby(all_tables, key=lambda table: (table.corpus, table.version)):
        together: dict[str, list[Table]] = {}
        for _, of_split in groupby(of_version, key=lambda table: table.split):
            table = min(of_split, key=lambda table: (table.metric not in together, *_importance(table)))
            together.setdefault(table.metric, []).append(table)
        shown += map(tuple, together.values())
    return tuple(shown)


def _importance(table: Table) -> tuple[int, int, str]:
    kind = table.metric.partition(":")[0]
    rank = HEADLINES.index(kind) if kind in HEADLINES else len(HEADLINES)
    return -len(table.rows), rank, table.metric


def _ranked(rows: list[Result]) -> tuple[Result, ...]:
    sign = 1 if rows[0].metric in LOWER_IS_BETTER else -1
    rows = sorted(rows, key=lambda row: (sign * row.shown, row.name, row.source))
    first = {row.system: row for row in reversed(rows) if row.source_kind != "reproduction"}
    ranked = []
    for row in rows:
        if row.source_kind == "reproduction" and row.system in first:
            continue
        ranked.append(row)
        if first.get(row.system) is row:
            ranked += [one for one in rows if one.source_kind == "reproduction" and one.system == row.system]
    return tuple(ranked)
