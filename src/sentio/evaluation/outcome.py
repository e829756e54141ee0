"""What an evaluation found out: `metrics.json`, as a value."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sentio.evaluation import overlaps
from sentio.evaluation.base import Scores
from sentio.metrics.spread import Spread, spread

Chosen = Literal["nothing", "another split", "this split", "unknown"]


class Row(BaseModel):
    """One contender: `metrics` over its seeds (None for one that is not defined, such as the correlation with a
    constant), `per_label` the means of each label's, `interval` the 95 % bootstrap interval (over
    conversations, first seed) of the headline metric."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["system", "baseline", "oracle"]
    summary: str
    learned: str
    metrics: dict[str, Spread | None]
    per_label: dict[str, dict[str, float]]
    interval: tuple[float, float] | None


class Outcome(BaseModel):
    """The system's row and, below it, the task's baselines, all on the same targets.

    `chosen_on` says whether this very split was used to train or choose the system: "another split" and
    "nothing" are results, "this split" is none, "unknown" is told by nobody. `seen` are the splits behind it
    ("meld/train"), None where nobody says.
    """

    model_config = ConfigDict(frozen=True)

    system: str
    corpus: str
    split: str
    target: str
    task: str
    headline: str
    labels: tuple[str, ...]
    conversations: int
    targets: int
    chosen_on: Chosen
    seen: tuple[str, ...] | None = None
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]

    def learned_from_scored(self, row: Row) -> bool:
        """Whether a baseline was fitted on the split it is scored on, or on one that holds the same conversations."""
        if row.learned == "the scored split itself":
            return True
        place = f"{self.corpus}/{self.split}"
        return bool(row.learned) and overlaps.seen(place, (f"{self.corpus}/{row.learned}",))


def merged(scores: Sequence[Scores]) -> tuple[dict[str, Spread | None], dict[str, dict[str, float]]]:
    """Metrics over seeds, and each label's means."""
    by_metric = {name: [one.values[name] for one in scores] for name in scores[0].values}
    metrics = {name: spread(values) if all(map(isfinite, values)) else None for name, values in by_metric.items()}
    of_label = {label: [one.per_label[label] for one in scores] for label in scores[0].per_label}
    means = {label: dict(_means(figures)) for label, figures in of_label.items()}
    return metrics, means


def _means(figures: Sequence[Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    """The mean of each figure over the seeds that have it: a preference is not defined for all."""
    for name in dict.fromkeys(name for one in figures for name in one):
        yield name, fmean(one[name] for one in figures if name in one)
