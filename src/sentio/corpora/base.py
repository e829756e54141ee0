"""What every corpus file is written with: the user's folder of it, and readers that name file and line.

A corpus is a module of this folder with a literal `card = CorpusCard(...)` and one function:

    def read(files: CorpusFolder, split: str) -> Iterator[Item]:

It yields `AnnotatedConversation`s, or `Question`s, in the order of the files of that split, one after
the other as they are read. It never guesses: what it cannot read is an `InputError` with file and line.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from sentio.card import CorpusCard
from sentio.errors import InputError
from sentio.gold import Item

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class CorpusFolder:
    """The user's copy of a corpus. Names are relative to `path`; a file may also lie there as NAME.gz.

    Every method raises `InputError` naming the file, and the line where there is one, when the file is
    missing, not UTF-8, damaged or cut.
    """

    path: Path
    card: CorpusCard

    def __contains__(self, name: str) -> bool:
        return self._found(name) is not None

    def file(self, name: str) -> Path:
        """Where a file lies, packed or not."""
        found = self._found(name)
        if found is None:
            raise InputError(f"missing; {self.card.title}: {self.card.obtain}", path=self.path / name)
        return found

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """Line number from 1, and the line without its end."""
        path, number = self.file(name), 0
        try:
            with self._opened(path) as file:
                for number, line in enumerate(io.TextIOWrapper(file, "utf-8-sig", newline="\n"), start=1):
                    yield number, line.rstrip("\r\n")
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise InputError(f"cannot be read on: {error}", path=path, line=number + 1) from error

    def rows(
        self, name: str, *, delimiter: str = ",", columns: tuple[str, ...] | None = None, quoted: bool = True
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and cells by column of a CSV or TSV file; `columns` names those of a file without header.

        `quoted=False` takes quotation marks for text. A row that is too short or too long is an error.
        """
        path = self.file(name)
        line = 0

        def counted() -> Iterator[str]:
            nonlocal line
            for number, text in self.lines(name):
                line = number
                yield text + "\n"

        table = csv.reader(counted(), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        try:
            header = list(columns or next(table, ()))
            for cells in table:
                if len(cells) != len(header):
                    if not cells:
                        continue
                    raise InputError(f"{len(cells)} cells where {len(header)} are expected", path=path, line=line)
                yield line, dict(zip(header, cells, strict=True))
        except csv.Error as error:
            raise InputError(f"not a table: {error}", path=path, line=line) from error

    def json_lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Line number and object of a JSON-lines file; empty lines are passed over."""
        path = self.file(name)
        for number, line in self.lines(name):
            if line.strip():
                try:
                    value = json.loads(line)
                except ValueError as error:
                    raise InputError(f"not JSON: {error}", path=path, line=number) from error
                if not isinstance(value, dict):
                    raise InputError("a JSON object is expected on each line", path=path, line=number)
                yield number, value

    def document(self, name: str) -> Any:  # noqa: ANN401  (JSON)
        """The value of a JSON file."""
        path = self.file(name)
        try:
            return json.loads(self._bytes(path))
        except json.JSONDecodeError as error:
            raise InputError(f"not JSON: {error.msg}", path=path, line=error.lineno) from error
        except UnicodeDecodeError as error:
            raise InputError(f"not UTF-8: {error.reason}", path=path) from error

    @contextmanager
    def at(self, name: str, line: int | None = None) -> Iterator[None]:
        """Within this block what does not fit (a missing key, a word for a number) becomes `InputError`.

        >>> files = CorpusFolder(Path("mine"), card)  # doctest: +SKIP
        >>> with files.at("train.csv", 7):  # doctest: +SKIP
        ...     float("many")
        """
        try:
            yield
        except KeyError as error:
            raise InputError(f"no {error.args[0]!r} here", path=self.path / name, line=line) from error
        except (ValueError, TypeError, IndexError, AttributeError) as error:
            raise InputError(f"does not fit: {error}", path=self.path / name, line=line) from error

    def checksum(self, name: str) -> str:
        """SHA-256 of the unpacked file, in hexadecimal digits."""
        digest = sha256()
        path = self.file(name)
        try:
            with self._opened(path) as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except (OSError, EOFError) as error:
            raise InputError(f"cannot be read: {error}", path=path) from error
        return digest.hexdigest()

    def _found(self, name: str) -> Path | None:
        plain = self.path / name
        return next((path for path in (plain, plain.with_name(plain.name + ".gz")) if path.is_file()), None)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[BinaryIO]:
        # What ends in .gz by its own name (a release that is packed) is unpacked like any other.
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield cast(BinaryIO, file)

    def _bytes(self, path: Path) -> bytes:
        try:
            with self._opened(path) as file:
                return file.read()
        except (OSError, EOFError) as error:
            raise InputError(f"cannot be read: {error}", path=path) from error


class CorpusModule(Protocol):
    """What a corpus file offers besides its card."""

    def read(self, files: CorpusFolder, split: str) -> Iterator[Item]: ...


def distinct(items: Iterator[Item], path: Path) -> Iterator[Item]:
    """The items, or an `InputError` at the second one of an id: predictions could not be told apart."""
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise InputError(f"{item.id!r} is there twice", path=path)
        seen.add(item.id)
        yield item
