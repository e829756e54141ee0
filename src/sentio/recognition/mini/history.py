"""Which turns stand before each turn, and who said them.

>>> history, same = turns_before(["Ada", "Bo", "Ada"], span=2)
>>> history.tolist(), same.tolist()
([[-1, -1], [0, -1], [1, 0]], [[0, 0], [0, 0], [0, 1]])
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def turns_before(speakers: Sequence[str], span: int) -> tuple[Places, Places]:
    """For each turn the places of up to `span` turns before it, the nearest first, -1 where there is none; and 1 where
    its own speaker said that turn, else 0. Both of shape (turns, span)."""
    number = {name: place for place, name in enumerate(dict.fromkeys(speakers))}
    who = np.array([number[name] for name in speakers], np.int64)
    history = np.arange(len(who))[:, None] - np.arange(1, span + 1)
    same = (who[np.maximum(history, 0)] == who[:, None]) & (history >= 0)
    return np.maximum(history, -1), same.astype(np.int64)
