"""Documented ways from one label space to another.

A mapping moves each label's probability to one or several labels of the target and renormalises.
Labels without a counterpart are dropped (no list of `tables` names them); if nothing is left, the target's
neutral gets everything, or all labels alike where there is no neutral.

>>> carry = mapping("goemotions", "sentiment3")
>>> carry.distribution({"joy": 0.6, "curiosity": 0.2, "anger": 0.2})
{'positive': 0.6, 'neutral': 0.2, 'negative': 0.2}
"""

from collections import deque
from collections.abc import Mapping as ReadOnly
from functools import cached_property
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from sentio.errors import MappingError
from sentio.labels.spaces import LabelSpace, space
from sentio.labels.tables import TABLES


class Mapping(BaseModel):
    """Weights from the labels of `source` to the labels of `target`; every row sums to 1, or is
    empty where a label has no counterpart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: LabelSpace
    target: LabelSpace
    weights: dict[str, dict[str, float]]

    def row(self, label: str) -> dict[str, float]:
        """Where one label's probability goes; raises `UnknownName` for a label outside the source."""
        self.source.index(label)
        return self.weights.get(label, {})

    @cached_property
    def matrix(self) -> tuple[tuple[float, ...], ...]:
        """The weights as rows in the source's order and columns in the target's: (source, target)."""
        return tuple(
            tuple(self.row(label).get(column, 0.0) for column in self.target.labels) for label in self.source.labels
        )

    @property
    def empty(self) -> tuple[float, ...]:
        """The answer when every probable label was dropped: neutral, else uniform."""
        if self.target.neutral:
            return tuple(float(label == self.target.neutral) for label in self.target.labels)
        return (1.0 / len(self.target),) * len(self.target)

    def distribution(self, probabilities: ReadOnly[str, float]) -> dict[str, float]:
        """A distribution over the source carried over to the target; sums to 1."""
        carried = dict.fromkeys(self.target.labels, 0.0)
        for label, probability in probabilities.items():
            for column, weight in self.row(label).items():
                carried[column] += probability * weight
        total = sum(carried.values())
        if total <= 0:
            return dict(zip(self.target.labels, self.empty, strict=True))
        return {label: value / total for label, value in carried.items()}

    def then(self, following: "Mapping") -> "Mapping":
        """This mapping followed by another one."""
        weights = {}
        for label, row in self.weights.items():
            joined: dict[str, float] = {}
            for middle, weight in row.items():
                for column, more in following.row(middle).items():
                    joined[column] = joined.get(column, 0.0) + weight * more
            total = sum(joined.values())
            weights[label] = {column: value / total for column, value in joined.items()} if total else {}
        return Mapping(source=self.source, target=following.target, weights=weights)


def mapping(source: str, target: str) -> Mapping:
    """The shortest documented way between two label spaces.

    Raises `UnknownName` for an unknown space and `MappingError` where no way leads across.
    """
    start, end = space(source), space(target)
    if source == target:
        return Mapping(source=start, target=end, weights={label: {label: 1.0} for label in start.labels})
    queue: deque[tuple[str, ...]] = deque([(source,)])
    seen = {source}
    while queue:
        path = queue.popleft()
        for a, b in TABLES:
            if a != path[-1] or b in seen:
                continue
            if b == target:
                return _along((*path, b))
            seen.add(b)
            queue.append((*path, b))
    raise MappingError(f"no documented mapping leads from {source} to {target}")


def _along(path: tuple[str, ...]) -> Mapping:
    steps = [Mapping(source=space(a), target=space(b), weights=_normalised(TABLES[a, b])) for a, b in pairwise(path)]
    whole = steps[0]
    for step in steps[1:]:
        whole = whole.then(step)
    return whole


def _normalised(table: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {label: {c: w / sum(row.values()) for c, w in row.items()} for label, row in table.items()}
