"""`sentio corpora check`: is the user's copy the one that was measured, and can it be read to the end?"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sentio.cli.progress import Progress

if TYPE_CHECKING:
    from sentio.corpora import Corpus

SAME, DIFFERS = 0, 1
"""Exit codes."""


def check(
    *names: str,
    data: Path | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Compare your copy with the one that was measured: each file, and the counts of each split, read to its end.

    A copy that differs or is broken ends with exit code 1; a file that is missing is told, and no fault.

    Examples:

    sentio corpora check
    sentio corpora check meld reccon --data DATA

    Parameters
    ----------
    names
        Names of `sentio corpora ls`, or files of your own; by default what comes with sentio and all that you have a
        folder of.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    quiet
        No progress.
    """
    from sentio import corpora
    from sentio.cli.corpora.reading import here

    # All are opened first: a name that is misspelt is told before an hour of reading.
    opened = [corpora.load(name, data) for name in names] or here(data)
    code = SAME
    with Progress(shown=not quiet and sys.stderr.isatty() and not sys.stdout.isatty()) as progress:
        for number, corpus in enumerate(opened):
            if number:
                print()
            print(corpus.name)
            for line, same in (*_files(corpus), *_splits(corpus, progress)):
                print(f"  {line}", flush=True)
                code = code if same else DIFFERS
    return code


def _files(corpus: "Corpus") -> Iterator[tuple[str, bool]]:
    """A line for each file, and whether it is right."""
    states = list(corpus.check())
    width = max(len(state.state) for state in states)
    for state in states:
        yield f"{state.state:<{width}}  {state.name}", state.state != "differs"


def _splits(corpus: "Corpus", progress: Progress) -> Iterator[tuple[str, bool]]:
    """A line for each split that is there, and whether it is right."""
    from sentio.cli.corpora.reading import counted
    from sentio.corpora.statistics import statistics
    from sentio.errors import InputError
    from sentio.files.writers.terminal import literal

    for split in corpus.splits:
        try:
            items = counted(corpus.read(split), progress, f"{corpus.name}/{split}")
            counts = statistics(items, corpus.card.layers).counts
        except InputError as error:
            yield literal(f"{split}: broken: {error}"), False
            continue
        found = _listed({what: n for what, n in counts.items() if n}) or "nothing in it"
        measured = {what: n for what, n in corpus.card.counts.get(split, {}).items() if what in counts}
        if not measured:
            yield f"{split}: {found}, not measured", True
        elif same := measured.items() <= counts.items():
            yield f"{split}: {found}, as measured", same
        else:
            yield f"{split}: {found}, but measured were {_listed(measured)}", same


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items())
