"""Vectors that know what was said before.

Beside the vector of an utterance stands one of its context, scaled so that the product of two such pairs is the
weighted mean of both similarities: (1 - w) * cos(utterances) + w * cos(contexts). Where one of the two has no context
only the utterances count, with the square root of their weight; where both have none, fully.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.encoders.base import unit

Vectors = NDArray[np.float32]

TURNS = 5
"""Utterances that make up a context."""
FADE = 0.7
"""Weight of each, as a share of the one after it."""


def faded(turns: Sequence[Vectors], width: int) -> Vectors:
    """One vector for the turns before, the last counting most, not scaled; zero where there are none. Shape (width,).

    >>> faded([np.array([1, 0], np.float32), np.array([0, 1], np.float32)], 2).tolist()
    [0.699999988079071, 1.0]
    """
    whole = np.zeros(width, np.float32)
    for distance, turn in enumerate(reversed(turns[-TURNS:])):
        whole += turn * FADE**distance
    return whole


def beside(vectors: Vectors, contexts: Vectors, weight: float) -> Vectors:
    """Utterances and their contexts as unit vectors of twice the width, shape (rows, 2 * width).

    >>> axes = np.eye(2, dtype=np.float32)
    >>> pair = beside(axes, axes[[0, 0]], 0.25)
    >>> round(float(pair[0] @ pair[1]), 2)
    0.25
    """
    contexts = unit(contexts)
    share = np.where(contexts.any(axis=1, keepdims=True), np.float32(weight), np.float32(0))
    joined: Vectors = np.concatenate([np.sqrt(1 - share) * vectors, np.sqrt(share) * contexts], axis=1)
    return joined
