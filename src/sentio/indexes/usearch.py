"""A graph of near vectors (HNSW) by USearch: approximate, for millions of entries.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW graphs", TPAMI 2020.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentio.card import Card
from sentio.errors import InputError
from sentio.indexes import stamp
from sentio.indexes.base import Neighbours
from sentio.indexes.ranking import Rows, ranked, without

if TYPE_CHECKING:
    from usearch.index import Index as Graph

card = Card(
    title="USearch",
    summary="a graph of near vectors (HNSW), approximate; for millions of entries",
    paper="Malkov and Yashunin, HNSW, TPAMI 2020, arXiv 1603.09320",
    extra="ann",
)

CONNECTIVITY, EXPANSION_ADD, EXPANSION_SEARCH = 32, 128, 256
"""Edges a vector, and candidates looked at when one is added or searched: twice or four times the library's own,
because labelled dialogue is full of equal texts, whose vectors crowd the neighbourhoods."""
MORE = 16
"""Candidates beyond k, so that ties can be put in order."""
FILE = "graph.usearch"


class USearch:
    """A graph over `vectors`, shape (rows, width)."""

    def __init__(self, graph: "Graph", vectors: NDArray[np.float32]) -> None:
        self._graph, self._vectors = graph, vectors

    def search(self, queries: NDArray[np.float32], k: int, excluded: Sequence[Rows] | None = None) -> Neighbours:
        """See `base.Index`."""
        if not len(queries) or not len(self._vectors):
            return ranked(queries, self._vectors, np.empty(0, np.int64), np.empty(0, np.int64), k)
        count = min(k + MORE + max(map(len, excluded or ()), default=0), len(self._vectors))
        # The answer to one vector alone has another form.
        found: Any = self._graph.search(queries if len(queries) > 1 else np.repeat(queries, 2, axis=0), count)
        keys, counts = found.keys[: len(queries)], found.counts[: len(queries)]
        asked, place = np.nonzero(np.arange(keys.shape[1]) < counts[:, None])
        pairs = without(asked, keys[asked, place].astype(np.int64), excluded)
        return ranked(queries, self._vectors, *pairs, k)


def build(vectors: NDArray[np.float32], folder: Path) -> USearch:
    """Build the graph and keep it in the folder."""
    graph = _empty(vectors)
    # On several threads no two graphs are alike, and so are the neighbours.
    graph.add(np.arange(len(vectors)), vectors, threads=1)
    folder.mkdir(parents=True, exist_ok=True)
    graph.save(str(folder / FILE))
    stamp.write(folder, _stamp(vectors))
    return USearch(graph, vectors)


def load(vectors: NDArray[np.float32], folder: Path) -> USearch:
    """The graph in a folder."""
    stamp.check(folder, _stamp(vectors))
    graph = _empty(vectors)
    try:
        graph.load(str(folder / FILE))
    except Exception as error:  # usearch raises RuntimeError and whatever its C++ threw
        raise InputError(f"damaged ({error}); remove the folder and build it again", path=folder / FILE) from error
    return USearch(graph, vectors)


def _empty(vectors: NDArray[np.float32]) -> "Graph":
    from usearch.index import Index as Graph

    return Graph(
        ndim=vectors.shape[1],
        metric="ip",
        dtype="f32",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
    )


def _stamp(vectors: NDArray[np.float32]) -> dict[str, Any]:
    from usearch import __version__

    return stamp.stamp_of(vectors, usearch=__version__, connectivity=CONNECTIVITY, expansion_add=EXPANSION_ADD)
