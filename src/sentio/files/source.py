"""A file, or standard input, opened for reading once from beginning to end.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     path = Path(folder, "chat.txt")
...     _ = path.write_text("Ada: hello\\n")
...     with opened(path) as source:
...         print(source.stem, source.suffix, list(source.lines()))
chat .txt ['Ada: hello\\n']
"""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from sentio.errors import InputError
from sentio.files.encoding import encoding_of, foreign_byte, is_binary, on_undecodable, opening_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 64 * 1024
"""Bytes read ahead to recognise encoding and format."""

DAMAGE = (OSError, EOFError, zlib.error)
"""What reading a damaged, cut or vanished file raises."""


class Source:
    """What a reader reads from. `name` is how messages call it; `path` is None for standard input and
    for compressed files; `folder` is where the file lies, the working directory for standard input; `head`
    holds the first bytes and `opening` their text ("" if binary)."""

    def __init__(self, name: str, file: str, folder: Path, path: Path | None, stream: BinaryIO) -> None:
        self.name, self.folder, self.path = name, folder, path
        self.stem, self.suffix = Path(file).stem or "stdin", Path(file).suffix.lower()
        self.head = _beginning(stream)
        self.binary = is_binary(self.head)
        self.opening = "" if self.binary else opening_of(self.head)
        self._stream = stream

    def error(self, cause: str, line: int | None = None) -> InputError:
        """An `InputError` that names this source."""
        return InputError(cause, path=self.name, line=line)

    def raw(self) -> BinaryIO:
        """The raw bytes from the beginning. A source can be read once."""
        return io.BufferedReader(_Replayed(self.head, self._stream), HEAD)

    def lines(self) -> Iterator[str]:
        """The decoded lines, each ending in "\\n" whatever the file uses, without NUL.

        Raises `InputError` for a binary file, for text in an unknown code page and, after the last whole
        line, where a damaged file ends.
        """
        if self.binary:
            raise self.error("this is a binary file, not text; export it as CSV, JSON or plain text")
        if (bad := foreign_byte(self.head)) is not None:
            cause = f"byte 0x{self.head[bad]:02X} is neither UTF-8 nor Windows-1252 text; save the file as UTF-8"
            raise self.error(cause, 1 + self.head[:bad].count(b"\n"))
        encoding = encoding_of(self.head)
        number = 0
        try:
            for line in io.TextIOWrapper(self.raw(), encoding, on_undecodable(encoding)):
                number += 1
                yield line.replace("\0", "") if "\0" in line else line
        except DAMAGE as error:
            raise self.error(f"cannot be read to the end: {error}", number + 1) from error


def _beginning(stream: BinaryIO) -> bytes:
    """The first bytes. Damage behind some readable ones is left to the next read, which meets it, too."""
    head = b""
    try:
        while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
            head += more
    except DAMAGE:
        if not head:
            raise
    return head


class _Replayed(io.RawIOBase):
    """The bytes already taken from a stream, then the rest of it. Closing leaves the stream open."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(data) :]
        view[: len(data)] = data
        return len(data)


class _Unzipped(io.RawIOBase):
    """What a gzip file holds, up to the last byte before any damage, which `GzipFile.read` would withhold."""

    def __init__(self, zipped: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=zipped)
        self._damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        if self._damage is not None:
            raise self._damage
        try:
            data = self._file.read1(len(view))
        except DAMAGE as error:
            self._damage = error
            raise
        view[: len(data)] = data
        return len(data)


@contextmanager
def opened(source: str | Path) -> Iterator[Source]:
    """Open a path, or standard input for "-"; files compressed with gzip are read as what they hold.

    Raises `InputError` for a missing or unreadable file, a directory and an empty file.
    """
    if str(source) == "-":
        yield _uncompressed("standard input", "stdin", Path(), None, sys.stdin.buffer)
        return
    path = Path(source)
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise InputError("no such file", path=path) from None
    except IsADirectoryError:
        raise InputError("this is a directory, not a file", path=path) from None
    except (OSError, ValueError) as error:
        raise InputError(getattr(error, "strerror", None) or str(error), path=path) from None
    with stream:
        yield _uncompressed(str(path), path.name, path.parent, path, stream)


def _uncompressed(name: str, file: str, folder: Path, path: Path | None, stream: BinaryIO) -> Source:
    try:
        source = Source(name, file, folder, path, stream)
        if source.head.startswith(b"\x1f\x8b"):
            zipped = cast(BinaryIO, _Unzipped(source.raw()))
            source = Source(name, file.removesuffix(".gz"), folder, None, zipped)
    except DAMAGE as error:
        raise InputError(f"cannot be read: {error}", path=name) from error
    if not source.head or (source.opening.strip("\ufeff \t\n\0") == "" and _is_blank(source)):
        raise source.error("the file is empty")
    return source


def _is_blank(source: Source) -> bool:
    return not source.binary and len(source.head) < HEAD
