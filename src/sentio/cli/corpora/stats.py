"""`sentio corpora stats`: what the splits of a corpus hold."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.corpora.statistics import LayerStatistics, Range, Statistics

Row = tuple[tuple[str, str], str]
"""The section and the name of a row, and its cell."""


def stats(
    name: str,
    *,
    split: str | None = None,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Count what a corpus holds: conversations, utterances, speakers, words, labels, shifts, votes, questions.

    Examples:

    sentio corpora stats meld
    sentio corpora stats my-labels.csv
    sentio corpora stats cremad --format json | jq .splits.all.votes

    Parameters
    ----------
    name
        A name of `sentio corpora ls`, or your own CSV, TSV or JSON-lines file with labels.
    split
        Only this one; all that you have by default.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print: table, or json.
    quiet
        No progress.
    """
    from sentio import corpora
    from sentio.cli.corpora.reading import counted
    from sentio.cli.progress import Progress
    from sentio.corpora.sources import chosen
    from sentio.corpora.statistics import statistics

    corpus = corpora.load(name, data)
    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        found = {
            each: statistics(counted(corpus.read(each), progress, f"{corpus.name}/{each}"), corpus.card.layers)
            for each in chosen(corpus, split)
        }
    if format == "json":
        splits = {each: of_split.model_dump() for each, of_split in found.items()}
        print(json.dumps({"corpus": corpus.name, "splits": splits}, indent=2))
    else:
        print(_table(corpus.name, found))


def _table(name: str, found: "dict[str, Statistics]") -> str:
    from sentio.cli.alignment import aligned

    cells = {split: dict(_rows(of_split)) for split, of_split in found.items()}
    # A split without votes, say, has no rows of them; what is nowhere is left out.
    keys = dict.fromkeys(key for of_split in cells.values() for key in of_split)
    shown = [key for key in keys if any(of_split.get(key) for of_split in cells.values())]
    rows = [[name, *found], *([key[1], *(of_split.get(key, "") for of_split in cells.values())] for key in shown)]
    return aligned(rows, numbers_from=1)


def _rows(found: "Statistics") -> Iterator[Row]:
    """The rows of a split in order; the cell of what is not there is empty."""
    for what, n, within in (
        ("conversations", found.conversations, {}),
        ("utterances", found.utterances, {"in a conversation": found.utterances_per_conversation}),
        ("speakers", found.speakers, {"in a conversation": found.speakers_per_conversation}),
        ("causes", found.causes, {}),
        ("questions", found.questions, {"choices": found.choices}),
        ("scenarios", found.scenarios, {}),
        ("tokens", found.tokens.total if found.tokens else 0, {"in an item": found.tokens}),
    ):
        yield (what, what), f"{n}" if n else ""
        for part, numbers in within.items():
            yield (what, f"  {part}"), _range(numbers)
    for layer, numbers in found.votes.items():
        yield ("votes", f"votes on {layer}"), f"{numbers.total}"
        yield (f"votes on {layer}", "  on an utterance"), _range(numbers)
    for kind, layers in (("", found.layers), (" (by a program)", found.machine)):
        for layer, of_layer in layers.items():
            yield from _layer(layer + kind, of_layer)


def _layer(name: str, found: "LayerStatistics") -> Iterator[Row]:
    from sentio.files.writers.terminal import literal

    if found.annotated:
        yield (name, name), f"{found.annotated}"
        yield (name, "  labels of an utterance"), _range(found.several)
        yield (name, "  score"), _range(found.scores)
        for label, n in found.labels.items():
            yield (f"{name}: label", f"  {literal(label)}"), f"{n}"
        yield (name, "  shifts of a speaker"), f"{found.shifts} of {found.compared}" if found.compared else ""


def _range(numbers: "Range | None") -> str:
    """Least, mean and greatest; nothing of numbers that are all 0, as the words of a corpus without texts."""
    return f"{numbers.low:.5g} / {numbers.mean:.2f} / {numbers.high:.5g}" if numbers and numbers.total else ""
