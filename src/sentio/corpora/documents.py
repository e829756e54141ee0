"""What readers of JSON documents share: JSON keeps no lines, so what does not fit is found by its item."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError


def items(files: CorpusFolder, name: str) -> Iterator[tuple[str, Any]]:
    """The items of a JSON file: those of an object by their keys, those of a list by their places from 1.

    Raises `InputError` where the file is neither.
    """
    value = files.document(name)
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(place), item) for place, item in enumerate(value, start=1))
    else:
        raise InputError("a list or an object of items is expected", path=files.path / name, line=1)


@contextmanager
def at_item(files: CorpusFolder, name: str, item: str) -> Iterator[None]:
    """As `CorpusFolder.at`, with an item of the document for the line."""
    try:
        with files.at(name):
            yield
    except InputError as error:
        raise InputError(f"item {item}: {error.cause}", path=error.path) from error
