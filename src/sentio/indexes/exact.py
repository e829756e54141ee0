"""Compares every query with every vector: nothing to build, nothing missed.

Cosine of unit vectors is their product, and squared L2 is 2 - 2 * cosine: both give the same order.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio.card import Card
from sentio.indexes.base import Neighbours
from sentio.indexes.ranking import Rows, ranked

card = Card(
    title="Exact search",
    summary="every vector is compared, in blocks; right for up to a million entries",
)

QUERIES, VECTORS = 256, 65_536
"""Size of a block: 64 MB of products."""
SLACK = 1e-5
"""Products in single precision are off by less: what lies so near to the k-th best is compared again."""


class Exact:
    """Search over all of `vectors`, shape (rows, width)."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors

    def search(self, queries: NDArray[np.float32], k: int, excluded: Sequence[Rows] | None = None) -> Neighbours:
        """See `base.Index`."""
        parts = [
            self._block(queries[start : start + QUERIES], k, excluded[start : start + QUERIES] if excluded else None)
            for start in range(0, len(queries), QUERIES)
        ]
        if not parts:
            return Neighbours(np.empty((0, k), np.int64), np.empty((0, k), np.float32))
        return Neighbours(np.concatenate([p.rows for p in parts]), np.concatenate([p.similarities for p in parts]))

    def _block(self, queries: NDArray[np.float32], k: int, excluded: Sequence[Rows] | None) -> Neighbours:
        found = [_candidates(queries, self._vectors[start : start + VECTORS], start, k, excluded)
                 for start in range(0, len(self._vectors), VECTORS)]  # fmt: skip
        asked = np.concatenate([np.empty(0, np.int64), *(pairs[0] for pairs in found)])
        candidates = np.concatenate([np.empty(0, np.int64), *(pairs[1] for pairs in found)])
        return ranked(queries, self._vectors, asked, candidates, k)


def _candidates(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], first: int, k: int, excluded: Sequence[Rows] | None
) -> tuple[Rows, Rows]:
    """Pairs of query and row among which are the k best of these vectors, whose first has the row `first`."""
    products = queries @ vectors.T
    for query, rows in enumerate(excluded or ()):
        products[query, rows[(rows >= first) & (rows < first + len(vectors))] - first] = -np.inf
    if k < len(vectors):
        least = np.partition(products, -k, axis=1)[:, -k, None] - SLACK
        asked, rows = np.nonzero((products >= least) & np.isfinite(products))
    else:
        asked, rows = np.nonzero(np.isfinite(products))
    return asked, rows + first


def build(vectors: NDArray[np.float32], folder: Path) -> Exact:
    """Nothing is written."""
    return Exact(vectors)


load = build
