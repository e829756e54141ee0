"""The catalogue as a page of the documentation: ours beside theirs, by task, corpus, split and system."""

from collections.abc import Sequence
from itertools import groupby
from typing import get_args

from sentio.card import Method
from sentio.evaluation.catalogue.lint import lint
from sentio.evaluation.catalogue.record import Ability, Result
from sentio.evaluation.catalogue.tables import COLUMNS, LEGEND, Table, headlines, tables

DATA = "../src/sentio/evaluation/catalogue"
HEAD = f"""# Catalogue of results

Published results beside our own, on the same corpus where possible, never ranked across versions of a corpus, splits \
or metrics. `sentio catalogue --corpus meld` shows all metrics of a corpus, ablations are in the files: \
[published]({DATA}/published.csv), [ours]({DATA}/own.csv).

Scores are in percent unless the metric has a scale of its own; ± is the standard deviation over seeds. Rows in bold \
are ours: made by `sentio evaluate`, on validation splits, beside the trivial baselines. Where a published score is \
one on a test split and ours one on validation, they stand below each other, each split sorted by itself: they cannot \
be compared to the decimal.

Marks: {LEGEND}.
"""
FOOT = """`python docs/make_catalogue.py [RUN...]` adds runs and writes this page. A run whose system was trained or \
chosen on the scored split, or on one that holds the same conversations, is refused, and so is one on a test split \
when nobody knows what it was chosen on.
"""
METHODS: tuple[str, ...] = get_args(Method)
LEE, SHOU = "https://arxiv.org/abs/2409.15316", "https://arxiv.org/abs/2509.24322"
WHOLES = {"mer-unibench": "mean", "prc_demonstrations": "all domains"}
"""Benchmarks of many parts, and the version or split that sums them up."""


def page(results: Sequence[Result]) -> str:
    """The Markdown of docs/catalogue.md: an overview, the headline metric of every split, and what the lint says."""
    shown = headlines(tables([row for row in results if row.role != "ablation"]))
    parts = [HEAD, _overview(results), _axes(results)]
    for task, of_task in groupby(shown, key=lambda splits: splits[0].task):
        parts.append(f"## {task.capitalize()}\n")
        for corpus, of_corpus in groupby(of_task, key=lambda splits: splits[0].corpus):
            parts.append(f"### {corpus}\n")
            parts += [part for splits in of_corpus for part in _parts(splits)]
    findings = "\n".join(f"- {finding.rule}: {finding.message}" for finding in lint(results))
    parts += [f"## What the lint says\n\n{findings}\n", FOOT]
    return "\n".join(parts)


def markdown(splits: Sequence[Table]) -> str:
    """Tables of one metric below each other, with the split of each row where there are several; ours in bold."""
    several = len(splits) > 1
    lines = [
        "| " + " | ".join([*["split"] * several, *COLUMNS]) + " |",
        "|---" * several + "|---|---|---:|---:|---|---|",
    ]
    for table in splits:
        for row, line in zip(table.rows, table.lines(), strict=True):
            cells = [cell.replace("|", "\\|") for cell in line]
            if row.source_kind == "ours":
                cells = [f"**{cells[0]}**", cells[1], f"**{cells[2]}**", *cells[3:]]
            lines.append("| " + " | ".join([*[table.split] * several, *cells]) + " |")
    return "\n".join(lines) + "\n"


def _overview(results: Sequence[Result]) -> str:
    """Which tasks and corpora there are, seen by which modalities, and how many systems and rows."""
    order = tables(results)
    lines = ["| task | corpus | sees | systems | rows | ours |", "|---|---|---|---:|---:|---:|"]
    for (task, corpus), group in groupby(order, key=lambda table: (table.task, table.corpus)):
        rows = [row for table in group for row in table.rows]
        sees = sorted({"+".join(row.modalities) for row in rows if row.modalities}, key=lambda name: (len(name), name))
        systems = len({row.system for row in rows if row.role == "system"})
        ours = sum(row.source_kind == "ours" for row in rows)
        lines.append(f"| {task} | {corpus} | {', '.join(sees)} | {systems} | {len(rows)} | {ours or ''} |")
    return "\n".join(lines) + "\n"


def _axes(results: Sequence[Result]) -> str:
    """How many systems there are by what they understand and how, on the axes of the two surveys."""
    known = {(row.ability, row.method, row.system) for row in results if row.role == "system" and row.ability}
    lines = [
        f"Systems by [what they understand]({LEE}) and [how]({SHOU}); the ids are ours:\n",
        f"| | {' | '.join(METHODS)} | not stated |",
        "|---|" + "---:|" * (len(METHODS) + 1),
    ]
    for ability in get_args(Ability):
        counts = [sum(key[:2] == (ability, method) for key in known) for method in (*METHODS, None)]
        lines.append(f"| {ability} | {' | '.join(str(count or '') for count in counts)} |")
    return "\n".join(lines) + "\n"


def _parts(splits: Sequence[Table]) -> list[str]:
    """The tables of one metric under their title; those that are parts of a mean or sum that is shown are folded."""
    whole = WHOLES.get(splits[0].corpus)
    if whole is not None:
        return [_folded(table) if whole not in (table.version, table.split) else _titled([table]) for table in splits]
    return [_titled(splits)]


def _titled(splits: Sequence[Table]) -> str:
    title = splits[0].title if len(splits) == 1 else splits[0].title_of_splits
    return f"**{title}**\n\n{markdown(splits)}"


def _folded(table: Table) -> str:
    return f"<details><summary>{table.title}</summary>\n\n{markdown([table])}\n</details>\n"
