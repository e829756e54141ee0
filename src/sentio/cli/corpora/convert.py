"""`sentio corpora convert`: a corpus as JSON lines, or as a table."""

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora import Corpus
    from sentio.gold import Item


def convert(
    name: str,
    *,
    to: Literal["jsonl", "csv", "parquet"],
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    split: str | None = None,
    data: Path | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> None:
    """Write a corpus in one format for all.

    Examples:

    sentio corpora convert meld --to jsonl --out meld.jsonl
    sentio corpora convert iemocap --to csv --split train --out iemocap.csv
    sentio corpora convert esconv --to jsonl | jq .facts

    Parameters
    ----------
    name
        A name of `sentio corpora ls`, or your own CSV, TSV or JSON-lines file with labels.
    to
        jsonl: a conversation or a question a line, with all that is known of it; csv, parquet: an utterance or a
        question a row, with a column for each layer that people annotated.
    out
        The file to write; standard output (-) by default.
    split
        Only this one; all that you have by default, each item marked with its own.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    quiet
        No progress.
    """
    from sentio import corpora
    from sentio.cli import STREAM
    from sentio.cli.corpora.writing import create
    from sentio.cli.progress import Progress
    from sentio.corpora.sources import chosen

    corpus = corpora.load(name, data)
    out = None if out == Path(STREAM) else out
    splits = chosen(corpus, split)
    _keep_inputs(corpus, out)
    with Progress(shown=not quiet and sys.stderr.isatty() and (out is not None or not sys.stdout.isatty())) as progress:
        items = _items(corpus, splits, progress)
        # Opening empties an earlier output: not before there is something to put in its place.
        first = next(items)
        with create(to, out, tuple(corpus.card.layers)) as writer:
            for of_split, item in chain([first], items):
                writer.write(item, of_split)


def _items(corpus: "Corpus", splits: tuple[str, ...], progress: "Progress") -> "Iterator[tuple[str, Item]]":
    from sentio.cli.corpora.reading import counted

    for split in splits:
        for item in counted(corpus.read(split), progress, f"{corpus.name}/{split}"):
            yield split, item


def _keep_inputs(corpus: "Corpus", out: Path | None) -> None:
    """Raise `OutputError` where the output is a file of the corpus, which writing would destroy."""
    from sentio.errors import OutputError

    if out is None or not out.is_file():
        return
    for names in corpus.card.files.values():
        for name in names:
            if name in corpus.files and os.path.samefile(out, corpus.files.file(name)):
                raise OutputError(f"{out}: is a file of the corpus; name another file with --out")
