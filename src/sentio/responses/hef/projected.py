"""`mini` as the small model: its 28 emotions carried over to the 32, words weighted by leaving them out. No torch.

A word's weight is by how much the log-probability of the emotion falls without it, 0 where it rises (leave-one-out,
specification of HEF). All versions of a context are computed in one call.
"""

from collections.abc import Sequence

import numpy as np

from sentio import labels
from sentio.recognition import Recognizer, load
from sentio.recognition.mini.recognizer import Mini
from sentio.responses.hef.context import Context
from sentio.responses.hef.small_model import SPACE, Floats


class Projected:
    """`mini`, projected; see `SmallModel`. An emotion that nothing speaks for has `floor` in logarithms."""

    floor = 1e-6

    def __init__(self) -> None:
        mini: Recognizer = load("mini")
        assert isinstance(mini, Mini)
        carry = labels.mapping(mini.space.name, SPACE.name)
        self._mini, self._matrix, self._empty = mini, np.array(carry.matrix), np.array(carry.empty)

    def probabilities(self, context: Context) -> Floats:
        """See `SmallModel.probabilities`."""
        shares: Floats = self._projected([context.text])[0]
        return shares

    def weights(self, context: Context, emotion: str) -> Floats:
        """See `SmallModel.weights`."""
        place = SPACE.index(emotion)
        whole, *parts = np.log(self._projected([context.text, *context.without()])[:, place] + self.floor)
        drops: Floats = np.maximum(whole - np.array(parts), 0.0)
        return drops

    def _projected(self, texts: Sequence[str]) -> Floats:
        scores = self._mini.scores(texts).astype(np.float64)
        moved = (scores / scores.sum(axis=1, keepdims=True)) @ self._matrix
        total = moved.sum(axis=1, keepdims=True)
        projected: Floats = np.where(total > 0, moved / np.where(total > 0, total, 1.0), self._empty)
        return projected
