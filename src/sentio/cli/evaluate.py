"""`sentio evaluate`: a system on a corpus, beside the trivial baselines."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentio.evaluation import Outcome
    from sentio.evaluation.outcome import Row

MARKS = {"system": "", "baseline": "baseline", "oracle": "reads gold"}
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

    Predictions are on disk before any metric is computed. Of support strategies a picture, preferences.svg, lies
    beside them. Killed and called again, it goes on where it was and ends
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
        No progress. What a system remarks on its answers is told all the same.
    """
    from sentio.cli.progress import Progress
    from sentio.evaluation import evaluate as run
    from sentio.files.writers.terminal import literal

    _require_conversations(corpus, data)
    remarks: list[str] = []
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
            remarked=remarks.append,
        )
    print(outcome.model_dump_json(indent=2) if format == "json" else _table(outcome, _guess(corpus, outcome)))
    _draw(outcome, out)
    for remark in remarks:
        print(f"sentio: {literal(remark)}", file=sys.stderr)
    return 0


def _draw(outcome: "Outcome", out: Path | None) -> None:
    """The picture of preferences beside the metrics, where strategies were chosen."""
    from sentio.evaluation.run import default_folder

    if outcome.task == "strategy":
        from sentio.report import preferences

        preferences.write(outcome, out or default_folder(outcome.system, outcome.corpus, outcome.split, outcome.target))


def _require_conversations(corpus: str, data: Path | None) -> None:
    """Raise `InputError` for a corpus of questions, before it is told that it has no validation split."""
    from sentio.corpora import TABLES, load
    from sentio.errors import InputError

    if Path(corpus).suffix.lower() not in TABLES and not load(corpus, data).card.layers:
        raise InputError(f"{corpus} holds questions, not conversations")


def _guess(corpus: str, outcome: "Outcome") -> str | None:
    """What is to be said of the labels of a user's own table."""
    from sentio.corpora import TABLES
    from sentio.corpora.table import guess

    return guess(Path(corpus), outcome.labels) if Path(corpus).suffix.lower() in TABLES else None


def _table(outcome: "Outcome", guess: str | None) -> str:
    from sentio.cli import figures
    from sentio.cli.alignment import aligned
    from sentio.files.writers.terminal import literal

    shown = _shown(outcome)
    several = any(spread.n > 1 for row in outcome.rows for spread in row.metrics.values() if spread)
    rows = [["", *shown, f"95 % of {outcome.headline}" + ", seed 0" * several]]
    for row in outcome.rows:
        # "-" where a contender gives no probabilities to compute it from.
        cells = (figures.spread(row.metrics[name]) if name in row.metrics else "-" for name in shown)
        rows.append([literal(row.name) + _mark(row, outcome), *cells, figures.interval(row.interval)])
    if not any(row.interval for row in outcome.rows):
        rows = [cells[:-1] for cells in rows]
    heading = (
        f"{outcome.corpus}/{outcome.split}, {outcome.target}: "
        f"{outcome.targets} targets in {outcome.conversations} conversations"
    )
    notes = map(literal, _notes(outcome))
    headings = [literal(line) for line in (heading, guess) if line]
    return "\n".join([*headings, "", aligned(rows, numbers_from=1), "", *notes]).rstrip()


def _shown(outcome: "Outcome") -> list[str]:
    """The headline first; answers that are no label are told where there are any."""
    first = outcome.rows[0].metrics
    others = [name for name in first if name not in (outcome.headline, "invalid_rate")]
    rates = (row.metrics.get("invalid_rate") for row in outcome.rows)
    invalid = any(rate is not None and rate.mean > 0 for rate in rates)
    return [outcome.headline, *others][:SHOWN] + ["invalid_rate"] * invalid


def _mark(row: "Row", outcome: "Outcome") -> str:
    """What keeps a row from being read as a result of a system."""
    marks = [MARKS[row.kind], "learned from these targets" * outcome.learned_from_scored(row)]
    told = ", ".join(filter(None, marks))
    return f" ({told})" if told else ""


def _notes(outcome: "Outcome") -> "Iterator[str]":
    from sentio.evaluation.intervals import FEW

    for source in dict.fromkeys(row.learned for row in outcome.rows if row.learned):
        yield f"learned from {source}: {', '.join(row.name for row in outcome.rows if row.learned == source)}"
    if outcome.conversations < FEW and any(row.interval for row in outcome.rows):
        yield f"intervals from only {outcome.conversations} conversations: too few to say much about others"
    if outcome.chosen_on == "this split":
        yield f"{outcome.system} was trained or chosen on this split: its row is no result"
    if outcome.chosen_on == "unknown":
        yield f"what {outcome.system} was trained and chosen on is unknown"
