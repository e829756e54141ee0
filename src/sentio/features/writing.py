"""Features into a file, as `stored` reads them: the columns conversation and utterance, and the vectors."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import tee
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sentio.conversation import Conversation
from sentio.errors import InputError, OutputError
from sentio.features import formats
from sentio.features.address import SUFFIXES
from sentio.features.base import FeatureSource
from sentio.features.table import CONVERSATIONS, UTTERANCES, told
from sentio.files.writers.output import reported

ARRAY = "text"
"""What the vectors are called in the file."""


@dataclass(frozen=True)
class Written:
    """How many utterances are in the file, how many had nothing to write, and the length of a vector."""

    rows: int
    absent: int
    width: int


def write(path: Path, conversations: Iterable[Conversation], source: FeatureSource) -> Written:
    """Write the features of the words of conversations; an utterance without any has no row.

    Written beside its place and moved there when it is whole. Raises `InputError` where an utterance comes twice or
    none has features, `OutputError` where the file cannot be written or its name ends in no known format.
    """
    suffix = format_of(path)
    rows: dict[tuple[str, str], int] = {}
    blocks, absent = [], 0
    shown, asked = tee(conversations)
    for conversation, features in zip(shown, source.read(asked), strict=True):
        for utterance, present in zip(conversation.utterances, features.present, strict=True):
            if (key := (conversation.id, utterance.id)) in rows:
                raise InputError(f"utterance {told(key)} comes twice")
            if present:
                rows[key] = len(rows)
        blocks.append(features.vectors[features.present])
        absent += int((~features.present).sum())
    if not rows:
        raise InputError("no utterance has features; nothing is written")
    ids = {name[0]: list(each) for name, each in zip((CONVERSATIONS, UTTERANCES), zip(*rows, strict=True), strict=True)}
    with _replacing(path) as file:
        formats.write(file, suffix, ids, {ARRAY: np.concatenate(blocks)})
    return Written(len(rows), absent, source.width)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its place at the end, or goes where that is not reached."""
    beside = path.with_name(f"{path.name}.partial")
    with reported(path):
        try:
            with beside.open("wb") as file:
                yield file
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def format_of(path: Path) -> str:
    """The suffix of a file to write; raises `OutputError` where no format has it.

    >>> format_of(Path("meld.NPZ"))
    '.npz'
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(f"{path}: no format of features ends so; name a file {', '.join(SUFFIXES)}")
    return suffix
