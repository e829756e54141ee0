"""Texts that come again ("Okay.", "What?") are not computed again.

>>> lengths = Remembered(lambda texts: np.array([[len(text)] for text in texts], np.float32), 1)
>>> lengths(["Okay.", "What?", "Okay."]).ravel().tolist()
[5.0, 5.0, 5.0]
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from sentio.encoders.onnx_graph import Array

REMEMBERED = 50_000
"""Texts whose numbers are kept: about 20 MB for the scores, 35 for what conversations are read from."""
REPEATED = 200
"""Characters; longer texts hardly ever come again and are not remembered."""
BLOCK = 4096
"""Texts computed together: then most lengths fill whole batches, and repeated texts meet."""


class Remembered:
    """What `compute` makes of texts, `width` numbers each: a text is computed once, and not at all when it came a short
    while ago."""

    def __init__(self, compute: Callable[[Sequence[str]], Array], width: int) -> None:
        self._compute, self._width = compute, width
        self._memory: OrderedDict[str, Array] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> Array:
        """Shape (texts, width)."""
        parts = [self._block(texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK)]
        return np.concatenate(parts) if parts else np.zeros((0, self._width), np.float32)

    def __contains__(self, text: str) -> bool:
        """Whether a text is remembered."""
        return text in self._memory

    def _block(self, texts: Sequence[str]) -> Array:
        unseen = [text for text in dict.fromkeys(texts) if text not in self._memory]
        fresh = dict(zip(unseen, self._compute(unseen), strict=True))
        answer = np.stack([fresh[text] if text in fresh else self._recalled(text) for text in texts])
        self._remember(fresh)
        return answer

    def _recalled(self, text: str) -> Array:
        self._memory.move_to_end(text)
        return self._memory[text]

    def _remember(self, fresh: dict[str, Array]) -> None:
        for text, row in fresh.items():
            if len(text) <= REPEATED:
                self._memory[text] = row.copy()
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)
