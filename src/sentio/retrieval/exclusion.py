"""Which entries a query must not find: itself, its conversation, its twins.

PRC-Emo's code excludes the row of the same dialogue and place, for training queries alone. Copies of the text stay:
1,291 of 9,989 train utterances of MELD have a twin elsewhere in train (counted), which a model would learn to copy.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.corpora.leaks import normalised
from sentio.retrieval.entry import Query
from sentio.retrieval.options import Exclusion

NONE = np.empty(0, np.int64)


class Excluded:
    """The rows that are excluded, by what is asked. `entries` are text, corpus, conversation and position by row."""

    def __init__(self, entries: Sequence[tuple[str, str, str, int]], rule: Exclusion) -> None:
        self._rule = rule
        places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, (text, corpus, conversation, position) in enumerate(entries):
            if rule == "self":
                places[corpus, conversation, str(position)].append(row)
            else:
                places[corpus, conversation].append(row)
                places[normalised(text),].append(row)
        self._rows = {key: np.array(rows, np.int64) for key, rows in places.items()}

    def rows(self, query: Query) -> NDArray[np.int64]:
        """Rows that must not be found, in any order, none of them twice."""
        place: tuple[str, ...] = (query.corpus or "", query.conversation or "")
        if self._rule == "self":
            return self._rows.get((*place, str(query.position)), NONE)
        own = self._rows.get(place, NONE)
        twins = self._rows.get((normalised(query.text),), NONE)
        return np.union1d(own, twins)
