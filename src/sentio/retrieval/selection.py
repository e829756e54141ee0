"""Which of the most similar entries are shown, when not simply the first k.

Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): an entry counts less the more it resembles one that
was chosen before it. A limit by label keeps one label from filling all places.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def selected(
    worth: NDArray[np.floating],
    vectors: NDArray[np.float32],
    labels: Sequence[str],
    k: int,
    diversity: float,
    per_label: int | None,
) -> list[int]:
    """Places of the chosen candidates, best first; at most k, fewer where the labels do not allow more.

    `worth` of each candidate (its similarity to the query), shape (candidates,); `vectors` of unit length, shape
    (candidates, width). Chosen is what has the most of (1 - diversity) * worth - diversity * the largest similarity
    to one that was chosen before; of equals the first.

    >>> axes = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    >>> selected(np.array([0.9, 0.9, 0.5], np.float32), axes, ["joy", "joy", "joy"], 2, 0.5, None)
    [0, 2]
    >>> selected(np.array([0.9, 0.9, 0.5], np.float32), axes, ["joy", "joy", "fear"], 2, 0.0, 1)
    [0, 2]
    """
    chosen: list[int] = []
    nearest = np.zeros(len(worth))
    free = np.ones(len(worth), bool)
    while len(chosen) < k and free.any():
        gain = np.where(free, (1 - diversity) * worth - diversity * nearest, -np.inf)
        best = int(gain.argmax())
        chosen.append(best)
        free[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
        if per_label is not None and sum(labels[place] == labels[best] for place in chosen) >= per_label:
            free &= np.array([label != labels[best] for label in labels])
    return chosen
