"""What turns texts into vectors for search."""

from collections.abc import Sequence
from pathlib import Path
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


class EncoderModule(Protocol):
    """What an encoder file offers besides its card."""

    def load(self, model: Path | None = None) -> TextEncoder:
        """The encoder with the weights it comes with, or with those of a folder.

        Raises `InputError` where the folder holds no such model, or weights that are not those expected.
        """
        ...


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows divided by their length, shape (texts, width); a row of zeros stays as it is.

    >>> unit(np.array([[3, 4], [0, 0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.sqrt(np.square(vectors, dtype=np.float64).sum(axis=1, keepdims=True))
    lengths[lengths == 0] = 1
    scaled: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return scaled
