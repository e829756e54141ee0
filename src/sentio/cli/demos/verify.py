"""`sentio demos verify`: labels verified by annotators who see the context and not the label."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from sentio.annotation import Poll

CONCURRENCY = 16
"""So many questions to a language model are worked on at once where nothing is said."""


def verify(
    *sources: str,
    votes: Annotated[list[Path] | None, Parameter(name="--votes", negative="")] = None,
    annotator: str | None = None,
    llm: str | None = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    cache: Path | None = None,
    concurrency: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    data: Path | None = None,
    format: Literal["table", "json"] | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Label again what is labelled, without seeing the labels, and report which labels all annotators verify.

    An utterance is verified where all annotators, at least two, agree with its author; adjudicated where most votes
    agree; disputed otherwise. With --annotator a person labels on this terminal, with --llm a language model does;
    without either the votes that are there are reported. Every vote is written as it is given: killed and called
    again, it goes on where it was. Ends with 1 where a corpus counts as verified what its votes do not verify, or
    where questions to the model failed.

    Examples:

    sentio demos verify everyday
    sentio demos verify mine.csv --annotator ann --votes votes.jsonl
    sentio demos verify mine.csv --llm openai/MODEL@http://localhost:8000/v1 --annotator qwen --votes votes.jsonl
    sentio demos verify mine.csv --votes votes.jsonl --out decided.jsonl

    Parameters
    ----------
    sources
        CORPUS:SPLIT, or your own CSV, TSV or JSON-lines file with labels; all splits of a corpus without SPLIT.
    votes
        A file of votes, to be gone on with by an annotator; for the report, beside those that the corpus holds, give
        it once for each.
    annotator
        Who labels; the name also shuffles the conversations. With --llm the model's name by default.
    llm
        A language model that labels: openai/MODEL@http://HOST:PORT/v1, hf/PATH and more (`sentio ls llms`).
    limit
        Show an annotator so many utterances and no more.
    cache
        An SQLite file with a language model's answers of earlier calls.
    concurrency
        Questions to a language model worked on at once; 16 by default.
    out
        A file (.jsonl or .csv) for every utterance with its verdict, label and votes.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print the report: table, which is the default, or json.
    quiet
        No progress.
    """
    from sentio import annotation
    from sentio.cli.demos import labelling
    from sentio.llms.options import Asking

    given = votes or []
    if llm is None:
        _refuse({"--cache": cache, "--concurrency": concurrency}, "is for a language model: name one with --llm")
    if annotator is None and llm is None:
        _refuse({"--limit": limit}, "is for an annotator: name one with --annotator or --llm")
        form = _form(out, [*map(Path, sources), *given])
        return _reported(annotation.poll(annotation.sources(sources, data), given), out, form, format or "table")
    _refuse({"--out": out, "--format": format}, "is for the report: call again without --annotator and --llm")
    file = _only(given)
    if llm is None:
        return labelling.by_person(annotation.sources(sources, data), file, annotator or "", limit)
    asking = Asking(llm=llm, cache=cache, concurrency=concurrency or CONCURRENCY)
    shown = not quiet and sys.stderr.isatty()
    return labelling.by_model(annotation.sources(sources, data), file, annotator, limit, asking, shown)


def _refuse(flags: Mapping[str, object], why: str) -> None:
    """Raise `InputError`, which says why, for the first of the flags that is given: it would do nothing."""
    from sentio.errors import InputError

    for flag, value in flags.items():
        if value is not None:
            raise InputError(f"{flag} {why}")


def _only(votes: Sequence[Path]) -> Path:
    """The file of an annotator's votes; raises `InputError` where there is not exactly one."""
    from sentio.errors import InputError

    if len(votes) != 1:
        raise InputError("an annotator's votes go into one file; name it with --votes")
    return votes[0]


def _form(out: Path | None, read: Sequence[Path]) -> str:
    """Which format `out` is written in; raises `OutputError` where the suffix does not tell or it is one of the files
    that are read."""
    from sentio.errors import OutputError

    if out is None:
        return ""
    form = {".jsonl": "jsonl", ".csv": "csv"}.get(out.suffix.lower())
    if form is None:
        raise OutputError(f"{out}: the suffix tells no format; name a file that ends in .jsonl or .csv")
    if out.exists() and any(path.exists() and out.samefile(path) for path in read):
        raise OutputError(f"{out}: is the output and the input; name another file with --out")
    return form


def _reported(poll: "Poll", out: Path | None, form: str, format: str) -> int:
    """Print the report, write what was decided; the exit code."""
    from sentio import annotation
    from sentio.annotation.decided import DECIDED, rows
    from sentio.cli import DONE, SKIPPED
    from sentio.cli.demos.verification import table
    from sentio.files.rows import open_rows

    found = annotation.verification(poll)
    if out is not None:
        with open_rows(form, out, DECIDED) as writer:
            writer.write(list(rows(poll)))
    print(found.model_dump_json(indent=2) if format == "json" else table(found))
    return SKIPPED if found.faults else DONE
