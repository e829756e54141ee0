"""The last step of every index: candidates in their exact order.

Libraries and blocks of a matrix product round in ways of their own, so that two equal vectors can differ in the last
digit and change places. Here each pair of query and candidate is computed again in double precision: equal vectors
are equally similar, and ties stand in the order of the rows, whatever index found them and whatever was asked with it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.indexes.base import Neighbours

PAIRS = 16_384
"""Pairs computed in one go: 100 MB at 384 numbers a vector."""

Rows = NDArray[np.int64]


def ranked(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], asked: Rows, candidates: Rows, k: int
) -> Neighbours:
    """The k best of the pairs: query `asked[i]` with row `candidates[i]`, each pair once, in any order.

    >>> axes = np.eye(2, dtype=np.float32)
    >>> ranked(axes[:1], np.repeat(axes, 2, axis=0), np.zeros(4, np.int64), np.array([3, 1, 2, 0]), 3).rows
    array([[0, 1, 2]])
    """
    similarities = np.empty(len(asked), np.float32)
    for start in range(0, len(asked), PAIRS):
        part = slice(start, start + PAIRS)
        ours, theirs = queries[asked[part]].astype(np.float64), vectors[candidates[part]].astype(np.float64)
        similarities[part] = np.multiply(ours, theirs).sum(axis=1)
    order = np.lexsort((candidates, -similarities, asked))
    asked, candidates, similarities = asked[order], candidates[order], similarities[order]
    place = np.arange(len(asked)) - np.searchsorted(asked, asked)
    kept = place < k
    rows = np.full((len(queries), k), -1, np.int64)
    found = np.zeros((len(queries), k), np.float32)
    rows[asked[kept], place[kept]] = candidates[kept]
    found[asked[kept], place[kept]] = similarities[kept]
    return Neighbours(rows, found)


def without(asked: Rows, candidates: Rows, excluded: Sequence[Rows] | None) -> tuple[Rows, Rows]:
    """The pairs whose candidate is not excluded for its query."""
    if excluded is None:
        return asked, candidates
    width = int(candidates.max(initial=0)) + 1
    nothing = np.empty(0, np.int64)
    banned = np.concatenate([nothing, *(query * width + rows[rows < width] for query, rows in enumerate(excluded))])
    kept = ~np.isin(asked * width + candidates, banned)
    return asked[kept], candidates[kept]
