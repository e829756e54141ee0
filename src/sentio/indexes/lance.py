"""A LanceDB table: vectors on disk, read as they are needed.

Up to `FLAT` rows every vector is compared; beyond, cells of near vectors with a graph each (IVF-HNSW) are searched.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentio.card import Card
from sentio.errors import InputError
from sentio.indexes import stamp
from sentio.indexes.base import Neighbours
from sentio.indexes.ranking import Rows, ranked, without

card = Card(
    title="LanceDB",
    summary="a table of vectors on disk, exact up to 100,000 rows and approximate beyond",
    extra="lance",
)

FLAT = 100_000
"""Rows up to which no index is made: comparing them all takes milliseconds."""
CELLS_SEARCHED = 32
"""Cells of the index a query looks into."""
QUERIES = 64
"""Queries the library is asked at once."""
MORE = 16
"""Candidates beyond k, so that ties can be put in order."""
TABLE = "vectors"


class Lance:
    """A table of `vectors`, shape (rows, width)."""

    def __init__(self, table: Any, vectors: NDArray[np.float32]) -> None:  # noqa: ANN401  (the library has no types)
        self._table, self._vectors = table, vectors

    def search(self, queries: NDArray[np.float32], k: int, excluded: Sequence[Rows] | None = None) -> Neighbours:
        """See `base.Index`."""
        more = MORE + max(map(len, excluded or ()), default=0)
        found = [
            self._found(queries[start : start + QUERIES], start, min(k + more, len(self._vectors)))
            for start in range(0, len(queries), QUERIES)
            if len(self._vectors)
        ]
        asked = np.concatenate([np.empty(0, np.int64), *(pairs[0] for pairs in found)])
        rows = np.concatenate([np.empty(0, np.int64), *(pairs[1] for pairs in found)])
        return ranked(queries, self._vectors, *without(asked, rows, excluded), k)

    def _found(self, queries: NDArray[np.float32], first: int, count: int) -> tuple[Rows, Rows]:
        # One vector alone is answered without the column of the query.
        asked = queries if len(queries) > 1 else np.repeat(queries, 2, axis=0)
        search = self._table.search(asked).distance_type("dot").limit(count).nprobes(CELLS_SEARCHED)
        answer = search.select(["row", "_distance"]).to_arrow()
        query, rows = answer["query_index"].to_numpy().astype(np.int64), answer["row"].to_numpy()
        own = query < len(queries)
        return query[own] + first, rows[own]


def build(vectors: NDArray[np.float32], folder: Path) -> Lance:
    """Write the table to the folder."""
    import lancedb
    import pyarrow  # type: ignore[import-untyped]

    column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.ravel()), vectors.shape[1])
    rows = pyarrow.table({"row": np.arange(len(vectors)), "vector": column})
    table = lancedb.connect(folder).create_table(TABLE, rows)
    if len(vectors) > FLAT:
        table.create_index(metric="dot", index_type="IVF_HNSW_SQ")
    stamp.write(folder, _stamp(vectors))
    return Lance(table, vectors)


def load(vectors: NDArray[np.float32], folder: Path) -> Lance:
    """The table in a folder."""
    import lancedb

    stamp.check(folder, _stamp(vectors))
    try:
        table = lancedb.connect(folder).open_table(TABLE)
        rows = table.count_rows()
    except Exception as error:  # lancedb raises ValueError, OSError and RuntimeError
        raise InputError(f"damaged ({error}); remove the folder and build it again", path=folder) from error
    if rows != len(vectors):
        raise InputError(f"holds {rows} vectors, not {len(vectors)}; remove the folder and build it again", path=folder)
    return Lance(table, vectors)


def _stamp(vectors: NDArray[np.float32]) -> dict[str, Any]:
    import lancedb

    return stamp.stamp_of(vectors, lancedb=lancedb.__version__)
