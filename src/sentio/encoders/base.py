"""What turns texts into vectors for search."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TextEncoder(Protocol):
    """An encoder. `name` is its id, `version` a hash of what decides its vectors (weights and tokenizer):
    vectors of two versions must never meet in one index. `width` is the length of a vector."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def width(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, width); a text without a token has the zero vector."""
        ...
