"""`sentio catalogue`: published results and ours, side by side."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.evaluation.catalogue import Result


def catalogue(
    *,
    task: str | None = None,
    ability: str | None = None,
    method: str | None = None,
    corpus: str | None = None,
    system: str | None = None,
    metric: str | None = None,
    modality: str | None = None,
    selection: Literal["validation", "test", "unknown", "n/a"] | None = None,
    runs: Path | None = None,
    format: Literal["table", "json", "csv", "markdown"] = "table",
    lint: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Show published results and ours, with source, split and how the model was chosen.

    Rows of different corpus version, split or metric are never ranked together. Tables leave out ablations unless a
    system is named; json and csv hold every row.

    Examples:

    sentio catalogue --corpus meld --metric weighted_f1
    sentio catalogue --corpus meld --modality text --selection validation
    sentio catalogue --task cause --runs runs/ --format csv

    Parameters
    ----------
    task
        emotion, cause, open vocabulary, ...
    ability
        What is understood, by the survey of social AI: verbal.emotion, multi.situation, ...
    method
        How, by the survey of language models: frozen.zero, frozen.few, tuned.peft, classic, ...
    corpus
        meld, iemocap, mer-unibench, ...
    system
        PRC-Emo, mini, majority, ...
    metric
        weighted_f1, accuracy, hit_rate, ...
    modality
        Exactly what a system reads: text, or text+audio+video.
    selection
        How the scored model was chosen; "validation" leaves out what nobody knows.
    runs
        A run folder of yours, or a folder of them, shown besides; runs that are no result are refused.
    format
        table, json (one line a result), csv (the catalogue's own columns) or markdown.
    lint
        Say what is wrong or must be known about the numbers, all of them, instead of showing them.
    """
    from sentio.evaluation.catalogue import ours, published, select

    rows, code = _with_runs(runs, ours())
    everything = (*published(), *rows)
    if lint:
        print(_findings(everything), end="")
        return code
    found = select(
        everything,
        task=task,
        ability=ability,
        method=method,
        corpus=corpus,
        system=system,
        metric=metric,
        modality=modality,
        selection=selection,
    )
    print(_shown(found, format, whole=system is not None), end="")
    return code


def _with_runs(folder: Path | None, known: tuple["Result", ...]) -> tuple[tuple["Result", ...], int]:
    """Our rows and those of the folder's runs; 1 where a run was refused, and standard error says why."""
    from sentio.cli import DONE, SKIPPED
    from sentio.errors import InputError
    from sentio.evaluation.catalogue import own

    code = DONE
    for run in () if folder is None else own.folders(folder):
        try:
            known = own.merged(known, own.from_run(run))
        except InputError as error:
            print(f"sentio: {error}", file=sys.stderr)
            code = SKIPPED
    return known, code


def _shown(rows: tuple["Result", ...], format: str, *, whole: bool) -> str:
    from sentio.cli.alignment import aligned
    from sentio.evaluation.catalogue.page import markdown
    from sentio.evaluation.catalogue.reading import text
    from sentio.evaluation.catalogue.tables import COLUMNS, LEGEND, tables

    if format == "json":
        return "".join(f"{row.model_dump_json()}\n" for row in rows)
    if format == "csv":
        return text(rows)
    shown = [row for row in rows if whole or row.role != "ablation"]
    parts = []
    for table in tables(shown):
        if format == "markdown":
            parts.append(f"**{table.title}**\n\n{markdown([table])}\n")
        else:
            parts.append(f"{table.title}\n\n{aligned([COLUMNS, *table.lines()])}\n\n")
    left = f"; {len(rows) - len(shown)} ablations are left out" if len(shown) < len(rows) else ""
    return "".join(parts) + f"{len(shown)} results{left}. {LEGEND}\n"


def _findings(rows: tuple["Result", ...]) -> str:
    from sentio.evaluation.catalogue.lint import lint

    return "".join(f"{finding.rule}: {finding.message}\n" for finding in lint(rows))
