"""Parquet with one row an utterance, for data frames of any size:

    conversation  utterance  index  speaker  text               labels      emotion   probabilities    valence  …  shift
    kitchen       0          0      Ada      You baked a cake?  sentiment3  positive  {0.7, 0.2, 0.1}  0.6      …  false

`probabilities` is a struct with one float32 a label; multi-label spaces add `active`, a list of strings.
Half of a surrogate pair becomes U+FFFD.

A Parquet file is readable only once its end is written. Rows therefore wait in numbered files in a
folder beside the output, and are joined when the writer closes, also after an error or Ctrl-C; an
earlier output stays until then. Memory stays bounded. Standard output works the same way and gets
the bytes at the end. A process that is killed outright leaves the numbered files, each readable.
"""

import os
import re
import shutil
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from sentio.card import Card
from sentio.errors import OutputError
from sentio.files.writers.base import Writer
from sentio.files.writers.output import Output, encodable, reported
from sentio.labels import LabelSpace
from sentio.results import RecognizedConversation

if TYPE_CHECKING:
    import polars

card = Card(
    title="Parquet",
    summary="one typed, compressed column a field, for data frames",
    suffixes=(".parquet", ".pq"),
)

Written_contra = TypeVar("Written_contra", contravariant=True)
"""What is written at a time: a conversation's answers."""

ROWS = 50_000
CHARACTERS = 1 << 25
"""A numbered file is written at so many rows, or characters of text, whichever comes first."""


class Gathering(Protocol[Written_contra]):
    """Rows of a numbered file on their way to it."""

    characters: int

    @property
    def rows(self) -> int: ...
    def add(self, done: Written_contra) -> None: ...
    def frame(self) -> "polars.DataFrame": ...


class ParquetWriter(Generic[Written_contra]):
    """Gathers rows by column, writes numbered files and joins them at the end; `fresh` begins to gather."""

    def __init__(self, out: Path | None, fresh: Callable[[], Gathering[Written_contra]]) -> None:
        self._out = out
        with reported(out):
            _refuse(out)
            # The file a link leads to is replaced, not the link.
            self._target = None if out is None else Path(os.path.realpath(out))
            place = None if self._target is None else self._target.parent
            prefix = "sentio." if self._target is None else f".{self._target.name}."
            self._parts = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        self._files: list[Path] = []
        self._failed = False
        self._fresh, self._columns = fresh, fresh()

    def __enter__(self) -> Self:
        return self

    def write(self, done: Written_contra) -> None:
        self._columns.add(done)
        if self._columns.rows >= ROWS or self._columns.characters >= CHARACTERS:
            self._flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A table without rows is an answer only where the job came to its end.
        self._failed = self._failed or kind is not None
        self.close()

    def close(self) -> None:
        try:
            if self._columns.rows or not (self._files or self._failed):
                self._flush()
        finally:
            if self._files:
                self._publish()
            shutil.rmtree(self._parts, ignore_errors=True)

    def _publish(self) -> None:
        joined = self._parts / "joined.parquet"
        try:
            with _failing(self._out):
                _join(self._files, joined)
                if self._target is None:
                    _send(joined)
                else:
                    joined.replace(self._target)
        except OutputError as error:
            joined.unlink(missing_ok=True)
            raise OutputError(f"{error}; the rows are in {self._parts}") from error

    def _flush(self) -> None:
        # Taken away first: rows that could not be written must not be tried again when the writer closes.
        columns, self._columns = self._columns, self._fresh()
        file = self._parts / f"{len(self._files):06}.parquet"
        try:
            with _failing(self._out):
                columns.frame().write_parquet(file)
        except BaseException:
            self._failed = True
            file.unlink(missing_ok=True)
            raise
        self._files.append(file)


class Columns:
    """Rows of a numbered file, column by column; probabilities as one flat array of float32."""

    def __init__(self, space: LabelSpace) -> None:
        self._space = space
        self._texts: list[tuple[str, str, int, str, str, str, str]] = []
        self._probabilities = array("f")
        self._coordinates = array("f")
        self._shifts: list[bool] = []
        self._active: list[tuple[str, ...] | None] = []
        self.characters = 0

    @property
    def rows(self) -> int:
        return len(self._texts)

    def add(self, done: RecognizedConversation) -> None:
        """Add a conversation's rows."""
        name = done.conversation.id
        for (index, said), mood in zip(done.conversation.indexed(), done.recognitions, strict=True):
            self._texts.append((name, said.id, index, said.speaker, said.text, mood.space, mood.emotion))
            self._probabilities.extend(map(mood.probabilities.__getitem__, self._space.labels))
            self._coordinates.extend((mood.valence, mood.arousal, mood.dominance))
            self._shifts.append(mood.shift)
            self._active.append(mood.active)
            self.characters += len(said.text)

    def frame(self) -> "polars.DataFrame":
        """The rows as a data frame."""
        import numpy as np
        import polars as pl

        names = ("conversation", "utterance", "index", "speaker", "text", "labels", "emotion")
        columns: dict[str, Any] = {
            name: pl.Series(values, dtype=pl.Int64 if name == "index" else pl.String)
            for name, values in zip(names, zip(*self._clean(), strict=True) if self._texts else [[]] * 7, strict=True)
        }
        shares = np.frombuffer(self._probabilities, np.float32).reshape(-1, len(self._space))
        columns["probabilities"] = pl.DataFrame(shares, schema=self._space.labels).to_struct()
        points = np.frombuffer(self._coordinates, np.float32).reshape(-1, 3)
        columns |= zip(("valence", "arousal", "dominance"), points.T, strict=True)
        columns["shift"] = pl.Series(self._shifts, dtype=pl.Boolean)
        if self._space.multi_label:
            columns["active"] = pl.Series(self._active, dtype=pl.List(pl.String))
        return pl.DataFrame(columns)

    def _clean(self) -> Iterator[tuple[str | int, ...]]:
        for row in self._texts:
            yield tuple(encodable(value) if isinstance(value, str) else value for value in row)


class MoodsWriter(ParquetWriter[RecognizedConversation], Writer):
    """Writes recognised conversations."""


def create(out: Path | None, space: LabelSpace) -> MoodsWriter:
    """Start an output; an existing file is replaced when the writer closes. Raises `OutputError`."""
    return MoodsWriter(out, lambda: Columns(space))


def _refuse(out: Path | None) -> None:
    if out is None and sys.stdout.isatty():
        raise OutputError("parquet is not text and cannot be shown; name an output file")
    if out is not None and out.is_dir():
        raise OutputError(f"{out}: is a folder; name a file")
    if out is not None and out.exists() and not out.is_file():
        raise OutputError(f"{out}: not a regular file, which parquet needs")


def _join(files: list[Path], joined: Path) -> None:
    if len(files) == 1:
        files[0].replace(joined)
        return
    import polars as pl

    pl.scan_parquet(files, glob=False).sink_parquet(joined, maintain_order=True)


def _send(file: Path) -> None:
    output = Output(None)
    with file.open("rb") as stream:
        while piece := stream.read(1 << 20):
            output.write(piece)
    output.close()


@contextmanager
def _failing(out: Path | None) -> Iterator[None]:
    """Errors of the operating system as `OutputError`; Polars wraps them and leaves the number in its message."""
    import polars as pl

    with reported(out):
        try:
            yield
        except pl.exceptions.PolarsError as error:
            number = re.search(r"\(os error (\d+)\)", str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
