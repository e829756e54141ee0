"""Rows of any columns as JSON Lines, CSV or Parquet, conversation by conversation: so causes and replies are written.

    with open_rows("jsonl", Path("why.jsonl"), CAUSES) as writer:
        for done in find_stream(finder, asked):
            writer.write(list(done.rows()))

In CSV an absent value and an empty list are empty fields, and a list or an object is JSON text; Parquet has lists of
strings, and objects as JSON text.

A job that stopped goes on with `resume=True`: `kept` are the complete rows of the file, `cut` says from which byte on
they are to be written anew. The file stays as it was until the first row is written or the writer closes.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol, Self

from sentio.errors import OutputError
from sentio.files.writers import csv, jsonl
from sentio.files.writers.output import Output, encodable, reported
from sentio.results.columns import Columns

if TYPE_CHECKING:
    import polars

Row = Mapping[str, Any]


class Kept(NamedTuple):
    """A row that an earlier job wrote, and the byte where it begins; CSV gives all values as strings."""

    begin: int
    row: Row


class RowWriter(Protocol):
    """Writes rows; a context manager. All methods raise `OutputError`, and let a `BrokenPipeError` pass."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows of a conversation in one piece."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_rows(format: str, out: Path | None, columns: Columns) -> RowWriter:
    """A writer that starts an output in jsonl, csv or parquet; `out` None is standard output. Raises `OutputError`.

    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp(), "why.jsonl")
    >>> with open_rows("jsonl", out, {"conversation": str, "words": list}) as writer:
    ...     writer.write([{"conversation": "kitchen", "words": ["my cake"]}])
    >>> out.read_text().strip()
    '{"conversation":"kitchen","words":["my cake"]}'
    """
    if format == "parquet":
        from sentio.files.writers.parquet import ParquetWriter

        return ParquetWriter(out, lambda: Gathered(columns))
    return Lines(out, _FORMS[format](columns))


def resume_rows(format: str, out: Path | None, columns: Columns) -> "Lines":
    """A writer that goes on after the complete rows of `out`, or starts it.

    Raises `OutputError` where the format cannot be resumed, or the file holds something else.
    """
    if format not in _FORMS:
        raise OutputError(f"{format} output cannot be resumed, only jsonl and csv can be; start it afresh")
    if out is None:
        raise OutputError("standard output cannot be resumed; name the output file")
    form = _FORMS[format](columns)
    with reported(out):
        if not out.exists():
            return Lines(out, form, size=0)
        with out.open("rb") as file:
            start = file.read(len(form.beginning))
            file.seek(0)
            first = next(form.records(file), None)
            rest = sum(map(len, form.records(file)))
    if start != form.beginning[: len(start)] or (first is not None and not form.begins(first)):
        raise OutputError(f"{out}: not the columns that are to be written; name another file, or start it afresh")
    return Lines(out, form, size=0 if first is None else len(first) + rest)


class Lines:
    """Writes rows as a form has them; `size` are the bytes of complete rows that an earlier job left, None for a new
    output."""

    def __init__(self, out: Path | None, form: "Form", size: int | None = None) -> None:
        self._out, self._form, self._size, self._keep = out, form, size, size
        self._output: Output | None = None
        if size is None:
            self._opened()

    @property
    def kept(self) -> Iterator[Kept]:
        """The rows that were there, from the first; read as they are asked for, before anything is written.

        Raises `OutputError` at a row that is not ours.
        """
        if self._size is None or self._out is None:
            return
        with reported(self._out), self._out.open("rb") as file:
            begin = 0
            for number, record in enumerate(self._form.records(file)):
                if begin >= self._size:
                    return
                if number or not self._form.heading:
                    try:
                        yield Kept(begin, self._form.parse(record))
                    except ValueError as error:
                        where = f"{self._out}: row {number + (not self._form.heading)}"
                        raise OutputError(f"{where} is not sentio's; repair or remove the file") from error
                begin += len(record)

    def cut(self, begin: int) -> None:
        """Write the kept rows from this byte on anew."""
        self._keep = begin

    def write(self, rows: Sequence[Row]) -> None:
        """See `RowWriter.write`."""
        self._opened().write(b"".join(map(self._form.encode, rows)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:  # a job that failed before its first row has nothing to put in the place of what is cut
            self._opened()
        if self._output is not None:
            self._output.close()

    def _opened(self) -> Output:
        if self._output is None:
            output = Output(self._out, keep=self._keep or None)
            try:
                output.write(b"" if self._keep else self._form.heading)
            except BaseException:
                output.close()
                raise
            self._output = output
        return self._output


class Form(Protocol):
    """What rows look like in a file that can be gone on with.

    `heading` are the bytes before the first row, `beginning` those that every such file begins with.
    """

    heading: bytes
    beginning: bytes

    def begins(self, record: bytes) -> bool:
        """Whether a file with these columns begins with this record."""
        ...

    def encode(self, row: Row) -> bytes: ...

    def records(self, file: BinaryIO) -> Iterator[bytes]:
        """The complete records of a file, the heading among them."""
        ...

    def parse(self, record: bytes) -> Row:
        """The row in a record; raises `ValueError` where there is none."""
        ...


class JsonlForm:
    """An object a line; half of a surrogate pair as its JSON escape."""

    heading = b""
    beginning = jsonl.OPENING

    def __init__(self, columns: Columns) -> None:
        self._columns = list(columns)

    def begins(self, record: bytes) -> bool:
        try:
            self.parse(record)
        except ValueError:
            return False
        return True

    def encode(self, row: Row) -> bytes:
        return jsonl.line_of({name: row[name] for name in self._columns})

    def records(self, file: BinaryIO) -> Iterator[bytes]:
        return (line for line in file if line.endswith(b"\n"))

    def parse(self, record: bytes) -> Row:
        try:
            row = json.loads(record)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if not isinstance(row, dict) or list(row) != self._columns:
            raise ValueError("other columns")
        return row


class CsvForm:
    """A table as RFC 4180 has it; half of a surrogate pair becomes U+FFFD."""

    def __init__(self, columns: Columns) -> None:
        self._columns = list(columns)
        self.heading = self.beginning = csv.encoded([self._columns])

    def begins(self, record: bytes) -> bool:
        return record == self.heading

    def encode(self, row: Row) -> bytes:
        return csv.encoded([[_field(row[name]) for name in self._columns]])

    def records(self, file: BinaryIO) -> Iterator[bytes]:
        return csv.records(file)

    def parse(self, record: bytes) -> Row:
        return dict(zip(self._columns, csv.split(record), strict=True))


class Gathered:
    """Rows on their way to a Parquet file."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._rows: list[Row] = []
        self.characters = 0

    @property
    def rows(self) -> int:
        return len(self._rows)

    def add(self, done: Sequence[Row]) -> None:
        """Add a conversation's rows."""
        self._rows += done
        self.characters += sum(len(value) for row in done for value in row.values() if isinstance(value, str))

    def frame(self) -> "polars.DataFrame":
        """The rows as a data frame."""
        import polars as pl

        types = {str: pl.String(), int: pl.Int64(), float: pl.Float64(), list: pl.List(pl.String()), dict: pl.String()}
        values = {name: [_cell(row[name]) for row in self._rows] for name in self._columns}
        return pl.DataFrame(values, schema={name: types[kind] for name, kind in self._columns.items()})


def _field(value: object) -> object:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _cell(value: object) -> object:
    if isinstance(value, list):
        return [encodable(word) for word in value]
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return encodable(value) if isinstance(value, str) else value


_FORMS: Mapping[str, Callable[[Columns], Form]] = {"jsonl": JsonlForm, "csv": CsvForm}
