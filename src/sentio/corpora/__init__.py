"""Corpora, read from the user's own copy: the folder named by `--data` or `SENTIO_DATA`."""

import os
from pathlib import Path

from sentio.errors import InputError


def folder(corpus: str, data: Path | None) -> Path:
    """The folder of a corpus below `data`, or below `SENTIO_DATA` when `data` is None.

    Raises `InputError` that says what is missing.
    """
    root = data or Path(os.environ.get("SENTIO_DATA", "data"))
    if not (root / corpus).is_dir():
        raise InputError(f"no folder {corpus!r} here; point --data or SENTIO_DATA to your copy", path=root)
    return root / corpus
