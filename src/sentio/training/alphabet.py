"""Characters by number: those of the training texts, all others are one."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.nn.char_reader import PADDING, UNKNOWN

FIRST = UNKNOWN + 1


class Alphabet:
    """`characters` have numbers from `FIRST` on; of a text the first `length` are read, in lower case.

    >>> Alphabet("我你", length=4).codes(["你是我", ""]).tolist()
    [[3.0, 1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """

    def __init__(self, characters: Sequence[str], length: int) -> None:
        self.characters, self.length = characters, length
        self._numbers = {character: number for number, character in enumerate(characters, start=FIRST)}

    @classmethod
    def of(cls, texts: Iterable[str], least: int, length: int) -> "Alphabet":
        """The characters that occur at least `least` times, the most frequent first."""
        counts = Counter(character for text in texts for character in text.lower())
        return cls([one for one, count in sorted(counts.items(), key=_order) if count >= least], length)

    def __len__(self) -> int:
        """How many numbers there are."""
        return FIRST + len(self.characters)

    def codes(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Numbers of the characters, shape (texts, length), padded at the end: whole numbers in 32-bit floats, as the
        vectors of a dialogue are."""
        found = np.full((len(texts), self.length), PADDING, np.float32)
        for row, text in enumerate(texts):
            numbers = [self._numbers.get(character, UNKNOWN) for character in text.lower()[: self.length]]
            found[row, : len(numbers)] = numbers
        return found


def _order(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]
