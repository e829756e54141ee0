"""What a small empathetic model must offer: how probable each emotion is, and how much each word speaks for one."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentio import labels
from sentio.responses.hef.context import Context

SPACE = labels.space("empathetic32")
Floats = NDArray[np.floating]


class SmallModel(Protocol):
    """A model of the 32 emotions of EmpatheticDialogues (`SPACE`); any classifier with word attributions fits."""

    def probabilities(self, context: Context) -> Floats:
        """Shape (32,), each >= 0, sum 1. The context has at least one word."""
        ...

    def weights(self, context: Context, emotion: str) -> Floats:
        """How much each word of the context speaks for an emotion: shape (words,), each >= 0."""
        ...


def proposed(probabilities: Floats, count: int) -> tuple[str, ...]:
    """The most probable emotions, in descending order; of equal ones the first in the order of the labels.

    >>> shares = np.zeros(32)
    >>> shares[SPACE.index("sad")], shares[SPACE.index("lonely")] = 0.6, 0.4
    >>> proposed(shares, 2)
    ('sad', 'lonely')
    """
    order = np.argsort(-probabilities, kind="stable")[:count]
    return tuple(SPACE.labels[place] for place in order)
