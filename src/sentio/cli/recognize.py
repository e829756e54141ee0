"""`sentio recognize`: files in, each speaker's emotions out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from sentio.recognition import Recognizer

Format = Literal["table", "jsonl", "csv", "parquet", "html"]
REPORT = (".html", ".htm")
_COLUMNS = Group("Columns of CSV, TSV, JSONL and Parquet input (found by name unless given)")


def recognize(
    *inputs: str,
    system: str = "mini",
    labels: str | None = None,
    format: Format | None = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
    input_format: str | None = None,
    text_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None,
    speaker_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None,
    conversation_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None,
    **options: Annotated[str, Parameter(help="Options of the system; see: sentio ls systems.")],
) -> int:
    """Say what each speaker of a conversation feels, utterance by utterance.

    Examples:

    sentio recognize chat.txt
    sentio recognize chat.txt --out report.html
    sentio recognize calls/*.csv --labels ekman --format jsonl | jq .emotion
    sentio recognize big.jsonl --out moods.parquet
    cat chat.txt | sentio recognize -

    Parameters
    ----------
    inputs
        Files with conversations, - for standard input: plain text (Name: words), WhatsApp exports, CSV, TSV, JSONL,
        JSON, SRT, VTT, Parquet.
    system
        The recogniser: a name of `sentio ls systems`, or the folder of a training run.
    labels
        The label space to answer in (`sentio ls labels`); the system's own by default.
    format
        How to write: table, jsonl, csv, parquet, html. By default what the suffix of --out says, else table.
    out
        The file to write; standard output (-) by default.
    limit
        Stop after this many conversations; those that go on later in the file are cut there.
    resume
        Go on with a jsonl or csv output that an earlier call left incomplete.
    quiet
        No progress. What was skipped, and why, is told all the same.
    input_format
        The format of the input, where it is not recognised by itself (`sentio ls files`).
    text_column
        The column with the words.
    speaker_column
        The column with the speaker's name.
    conversation_column
        The column that tells conversations apart.
    """
    from sentio import files
    from sentio.cli import STREAM
    from sentio.cli.job import Job
    from sentio.cli.progress import Progress
    from sentio.errors import SentioError
    from sentio.files.writers.table import literal
    from sentio.labels import space
    from sentio.recognition.base import Remarking

    if not inputs:
        raise SentioError("no input; name a file, or - for standard input (sentio recognize --help)")
    sources = tuple("-" if name == STREAM else name for name in inputs)
    out = None if out == Path(STREAM) else out
    target = space(labels) if labels else None
    recognizer = _load(system, {name.replace("-", "_"): value for name, value in options.items()})
    columns = files.Columns(text=text_column, speaker=speaker_column, conversation=conversation_column)
    with Progress(shown=not quiet and _progress_fits(out)) as progress:
        job = Job(sources, input_format, columns, limit, _format(format, out), out, progress)
        code = job.run(recognizer, target or recognizer.space, resume)
    if isinstance(recognizer, Remarking):
        for remark in recognizer.remarks():
            print(f"sentio: {literal(remark)}", file=sys.stderr)
    return code


def _load(system: str, options: dict[str, str]) -> "Recognizer":
    """The system; an option it does not have may be one of our own flags, misspelt."""
    from inspect import Parameter, signature

    from sentio import recognition
    from sentio.errors import UnknownName

    try:
        return recognition.load(system, options)
    except UnknownName as error:
        if error.name not in options or error.name == system:
            raise
        own = [name for name, flag in signature(recognize).parameters.items() if flag.kind is Parameter.KEYWORD_ONLY]
        flags = [f"--{name.replace('_', '-')}" for name in (*own, *error.known)]
        raise UnknownName(f"option of {system}", f"--{error.name.replace('_', '-')}", flags) from error


def _format(format: str | None, out: Path | None) -> str:
    from sentio.errors import OutputError
    from sentio.files import format_for
    from sentio.registry import components

    if format:
        return format
    if out is None:
        return "table"
    if out.suffix.lower() in REPORT:
        return "html"
    if (found := format_for(out)) is None:
        writers = components("files.writers").values()
        known = sorted({*REPORT, *(suffix for writer in writers for suffix in writer.card.suffixes)})
        raise OutputError(f"{out}: the suffix tells no format; known: {', '.join(known)}; or name one with --format")
    return found


def _progress_fits(out: Path | None) -> bool:
    """A bar and a table would write over each other on one terminal."""
    return sys.stderr.isatty() and (out is not None or not sys.stdout.isatty())
