"""Character n-grams by number: those of the training texts; others are left out."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.nn.ngram_reader import PADDING
from sentio.training.char_ngram_model import ngrams

LONGEST = 3
"""Characters of the longest n-gram, as in the linear baseline (specs/cped.md)."""


class NgramNumbers:
    """`known` n-grams have numbers from 1 on; of a text the first `length` characters are read.

    >>> NgramNumbers(["我", "是", "我是"], length=2).codes(["我是你", ""]).tolist()
    [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]
    """

    def __init__(self, known: Sequence[str], length: int) -> None:
        self.known, self.length = known, length
        self.width = sum(max(0, length - size + 1) for size in range(1, LONGEST + 1))
        self._numbers = {gram: number for number, gram in enumerate(known, start=PADDING + 1)}

    @classmethod
    def of(cls, texts: Iterable[str], least: int, length: int) -> "NgramNumbers":
        """The n-grams that are in at least `least` of the texts, the most frequent first."""
        counts = Counter(gram for text in texts for gram in set(ngrams(text, LONGEST)))
        frequent = sorted((-count, gram) for gram, count in counts.items() if count >= least)
        return cls([gram for _, gram in frequent], length)

    def __len__(self) -> int:
        """How many numbers there are, that of padding included."""
        return PADDING + 1 + len(self.known)

    def codes(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Numbers of the known n-grams, shape (texts, width), padded at the end: whole numbers in 32-bit floats, as the
        vectors of a dialogue are."""
        found = np.full((len(texts), self.width), PADDING, np.float32)
        for row, text in enumerate(texts):
            grams = ngrams(text[: self.length], LONGEST)
            numbers = [self._numbers[gram] for gram in grams if gram in self._numbers][: self.width]
            found[row, : len(numbers)] = numbers
        return found
