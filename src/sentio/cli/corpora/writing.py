"""Items of a corpus on their way into a file or to standard output; what was written stays valid."""

import csv
import io
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from sentio.corpora.conversion import Cell, columns, rows, with_split
from sentio.errors import OutputError
from sentio.files.writers.output import Output, encodable, reported
from sentio.gold import Item

if TYPE_CHECKING:
    import polars

ROWS = 50_000
"""So many rows become a data frame: 400,000 utterances take 215 MB so, and 310 MB as rows (the whole process)."""


class ItemWriter(Protocol):
    """Writes one item after the other; a context manager. All methods raise `OutputError`."""

    def write(self, item: Item, split: str) -> None:
        """Write an item of that split, whole or not at all."""
        ...

    def close(self) -> None:
        """Finish the output; also called when something broke."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(format: str, out: Path | None, layers: tuple[str, ...]) -> ItemWriter:
    """A writer of "jsonl", "csv" or "parquet"; a table has the columns of `layers`. Raises `OutputError`."""
    match format:
        case "jsonl":
            return JsonLines(Output(out))
        case "csv":
            return Csv(Output(out), layers)
        case _:
            return Parquet(out, layers)


class JsonLines(ItemWriter):
    """A line an item: the JSON of `AnnotatedConversation` or `Question`, with the fact `split`."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, item: Item, split: str) -> None:
        self._output.write(_json(with_split(item, split)) + b"\n")

    def close(self) -> None:
        self._output.close()


class Csv(ItemWriter):
    """Rows as RFC 4180 has them, those of an item in one piece; several labels stand with "; " between them."""

    def __init__(self, output: Output, layers: tuple[str, ...]) -> None:
        self._output, self._table = output, Table(layers)

    def write(self, item: Item, split: str) -> None:
        begins = self._table.begins(item, split)
        header = [self._table.columns] if begins else []
        self._output.write(_csv([*header, *rows(item, split, self._table.layers)]))

    def close(self) -> None:
        self._output.close()


class Parquet(ItemWriter):
    """Typed columns; the file is put in its place when the writer closes, also after an error."""

    def __init__(self, out: Path | None, layers: tuple[str, ...]) -> None:
        if out is None and sys.stdout.isatty():
            raise OutputError("parquet is not text and cannot be shown; name an output file with --out")
        if out is not None and out.exists() and not out.is_file():
            raise OutputError(f"{out}: not a regular file, which parquet needs")
        # The file a link leads to is replaced, not the link.
        self._target = None if out is None else Path(os.path.realpath(out))
        self._beside = None if self._target is None else self._target.with_name(f".{self._target.name}.part")
        self._output = Output(self._beside)
        self._table = Table(layers)
        self._rows: list[tuple[Cell, ...]] = []
        self._frames: list[polars.DataFrame] = []

    def write(self, item: Item, split: str) -> None:
        self._table.begins(item, split)
        self._rows += rows(item, split, self._table.layers)
        if len(self._rows) >= ROWS:
            self._frame()

    def close(self) -> None:
        try:
            try:
                self._output.write(self._bytes())
            finally:
                self._output.close()
            if self._target is not None and self._beside is not None:
                with reported(self._target):
                    self._beside.replace(self._target)
        finally:
            if self._beside is not None:
                self._beside.unlink(missing_ok=True)

    def _frame(self) -> None:
        import polars as pl

        # Without rows there are columns all the same.
        cells = zip(*self._rows, strict=True) if self._rows else [()] * len(self._table.columns)
        self._frames.append(pl.DataFrame(dict(zip(self._table.columns, map(_series, cells), strict=True))))
        self._rows = []

    def _bytes(self) -> bytes:
        import polars as pl

        self._frame()
        # A layer that nothing in a frame has takes the type that it has in another, or that of labels.
        whole = pl.concat(self._frames, how="vertical_relaxed").with_columns(pl.col(pl.Null).cast(pl.String))
        packed = io.BytesIO()
        whole.write_parquet(packed)
        return packed.getvalue()


class Table:
    """The columns of a table, which its first item settles."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self.layers = layers
        self.columns: tuple[str, ...] = ()

    def begins(self, item: Item, split: str) -> bool:
        """True for the first item; raises `OutputError` for one that does not fit into the rows before."""
        found = columns(item, self.layers)
        if self.columns and found != self.columns:
            raise OutputError(
                f"{split} has other columns than the splits before: conversations and questions are not one table; "
                "name one with --split, or write jsonl"
            )
        begins, self.columns = not self.columns, found
        return begins


def _json(item: Item) -> bytes:
    from pydantic_core import PydanticSerializationError

    try:
        return item.model_dump_json().encode()
    except PydanticSerializationError:  # half of a surrogate pair, which only an escape can hold
        return json.dumps(item.model_dump()).encode()


def _csv(rows: Iterable[tuple[Cell, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(_plain, row) for row in rows)
    return encodable(text.getvalue()).encode()


def _plain(cell: Cell) -> str | float | None:
    """A cell as CSV can hold it."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case tuple():
            return "; ".join(cell)
        case _:
            return cell


def _series(cells: tuple[Cell, ...]) -> "polars.Series":
    """A column of strings, lists of strings, numbers or truth values, by what is in it."""
    import polars as pl

    clean: list[Any] = [_clean(cell) for cell in cells]
    kinds = {type(cell) for cell in clean if cell is not None}
    if list in kinds:
        lists = [[cell] if isinstance(cell, str) else cell for cell in clean]
        return pl.Series(lists, dtype=pl.List(pl.String))
    if str in kinds:
        return pl.Series([None if cell is None else str(cell) for cell in clean], dtype=pl.String)
    return pl.Series(clean, dtype=pl.Boolean if bool in kinds else pl.Float64 if kinds else pl.Null)


def _clean(cell: Cell) -> Any:  # noqa: ANN401  (what polars takes)
    if isinstance(cell, tuple):
        return [encodable(label) for label in cell]
    return encodable(cell) if isinstance(cell, str) else cell
