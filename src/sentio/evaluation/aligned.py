"""The answers of two runs, row beside row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sentio.errors import ScoreError
from sentio.evaluation.base import SETS
from sentio.evaluation.predictions import KEYS
from sentio.evaluation.tallies import Rows
from sentio.gold import Value
from sentio.metrics.confusion import Codes

if TYPE_CHECKING:
    import polars

PLACE = ("seed", *KEYS, "occurrence")
GRADED = ("regression", "reply", "text", "open vocabulary")
"""Tasks whose answers are more or less right."""

ALIKE = 4
"""Counting kinds of conversations pays where so many are alike: a kind's number in a draw costs more to draw."""

SHOWN = (*KEYS, "speaker", "text", "gold", "first", "second", "right")


@dataclass(frozen=True, eq=False)
class Aligned:
    """One row a target and seed that both runs have, in the order of the corpus.

    `table` has the columns of `sentio.evaluation.predictions`, with `first` and `second` for the answers.
    """

    table: "polars.DataFrame"
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, first: "polars.DataFrame", second: "polars.DataFrame") -> "Aligned":
        """Put the answers of two runs beside each other, targets that come twice by their order.

        Raises `ScoreError` where the two have no seed in common, other targets, or other gold.
        """
        import polars as pl

        seeds = tuple(sorted(set(first["seed"]) & set(second["seed"])))
        if not seeds:
            raise ScoreError("the two runs have no seed in common")
        left, right = (
            side.filter(pl.col("seed").is_in(seeds)).with_columns(
                occurrence=pl.int_range(pl.len()).over("seed", *KEYS), predicted=_as_gold(side)
            )
            for side in (first, second)
        )
        if left.height != right.height:
            raise ScoreError(f"other targets: {left.height} in one run, {right.height} in the other")
        table = left.join(right, on=PLACE, how="left", maintain_order="left", suffix="_second")
        _require_same_targets(table)
        names = {"predicted": "first", "predicted_second": "second", "probabilities": "probabilities_first"}
        return cls(table.rename(names), seeds)

    @property
    def targets(self) -> int:
        """How many targets a seed has."""
        return self.table.height // len(self.seeds)

    @cached_property
    def conversations(self) -> int:
        """How many conversations they are in."""
        return self.table["conversation"].n_unique()

    def other_texts(self) -> int:
        """How many targets of the first seed are about other words in the second run."""
        return int(self._of_first_seed.select(other=_differ("text")).sum().item())

    def support(self) -> Mapping[str, int]:
        """How often gold has each label."""
        gold = self._of_first_seed["gold"]
        labels = gold.list.explode() if gold.dtype.is_nested() else gold
        return dict(labels.drop_nulls().value_counts().iter_rows())

    def agreement(self, task: str) -> dict[str, int] | None:
        """Targets by who answered right, in the first seed; None where answers are scores or texts."""

        if task in GRADED:
            return None
        first, second = (_plain(task, side).eq_missing(_plain(task, "gold")) for side in ("first", "second"))
        counts = {
            "both": first & second,
            "only_first": first & ~second,
            "only_second": ~first & second,
            "neither": ~first & ~second,
        }
        return self._of_first_seed.select(**{name: where.sum() for name, where in counts.items()}).row(0, named=True)

    def differing(self, task: str, limit: int) -> tuple[int, list[dict[str, Any]]]:
        """How many targets were answered differently in the first seed, and the first of them; of scores those
        that lie furthest apart."""
        import polars as pl

        gold, first, second = (_plain(task, side) for side in ("gold", "first", "second"))
        judged = pl.when(first.eq_missing(gold)).then(pl.lit("first")).when(second.eq_missing(gold))
        right = judged.then(pl.lit("second")).otherwise(pl.lit("neither"))
        found = self._of_first_seed.filter(first.ne_missing(second)).with_columns(right=right)
        if task in GRADED:
            found = found.with_columns(right=pl.lit(None))
        if task == "regression":
            found = found.sort((pl.col("first") - pl.col("second")).abs(), descending=True, maintain_order=True)
        return found.height, found.head(limit).select(SHOWN).to_dicts()

    def rows(self, labels: int) -> Iterator[Rows]:
        """Each seed's answers, ready to be tallied; `labels` is how many the task has, 0 for scores and texts.

        Where every target is a conversation of its own, those with the same gold and answers are one unit that
        is counted as often as it occurs: a million labelled comments are a few thousand units.
        """
        import polars as pl

        with_probabilities = not (self._without("probabilities_first") or self._without("probabilities_second"))
        if labels and not with_probabilities and len(self.seeds) == 1 and self.conversations == self.targets:
            kinds = self.table.group_by("gold", "first", "second", maintain_order=True).agg(repeats=pl.len())
            if 1 < kinds.height <= self.targets // ALIKE:
                yield _rows(kinds, np.arange(kinds.height), kinds["repeats"].to_numpy())
                return
        for seed in self.seeds:
            part = self.table.filter(seed=seed)
            # A single conversation cannot be drawn; its scores are those of its targets.
            units = part["conversation"].rank("dense").to_numpy() - 1 if self.conversations > 1 else range(part.height)
            numbers = np.asarray(units, dtype=np.intp)
            repeats = np.ones(int(numbers.max()) + 1, dtype=np.intp)
            yield _rows(part, numbers, repeats, labels if with_probabilities else 0)

    def _without(self, probabilities: str) -> bool:
        return self.table[probabilities].null_count() > 0

    @cached_property
    def _of_first_seed(self) -> "polars.DataFrame":
        return self.table.filter(seed=self.seeds[0])


def _rows(part: "polars.DataFrame", units: Codes, repeats: Codes, labels: int = 0) -> Rows:
    """`labels` is the width of the probabilities, 0 without them."""
    gold, *answers = (_values(part[name]) for name in ("gold", "first", "second"))
    if not labels:
        return Rows(units, repeats.astype(np.intp), gold, answers[0], answers[1])
    first, second = (
        part[f"probabilities_{side}"].list.to_array(labels).to_numpy().astype(np.float64)
        for side in ("first", "second")
    )
    return Rows(units, repeats, gold, answers[0], answers[1], (first, second))


def _values(column: "polars.Series") -> list[Value]:
    return [tuple(value) if isinstance(value, list) else value for value in column.to_list()]


def _as_gold(side: "polars.DataFrame") -> "polars.Expr":
    """The answers in the type of gold: where all of them are empty sets, the table cannot know it."""
    import polars as pl

    return pl.col("predicted").cast(side["gold"].dtype)


def _plain(task: str, name: str) -> "polars.Expr":
    """Values as they are compared: sets without order, spans without white space around them."""
    import polars as pl

    if task in SETS:
        # The same as .list.unique().list.sort(), ten times as fast (polars 2.1).
        return pl.col(name).list.eval(pl.element().unique().sort())
    return pl.col(name).str.strip_chars() if task == "spans" else pl.col(name)


def _require_same_targets(table: "polars.DataFrame") -> None:
    import polars as pl

    for wrong, what in ((pl.col("text_second").is_null(), "only one run has"), (_other_gold(table), "other gold for")):
        if (rows := table.filter(wrong)).height:
            place = " ".join(str(part) for part in rows.select(PLACE[1:-1]).row(0) if part)
            raise ScoreError(f"the two runs were not asked the same: {what} {place!r}, one of {rows.height} targets")


def _differ(column: str) -> "polars.Expr":
    import polars as pl

    return pl.col(column).ne_missing(pl.col(f"{column}_second"))


def _other_gold(table: "polars.DataFrame") -> "polars.Expr":
    import polars as pl

    if table["gold"].dtype != table["gold_second"].dtype:
        return pl.lit(True)
    return _differ("gold")
