"""What readers of JSON documents share: JSON keeps no lines, so what does not fit is found by its item."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError


def named(files: CorpusFolder, name: str) -> Iterator[tuple[str, Any]]:
    """The items of a JSON object by their keys; raises `InputError` where the file holds something else."""
    value = files.document(name)
    if not isinstance(value, dict):
        raise InputError("an object of items is expected", path=files.path / name, line=1)
    yield from value.items()


def listed(files: CorpusFolder, name: str) -> Iterator[tuple[str, Any]]:
    """The items of a JSON list by their places from 1; raises `InputError` where the file holds something else."""
    value = files.document(name)
    if not isinstance(value, list):
        raise InputError("a list of items is expected", path=files.path / name, line=1)
    yield from ((str(place), item) for place, item in enumerate(value, start=1))


@contextmanager
def at_item(files: CorpusFolder, name: str, item: str) -> Iterator[None]:
    """As `CorpusFolder.at`, with an item of the document for the line."""
    try:
        with files.at(name):
            yield
    except InputError as error:
        raise InputError(f"item {item}: {error.cause}", path=error.path) from error
