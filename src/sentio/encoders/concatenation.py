"""Several encoders side by side, named by a plus sign: the similarity is the mean of theirs."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from sentio.encoders.base import TextEncoder


class Concatenation:
    """Unit vectors of each encoder in a row, scaled so that the whole has unit length, too."""

    def __init__(self, parts: Sequence[TextEncoder]) -> None:
        self._parts = tuple(parts)
        self.name = "+".join(part.name for part in parts)
        self.version = sha256("+".join(part.version for part in parts).encode()).hexdigest()[:16]
        self.width = sum(part.width for part in parts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, width)."""
        scale = np.float32(1 / np.sqrt(len(self._parts)))
        joined: NDArray[np.float32] = np.concatenate([part.encode(texts) * scale for part in self._parts], axis=1)
        return joined
