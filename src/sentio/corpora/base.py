"""What every corpus file is written with: the user's folder of it, and readers that name file and line.

A corpus is a module of this folder with a literal `card = CorpusCard(...)` and one function:

    def read(files: CorpusFolder, split: str) -> Iterator[Item]:

It yields `AnnotatedConversation`s, or `Question`s, in the order of the files of that split, one after
the other as they are read. It never guesses: what it cannot read is an `InputError` with file and line.
"""

import csv
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from sentio.card import CorpusCard
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Item

DAMAGED = (OSError, EOFError, zlib.error)
"""What reading a file that is cut or broken raises, packed or not."""


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
                # Decoded one by one: of a block nobody knows which line a bad byte stands on.
                for number, line in enumerate(file, start=1):
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise InputError(f"not UTF-8: {error.reason}", path=path, line=number) from error
        except DAMAGED as error:
            raise InputError(f"cannot be read on: {error}", path=path, line=number + 1) from error

    def rows(
        self, name: str, *, delimiter: str = ",", columns: tuple[str, ...] | None = None, quoted: bool = True
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Line on which a row begins, and its cells by column, of a CSV or TSV file.

        `columns` names those of a file without header; `quoted=False` takes quotation marks for text. A row
        that is too short or too long, a quote left open, a column that is there twice and a file without
        rows are errors.
        """
        path = self.file(name)
        records = self._records(name, delimiter, quoted)
        line, header = (1, columns) if columns else next(records, (1, ()))
        if repeated := _twice(header):
            raise InputError(f"column {repeated[0]!r} is there twice", path=path, line=line)
        filled = False
        for line, cells in records:
            if len(cells) != len(header):
                raise InputError(f"{len(cells)} cells where {len(header)} are expected", path=path, line=line)
            filled = True
            yield line, dict(zip(header, cells, strict=True))
        if not filled:
            where = " below its header" if header and not columns else ""
            raise InputError(f"holds nothing{where}", path=path, line=line)

    def json_lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Line number and object of a JSON-lines file; empty lines are passed over, a file of them is an error."""
        path = self.file(name)
        filled = False
        for number, line in self.lines(name):
            if line.strip():
                value = _json(line, path, number)
                if not isinstance(value, dict):
                    raise InputError("a JSON object is expected on each line", path=path, line=number)
                filled = True
                yield number, value
        if not filled:
            raise InputError("holds nothing", path=path, line=1)

    def document(self, name: str) -> Any:  # noqa: ANN401  (JSON)
        """The value of a JSON file."""
        path = self.file(name)
        try:
            with self._opened(path) as file:
                text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise InputError(f"not UTF-8: {error.reason}", path=path, line=line) from error
        except DAMAGED as error:
            raise InputError(f"cannot be read: {error}", path=path) from error
        return _json(text, path)

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
        except DAMAGED as error:
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

    def _records(self, name: str, delimiter: str, quoted: bool) -> Iterator[tuple[int, Sequence[str]]]:
        """Line on which it begins and cells of every row that is not blank."""
        path, line = self.file(name), 1
        table = csv.reader(
            (text + "\n" for _, text in self.lines(name)),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            # Otherwise a quote left open takes the rest of the file for its cell.
            strict=True,
        )
        try:
            for cells in table:
                if cells:
                    yield line, cells
                line = table.line_num + 1
        except csv.Error as error:
            hint = "; is a quote left open here?" if quoted else ""
            raise InputError(f"not a table: {error}{hint}", path=path, line=line) from error


class CorpusModule(Protocol):
    """What a corpus file offers besides its card."""

    def read(self, files: CorpusFolder, split: str) -> Iterator[Item]: ...


def checked(items: Iterator[Item], path: Path) -> Iterator[Item]:
    """The items of a split, each such that predictions and annotations can be told to be its own.

    Raises `InputError` naming the item whose id is empty or there twice, the conversation in which that holds of
    an utterance, or that annotates an utterance it has not; and where there is no item at all.
    """
    seen: set[str] = set()
    for item in items:
        if not item.id:
            raise InputError(f"the id of item {len(seen) + 1} is empty", path=path)
        if item.id in seen:
            raise InputError(f"{item.id!r} is there twice", path=path)
        if isinstance(item, AnnotatedConversation) and (fault := _fault(item)):
            raise InputError(f"conversation {item.id!r} {fault}", path=path)
        seen.add(item.id)
        yield item
    if not seen:
        raise InputError("holds nothing", path=path)


def _fault(item: AnnotatedConversation) -> str | None:
    utterances = item.conversation.utterances
    ids = {utterance.id for utterance in utterances}
    if len(ids) < len(utterances):
        return f"has utterance {_twice([utterance.id for utterance in utterances])[0]!r} twice"
    if "" in ids:
        return "has an utterance whose id is empty"
    for kind, layers in (("gold", item.gold), ("votes", item.votes), ("machine", item.machine)):
        for layer, of_utterance in layers.items():
            if not of_utterance.keys() <= ids:
                unknown = min(of_utterance.keys() - ids)
                return f"has no utterance {unknown!r}, of which there is {layer!r} in its {kind}"
    for cause in item.causes:
        if not {cause.target, cause.evidence} <= {None, *ids}:
            named = cause.evidence if cause.target in ids else cause.target
            return f"has no utterance {named!r}, of which there is a cause"
    return None


def _json(text: str, path: Path, line: int | None = None) -> Any:  # noqa: ANN401
    """The value of a document, or of the text on one line; raises `InputError`."""
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", path=path, line=line or error.lineno) from error
    except RecursionError as error:
        raise InputError("nested too deeply", path=path, line=line) from error
    except ValueError as error:
        raise InputError(str(error), path=path, line=line) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(f"the key {_twice([key for key, _ in pairs])[0]!r} is there twice in one object")
    return value


DECODER = json.JSONDecoder(object_pairs_hook=_object)
"""Of a key that is there twice Python keeps the last value; of two dialogues one would be lost."""


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
