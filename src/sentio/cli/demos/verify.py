"""`sentio demos verify`: labels verified by annotators who see the context and not the label."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from sentio.annotation import Poll


def verify(
    *sources: str,
    votes: Annotated[list[Path] | None, Parameter(name="--votes", negative="")] = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    data: Path | None = None,
    format: Literal["table", "json"] = "table",
) -> int:
    """Report which labels annotators verify who have seen the context and not the label.

    An utterance is verified where all annotators, at least two, agree with its author; adjudicated where most votes
    agree; disputed otherwise. Ends with 1 where a corpus counts as verified what its votes do not verify.

    Examples:

    sentio demos verify everyday
    sentio demos verify mine.csv --votes votes.jsonl --out decided.jsonl

    Parameters
    ----------
    sources
        CORPUS:SPLIT, or your own CSV, TSV or JSON-lines file with labels; all splits of a corpus without SPLIT.
    votes
        A file with votes beside those that the corpus holds; give it once for each.
    out
        A file (.jsonl or .csv) for every utterance with its verdict, label and votes.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    format
        How to print the report: table, or json.
    """
    from sentio import annotation

    return _reported(annotation.poll(annotation.sources(sources, data), votes or ()), out, format)


def _reported(poll: "Poll", out: Path | None, format: str) -> int:
    """Print the report, write what was decided; the exit code."""
    from sentio import annotation
    from sentio.annotation.decided import DECIDED, rows
    from sentio.cli import DONE, SKIPPED
    from sentio.cli.demos.verification import table
    from sentio.files.rows import open_rows

    found = annotation.verification(poll)
    if out is not None:
        with open_rows(_form(out), out, DECIDED) as writer:
            writer.write(list(rows(poll)))
    print(found.model_dump_json(indent=2) if format == "json" else table(found))
    return SKIPPED if found.faults else DONE


def _form(out: Path) -> str:
    """Which format `out` is written in; raises `OutputError` for what is there and was not written so."""
    from sentio.errors import OutputError

    form = {".jsonl": "jsonl", ".csv": "csv"}.get(out.suffix.lower())
    if form is None:
        raise OutputError(f"{out}: the suffix tells no format; name a file that ends in .jsonl or .csv")
    return form
