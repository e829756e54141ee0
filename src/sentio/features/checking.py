"""What a file of features holds, what is wrong with it, and whether it fits a corpus."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation
from sentio.features.address import Address
from sentio.features.stored import Match
from sentio.features.table import read, told

SHOWN = 5
"""Missing utterances and broken rows that are named."""


class ArrayCheck(BaseModel):
    """One array. `broken` rows hold NaN or an infinity, the first of them are `named`; `zeros` are rows of nothing
    else; `constant` columns say the same of every row, and standardising would divide by their deviation, 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    array: str
    width: int
    broken: int
    named: tuple[str, ...]
    zeros: int
    constant: int


class CorpusCheck(BaseModel):
    """How the file fits conversations: utterances without a row, the first of them `named`, and rows of none of these
    utterances."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    utterances: int
    missing: int
    named: tuple[str, ...]
    strangers: int


class Check(BaseModel):
    """A file of features; `corpus` where it was held against one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    arrays: tuple[ArrayCheck, ...]
    corpus: CorpusCheck | None


def check(address: Address, conversations: Iterable[Conversation] | None = None) -> Check:
    """Look through a file, and for the utterances of some conversations in it.

    Raises `InputError` for a file that cannot be read, `UnknownName` for an array that it has not.
    """
    table = read(address.path, address.array, address.shift)
    names = [told(key) for key in table.rows]
    arrays = tuple(_of_array(name, vectors, names) for name, vectors in table.arrays.items())
    match, missing = Match(table), list[str]()
    taken = np.zeros(len(names), dtype=bool)
    for conversation in conversations or ():
        rows = match.rows(conversation)
        taken[rows[rows >= 0]] = True
        lacking = zip(conversation.utterances, rows, strict=True)
        missing += [told((conversation.id, utterance.id)) for utterance, row in lacking if row < 0]
    corpus = None
    if conversations is not None:
        strangers = int((~taken).sum())
        shown = tuple(missing[:SHOWN])
        corpus = CorpusCheck(utterances=match.utterances, missing=len(missing), named=shown, strangers=strangers)
    return Check(rows=len(names), arrays=arrays, corpus=corpus)


def _of_array(name: str, vectors: NDArray[np.float32], names: list[str]) -> ArrayCheck:
    broken: NDArray[np.bool_] = np.asarray(~np.isfinite(vectors).all(axis=1))
    whole = vectors[~broken]
    return ArrayCheck(
        array=name,
        width=vectors.shape[1],
        broken=int(broken.sum()),
        named=tuple(islice((named for named, bad in zip(names, broken, strict=True) if bad), SHOWN)),
        zeros=int((whole == 0).all(axis=1).sum()),
        constant=int((whole == whole[:1]).all(axis=0).sum()) if len(whole) else 0,
    )
