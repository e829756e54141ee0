"""The hash of the files that decide an encoder's vectors."""

from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def version_of(paths: Iterable[Path], *settings: object) -> str:
    """One hash over files and settings, 16 hexadecimal digits.

    >>> part = getfixture("tmp_path") / "tokenizer.json"
    >>> _ = part.write_text("{}")
    >>> version_of([part], 256) == version_of([part], 512)
    False
    """
    parts = [*(sha256_of(path) for path in paths), *map(repr, settings)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
