"""`sentio evaluate`: a system on a corpus, beside the trivial baselines."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from sentio.evaluation import Outcome
    from sentio.evaluation.outcome import Row

MARKS = {"system": "", "baseline": " (baseline)", "oracle": " (reads gold)"}
SHOWN = 5
"""Metrics in the table; all of them are in metrics.json."""


def evaluate(
    *,
    system: str = "mini",
    corpus: str,
    split: str | None = None,
    target: str | None = None,
    seeds: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    data: Path | None = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
    **options: Annotated[str, Parameter(help="Options of the system; see: sentio ls systems.")],
) -> int:
    """Score a system on a corpus, with the task's trivial baselines under it.

    Predictions are on disk before any metric is computed. Killed and called again, it goes on where it was and ends
    with the same bytes.

    Examples:

    sentio evaluate --system mini --corpus meld --data DATA
    sentio evaluate --system tfidf --corpus iemocap --target emotion4 --seeds 5
    sentio evaluate --system theirs.csv --corpus meld --split test
    sentio evaluate --corpus my-labels.csv --format json | jq .rows[0].metrics

    Parameters
    ----------
    system
        A name of `sentio ls systems`, the folder of a training run, a baseline, or a file with another program's
        predictions (CSV, JSONL or Parquet with the columns conversation, utterance, predicted).
    corpus
        A name of `sentio corpora ls`, or your own CSV or JSONL file with labels.
    split
        The part of the corpus to score: validation by default, or the only one there is.
    target
        The annotation layer to predict; the corpus's main one by default (`sentio corpora show NAME`).
    seeds
        Run what throws dice with this many seeds, and tell mean and spread.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    out
        The run folder; runs/SYSTEM-CORPUS-SPLIT-TARGET by default (created; gone on with when it is there).
    format
        How to print the outcome: table, or json (that of metrics.json).
    quiet
        No progress.
    """
    from sentio.cli.progress import Progress
    from sentio.evaluation import evaluate as run

    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        outcome = run(
            system,
            corpus,
            split=split,
            target=target,
            seeds=seeds,
            data=data,
            out=out,
            options={name.replace("-", "_"): value for name, value in options.items()},
            progress=progress.advance,
        )
    print(outcome.model_dump_json(indent=2) if format == "json" else _table(outcome))
    return 0


def _table(outcome: "Outcome") -> str:
    from sentio.cli.alignment import aligned

    shown = [outcome.headline, *(name for name in outcome.rows[0].metrics if name != outcome.headline)][:SHOWN]
    rows = [["", *shown, f"95 % of {outcome.headline}"]]
    for row in outcome.rows:
        rows.append([row.name + MARKS[row.kind], *(_cell(row, name) for name in shown), _interval(row)])
    if not any(row.interval for row in outcome.rows):
        rows = [cells[:-1] for cells in rows]
    heading = (
        f"{outcome.corpus}/{outcome.split}, {outcome.target}: "
        f"{outcome.targets} targets in {outcome.conversations} conversations"
    )
    sources = dict.fromkeys(row.learned for row in outcome.rows if row.learned)
    notes = [
        f"learned from {source}: {', '.join(row.name for row in outcome.rows if row.learned == source)}"
        for source in sources
    ]
    if outcome.chosen_on == "this split":
        notes.append(f"{outcome.system} was trained or chosen on this split: its row is no result")
    if outcome.chosen_on == "unknown":
        notes.append(f"what {outcome.system} was trained and chosen on is unknown")
    return "\n".join([heading, "", aligned(rows, numbers_from=1), *(["", *notes] if notes else [])])


def _cell(row: "Row", metric: str) -> str:
    """A metric over seeds; "-" where a contender gives no probabilities to compute it from."""
    if metric not in row.metrics:
        return "-"
    spread = row.metrics[metric]
    if spread is None:
        return "undefined"
    return f"{spread.mean:.4f}" if spread.sd is None else f"{spread.mean:.4f} ± {spread.sd:.4f}"


def _interval(row: "Row") -> str:
    return "" if row.interval is None else f"{row.interval[0]:.4f}–{row.interval[1]:.4f}"
