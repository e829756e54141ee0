"""A file of features: rows of vectors, and which utterance each row belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio.errors import InputError, UnknownName
from sentio.features import formats

CONVERSATIONS, UTTERANCES = ("conversation", "dialogue_id"), ("utterance", "utterance_id")
"""Names of the two columns that say where a row belongs."""
IDS = "ids"
"""Name of the one column that does, where no two utterances of a corpus have the same id."""
KEYS = (*CONVERSATIONS, *UTTERANCES, IDS)

Key = tuple[str | None, str]
"""Conversation (None where the file does not tell) and utterance."""


@dataclass(frozen=True, eq=False)
class Table:
    """`rows` says in which row an utterance's vectors stand, `arrays` are the vectors by name, shape (rows, width)."""

    path: Path
    rows: Mapping[Key, int]
    arrays: Mapping[str, NDArray[np.float32]]

    @property
    def by_conversation(self) -> bool:
        """Whether the file tells conversations apart."""
        return next(iter(self.rows))[0] is not None

    def only(self) -> str:
        """The name of its one array; raises `InputError` where it holds several."""
        if len(self.arrays) > 1:
            cause = f"holds {', '.join(self.arrays)}; say which one: {self.path.name}#{next(iter(self.arrays))}"
            raise InputError(cause, path=self.path)
        return next(iter(self.arrays))


def read(path: Path, array: str | None = None, shift: int = 0) -> Table:
    """The vectors of a file: those of one array, or of all.

    `shift` is added to the numbers of its conversations, which some corpora count anew in every file. Raises
    `InputError` for a file that is damaged, has no ids, the same one twice or no vectors, and for an array that is no
    matrix of numbers with a row an id; `UnknownName` for an array that is not there.
    """
    columns = formats.read(path, lambda name: array is None or name in (array, *KEYS))
    rows = _numbered(_keys(columns, shift, path), path)
    if array is not None:
        if array not in columns:
            raise UnknownName(f"array of {path}", array, _others(path))
        return Table(path, rows, {array: _matrix(array, columns[array], len(rows), path)})
    matrices = {name: column for name, column in columns.items() if name not in KEYS and column.ndim == 2}
    if not matrices:
        raise InputError("holds no vectors: no array of shape (rows, width)", path=path)
    return Table(path, rows, {name: _matrix(name, found, len(rows), path) for name, found in matrices.items()})


def _others(path: Path) -> list[str]:
    return [name for name, column in formats.read(path, lambda name: name not in KEYS).items() if column.ndim == 2]


def _matrix(name: str, column: formats.Array, rows: int, path: Path) -> NDArray[np.float32]:
    if column.ndim != 2 or len(column) != rows or not column.shape[1]:
        raise InputError(f"{name!r} has the shape {column.shape}, not ({rows}, width)", path=path)
    if column.dtype.kind not in "fiu":
        raise InputError(f"{name!r} holds {column.dtype}, not numbers", path=path)
    with np.errstate(over="ignore"):  # what does not fit is an infinity, and told when it is read
        return column.astype(np.float32, copy=False)


def _keys(columns: Mapping[str, formats.Array], shift: int, path: Path) -> list[Key]:
    """The utterance of each row."""
    conversation, utterance = (next((n for n in names if n in columns), None) for names in (CONVERSATIONS, UTTERANCES))
    if conversation and utterance:
        of, said = _words(conversation, columns[conversation], path), _words(utterance, columns[utterance], path)
        if len(of) != len(said):
            raise InputError(f"{len(of)} rows of {conversation!r}, {len(said)} of {utterance!r}", path=path)
        return list(zip(_shifted(of, shift, path), said, strict=True))
    if IDS not in columns:
        raise InputError("no ids: the columns conversation and utterance, or ids, are expected", path=path)
    if shift:
        raise InputError(f"+{shift} moves the numbers of conversations, and this file has none", path=path)
    return [(None, said) for said in _words(IDS, columns[IDS], path)]


def _words(name: str, column: formats.Array, path: Path) -> list[str]:
    if column.ndim != 1 or column.dtype.kind not in "USiu":
        raise InputError(f"{name!r} holds {column.dtype} of shape {column.shape}, not ids", path=path)
    return [str(word) for word in (np.char.decode(column, "utf8") if column.dtype.kind == "S" else column).tolist()]


def _shifted(conversations: Sequence[str], shift: int, path: Path) -> Sequence[str]:
    if not shift:
        return conversations
    if (word := next((word for word in conversations if not word.isdecimal()), None)) is not None:
        raise InputError(f"+{shift} moves the numbers of conversations, and {word!r} is none", path=path)
    return [str(int(word) + shift) for word in conversations]


def _numbered(keys: Sequence[Key], path: Path) -> dict[Key, int]:
    rows = {key: row for row, key in enumerate(keys)}
    if not rows:
        raise InputError("holds no rows", path=path)
    if len(rows) < len(keys):
        twice = next(key for row, key in enumerate(keys) if rows[key] != row)
        raise InputError(f"utterance {told(twice)} is there twice", path=path)
    return rows


def told(key: Key) -> str:
    """An utterance by its id, and its conversation's where that is known.

    >>> told(("kitchen", "0"))
    "'0' of 'kitchen'"
    """
    conversation, utterance = key
    return repr(utterance) if conversation is None else f"{utterance!r} of {conversation!r}"
