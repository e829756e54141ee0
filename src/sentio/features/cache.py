"""Vectors of texts that are kept in an SQLite file, by the version of their encoder and the hash of the text.

Two processes may share a file. Nothing depends on it: where it cannot be read or written (disk full, no permission,
damaged, another program's), a warning says so and the work goes on without it.
"""

import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

APPLICATION = 0x53454E46
"""Marks the file as ours in its header ("SENF"), so that no other program's database is written to."""
BUSY_SECONDS = 60.0
TOGETHER = 500
"""Texts asked for in one statement."""


class VectorCache:
    """The file, made where it is not there. `width` is the length of the vectors of this `version`."""

    def __init__(self, path: Path, version: str, width: int) -> None:
        self.path, self._version, self._width = path, version, width
        self._connection: sqlite3.Connection | None = None
        with self._working():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Generators may be closed by another thread than the one that drew from them.
            self._connection = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            _prepare(self._connection)

    def get(self, texts: Iterable[str]) -> dict[str, Vector]:
        """Those of the texts whose vectors are there, shape (width,) each; a damaged one is not."""
        found: dict[str, Vector] = {}
        with self._working() as connection:
            if connection:
                names = {_name(text): text for text in texts}
                for name, blob in _kept(connection, self._version, list(names)):
                    if isinstance(blob, bytes) and len(blob) == 4 * self._width:
                        found[names[name]] = np.frombuffer(blob, "<f4")
        return found

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors of these texts, all of them or none."""
        rows = [(self._version, _name(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        with self._working() as connection:
            if connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
                connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        if self._connection:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _working(self) -> Iterator[sqlite3.Connection | None]:
        """The open file, None where it was given up; what goes wrong within gives it up, with a warning."""
        try:
            yield self._connection
        except (OSError, sqlite3.Error) as error:
            self.close()
            full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
            cause = "the disk is full" if full else str(error)
            warnings.warn(f"{self.path}: no vectors are kept: {cause}", RuntimeWarning, stacklevel=2)


def _prepare(connection: sqlite3.Connection) -> None:
    # In this order: another process that is making the file marks it before there is a table in it.
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if tables and application != APPLICATION:
        raise sqlite3.DatabaseError("it is another program's database")
    connection.execute("PRAGMA journal_mode = WAL")
    # Safe against a killed process; only a power cut may cost the last vectors.
    connection.execute("PRAGMA synchronous = NORMAL")
    if not tables:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (encoder TEXT, text BLOB, vector BLOB NOT NULL, PRIMARY KEY (encoder, text))"
        )


def _name(text: str) -> bytes:
    """The hash of a text, half a surrogate pair and all."""
    return sha256(text.encode("utf8", "surrogatepass")).digest()


def _kept(connection: sqlite3.Connection, version: str, names: Sequence[bytes]) -> Iterator[tuple[bytes, object]]:
    """The texts among these that are there, and what is kept of them."""
    for start in range(0, len(names), TOGETHER):
        some = names[start : start + TOGETHER]
        places = ", ".join("?" * len(some))
        query = f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({places})"
        yield from connection.execute(query, (version, *some))
