"""What finds the nearest vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Neighbours(NamedTuple):
    """Row numbers and cosine similarities of the nearest vectors, both of shape (queries, k), best first.
    Ties are in the order of the rows; where there are fewer than k vectors, the row is -1 and the similarity 0."""

    rows: NDArray[np.int64]
    similarities: NDArray[np.float32]


class Index(Protocol):
    """Unit vectors that can be searched."""

    def search(
        self, queries: NDArray[np.float32], k: int, excluded: Sequence[NDArray[np.int64]] | None = None
    ) -> Neighbours:
        """The k nearest vectors of each query, but for the rows excluded for it.

        Queries of shape (queries, width) and unit length, at least one k; `excluded` one array of rows a query.
        """
        ...


class IndexModule(Protocol):
    """What an index file offers besides its card. `folder` is where an index keeps what it builds; an exact
    one keeps nothing. `load` raises `InputError` where what lies there was built of other vectors or is damaged."""

    def build(self, vectors: NDArray[np.float32], folder: Path) -> Index: ...
    def load(self, vectors: NDArray[np.float32], folder: Path) -> Index: ...
