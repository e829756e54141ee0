"""Bytes on their way to a file or to standard output: whole pieces or nothing, and errors a user can act on."""

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from sentio.errors import OutputError

SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold.

    >>> encodable("half a \\ud83d")
    'half a �'
    """
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)


@contextmanager
def reported(path: Path | None) -> Iterator[None]:
    """Turn the operating system's errors into one-line `OutputError`s; a broken pipe passes.

    >>> with reported(Path("joy.csv")):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    sentio.errors.OutputError: joy.csv: disk full; what was written before is kept
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path or 'standard output'}: {_cause(error, path)}") from error


def _cause(error: OSError, path: Path | None) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "disk full; what was written before is kept"
        case errno.EISDIR:
            return "is a folder; name a file"
        case errno.ENOENT | errno.ENOTDIR if path is not None:
            return f"{path.parent} is not a folder that exists; create it first"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "no permission to write here"
        case _:
            return error.strerror or str(error)


class Output:
    """An open file, or standard output, that takes whole pieces.

    A piece that cannot be written completely (disk full, Ctrl-C) is taken back from a file, so that
    the file ends with a whole row. There is no buffer: what `write` accepted is with the operating
    system. `keep` opens an existing file and goes on after its first `keep` bytes.
    Raises `OutputError`.
    """

    def __init__(self, path: Path | None, *, keep: int | None = None) -> None:
        self._path = path
        self._whole = keep or 0
        with reported(path):
            if path is None:
                sys.stdout.flush()
                # Below Python's buffer, which would complain of a full disk once more when the process ends.
                self._stream = cast(BinaryIO, getattr(sys.stdout.buffer, "raw", sys.stdout.buffer))
            else:
                self._stream = cast(BinaryIO, path.open("wb" if keep is None else "r+b", buffering=0))
                if keep is not None:
                    self._stream.truncate(keep)
                    self._stream.seek(keep)

    def write(self, piece: bytes) -> None:
        """Write one piece: all of it, or nothing and an `OutputError`."""
        with reported(self._path):
            try:
                self._send(memoryview(piece))
            except BaseException:
                self._take_back()
                raise
        self._whole += len(piece)

    def close(self) -> None:
        """Close the file; standard output stays open for others."""
        with reported(self._path):
            if self._path is not None:
                self._stream.close()
            else:
                self._stream.flush()

    def _send(self, rest: memoryview) -> None:
        while rest:
            written = self._stream.write(rest)
            if written is None:  # a non-blocking pipe that is full
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            rest = rest[written:]

    def _take_back(self) -> None:
        if self._path is not None:
            with suppress(OSError):  # pipes and devices cannot be cut; the first error is the one to tell
                self._stream.truncate(self._whole)
                self._stream.seek(self._whole)
