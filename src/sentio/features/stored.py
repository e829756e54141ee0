"""Features from a file: each utterance gets the row that has its id, or none.

A file names its rows by `conversation` and `utterance` (or `dialogue_id` and `utterance_id`), as the corpus does, or
by `ids` alone where no two utterances of the corpus share one. MELD's own numbers of dialogues begin at 0 in every
split, and conversations here do not: "meld_dev_embeddings.npz#text_base+1039" says that its dialogue 0 is conversation
1039 (see `corpora.meld`).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.features.address import Address
from sentio.features.base import Features
from sentio.features.table import Key, Table, read, told

STRANGE, FEW = 0.1, 2
"""A file is taken for another split's or release's where more than FEW conversations, and more than this share, have
fewer utterances than rows (our design). MELD's extra clips are in 2 of 114 dialogues of dev; where dev is taken for
train, 62 of 113 dialogues have turns too few for their number's rows."""


class Stored:
    """The vectors of one array of a file, held in memory. `version` is a hash of them and of whose they are: the same
    content has the same one in another format, or beside other arrays."""

    def __init__(self, address: Address) -> None:
        """Read the file; raises `InputError` where it is damaged, and `UnknownName` where it has no such array."""
        self._table = read(address.path, address.array, address.shift)
        array = address.array or self._table.only()
        self._vectors = self._table.arrays[array]
        self._rows_of = Counter(conversation for conversation, _ in self._table.rows)
        self.version = _version(self._vectors, list(self._table.rows))

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """The features of each conversation, in order, one after the other.

        Raises `InputError` for NaN and infinities; where one id stands for utterances of two conversations; and at the
        end, where no utterance was found, or where rows show that the file is of other conversations.
        """
        match = Match(self._table)
        for conversation in conversations:
            rows = match.rows(conversation)
            present = rows >= 0
            yield Features.of(conversation, self._vectors[np.where(present, rows, 0)], present)
        match.check(self._rows_of)


def _version(vectors: NDArray[np.float32], keys: Sequence[Key]) -> str:
    """16 hexadecimal digits."""
    digest = sha256(vectors.tobytes())
    digest.update(json.dumps([vectors.shape[1], *keys]).encode())
    return digest.hexdigest()[:16]


@dataclass
class Match:
    """What of some conversations is found in a table."""

    table: Table
    utterances: int = 0
    first: Key | None = None
    found: Counter[str | None] = field(default_factory=Counter)
    owners: dict[str, str] = field(default_factory=dict)

    def rows(self, conversation: Conversation) -> NDArray[np.int64]:
        """The row of each utterance, -1 for none, shape (utterances,)."""
        by_conversation = self.table.by_conversation
        keys = [(conversation.id if by_conversation else None, said.id) for said in conversation.utterances]
        rows = np.array([self.table.rows.get(key, -1) for key in keys], dtype=np.int64)
        self.utterances += len(keys)
        self.found[conversation.id] += int((rows >= 0).sum())
        if self.first is None and keys:
            self.first = (conversation.id, keys[0][1])
        if not by_conversation:
            self._own([said for (_, said), row in zip(keys, rows, strict=True) if row >= 0], conversation.id)
        return rows

    def _own(self, ids: Iterable[str], conversation: str) -> None:
        for said in ids:
            if (owner := self.owners.setdefault(said, conversation)) != conversation:
                cause = f"utterance {said!r} is in {owner!r} and {conversation!r}, and the file tells no conversations"
                raise InputError(f"{cause}; name them in columns conversation and utterance", path=self.table.path)

    def check(self, rows_of: Counter[str | None]) -> None:
        """Raise `InputError` where nothing was found, or what was found seems to be of other conversations."""
        here = [conversation for conversation, found in self.found.items() if found]
        if self.utterances and not here and self.first is not None:
            begins = f"these begin with {told(self.first)}, the file with {told(next(iter(self.table.rows)))}"
            hint = "; PATH#ARRAY+N adds N to its conversations" if self.table.by_conversation else ""
            cause = f"has none of the {self.utterances} utterances: {begins}{hint}"
            raise InputError(cause, path=self.table.path)
        # A conversation that was read twice has been found twice: it has no rows too many.
        strange = [each for each in here if rows_of[each] > self.found[each]]
        if self.table.by_conversation and len(strange) > FEW + STRANGE * len(here):
            cause = f"{len(strange)} of {len(here)} conversations have other utterances there, {strange[0]!r} for one"
            raise InputError(f"{cause}: features of another split or release", path=self.table.path)
