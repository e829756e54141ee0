"""Features of words: a text encoder's vector of each utterance, computed once for each different text."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio.conversation import Conversation
from sentio.encoders import TextEncoder
from sentio.features.base import Features, groups
from sentio.features.cache import VectorCache

AHEAD = 1024
"""Utterances that are read ahead: enough that an encoder finds texts of like length to batch."""


class Encoded:
    """Unit vectors of utterances; one without a word has none. `cache` is the file that keeps them, None for none."""

    def __init__(self, encoder: TextEncoder, cache: Path | None = None) -> None:
        self._encoder, self._cache = encoder, cache

    @property
    def width(self) -> int:
        """Length of a vector."""
        return self._encoder.width

    @property
    def version(self) -> str:
        """That of the encoder."""
        return self._encoder.version

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """The features of each conversation, in order; about `AHEAD` utterances are read ahead."""
        if self._cache is None:
            for group in groups(conversations, AHEAD):
                yield from self._of(group, None)
            return
        with closing(VectorCache(self._cache, self.version, self.width)) as cache:
            for group in groups(conversations, AHEAD):
                yield from self._of(group, cache)

    def _of(self, group: Sequence[Conversation], cache: VectorCache | None) -> Iterator[Features]:
        texts = dict.fromkeys(said.text for conversation in group for said in conversation.utterances)
        vectors = cache.get(texts) if cache else {}
        missing = [text for text in texts if text not in vectors]
        if missing:
            computed = dict(zip(missing, self._encoder.encode(missing), strict=True))
            vectors |= computed
            if cache:
                cache.put(computed)
        for conversation in group:
            told = self._block([vectors[said.text] for said in conversation.utterances])
            yield Features.of(conversation, told, (told != 0).any(axis=1))

    def _block(self, vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        return np.stack(vectors) if vectors else np.zeros((0, self.width), np.float32)
