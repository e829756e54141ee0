"""Demonstrations for utterances: queries in, the most similar entries that may be shown out.

    retriever = Retriever(load(Path("demos")), target=Target("meld", SPACES["meld"].labels))
    for conversation in conversations:
        hits = retriever.retrieve(queries(conversation, "meld"))     # a tuple of hits an utterance

Encoding is what takes time. Vectors of the repository's own utterances are taken from it, others are encoded in
batches; so hand over many queries at once, a corpus and not an utterance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.encoders.base import TextEncoder
from sentio.indexes.base import Neighbours
from sentio.retrieval.entry import Hit, Query
from sentio.retrieval.options import Retrieval
from sentio.retrieval.repository import Repository


@dataclass(frozen=True)
class Target:
    """What demonstrations are for: a corpus (None: none of the known) and the labels that may be answered,
    in their order."""

    corpus: str | None
    labels: tuple[str, ...]


class Retriever:
    """Finds demonstrations in a repository for a target; None shows every label as it is."""

    def __init__(
        self,
        repository: Repository,
        target: Target | None = None,
        options: Retrieval | None = None,
        encoder: TextEncoder | None = None,
    ) -> None:
        """Open the repository's encoder (where none is given) and the index.

        Raises `InputError` where the encoder or its version is another than the repository was built by, or no
        entry is left; `MissingExtra` where encoder or index need one.
        """
        raise NotImplementedError

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The label of each row of the repository in the target's words; None of those never shown."""
        raise NotImplementedError

    def retrieve(self, wanted: Sequence[Query]) -> list[tuple[Hit, ...]]:
        """The hits of each query, the most similar first; fewer than k where there are no more."""
        raise NotImplementedError

    def neighbours(self, wanted: Sequence[Query]) -> Neighbours:
        """As `retrieve`, as arrays of shape (queries, k): rows of the repository (-1: none) and similarities.

        With `repository.vectors[rows]` and `labels` this is the evidence of a neural model.
        """
        raise NotImplementedError

    def encode(self, wanted: Sequence[Query]) -> NDArray[np.float32]:
        """Unit vectors of the queries' texts, shape (queries, width)."""
        raise NotImplementedError
