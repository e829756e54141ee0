"""How a file of features is named: PATH, PATH#ARRAY or PATH#ARRAY+N."""

import re
from pathlib import Path
from typing import NamedTuple

from sentio import corpora
from sentio.errors import InputError

SUFFIXES = (".npz", ".parquet", ".safetensors")
"""Formats that hold arrays and nothing that would be run."""


class Address(NamedTuple):
    """A file, the array that is meant (None: its only one), and what is added to the numbers of its conversations."""

    path: Path
    array: str | None = None
    shift: int = 0


def parsed(text: str) -> Address | None:
    """The address of a file of features; None where the text names no file of such a format.

    >>> parsed("meld/dev.npz#text+1039")
    Address(path=PosixPath('meld/dev.npz'), array='text', shift=1039)
    >>> parsed("minilm+mini") is None
    True
    """
    if text.lower().endswith(SUFFIXES):
        return Address(Path(text))
    path, mark, rest = text.rpartition("#")
    found = re.fullmatch(r"(.*?)(?:\+([0-9]{1,18}))?", rest, re.DOTALL)
    if not mark or found is None or not path.lower().endswith(SUFFIXES):
        return None
    return Address(Path(path), found[1] or None, int(found[2] or 0))


def located(path: Path, data: Path | None) -> Path:
    """The file in the working directory, else in the folder of the corpora: `data`, or SENTIO_DATA where it is None.

    Raises `InputError` where neither has it.
    """
    root = corpora.data_folder(data)
    for place in (path, root / path):
        if place.is_file():
            return place
    raise InputError(f"no such file of features, nor in {root}; point --data or SENTIO_DATA to its folder", path=path)
