"""Correlations and errors of two systems on draws of conversations, row by row: ranks do not add up."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sentio.evaluation.paired import Floats
from sentio.metrics.confusion import Codes
from sentio.metrics.correlation import score_regression
from sentio.metrics.significance import Weights

RANKED = 100_000
"""Most rows whose Spearman correlation is tested: with a million, ranking every draw would take minutes."""


@dataclass(frozen=True, eq=False)
class Correlated:
    """Gold scores and two systems' answers; `codes` are the order of all three's values, ties alike."""

    metrics: ClassVar[tuple[str, ...]] = ("pearson", "spearman", "ccc", "mae", "rmse")

    gold: Floats
    answers: Floats
    codes: tuple[Codes, Codes]
    units: Codes
    repeats: Codes

    @classmethod
    def of(cls, gold: Floats, first: Floats, second: Floats, units: Codes) -> "Correlated":
        """Answers of shape (rows,) each, with the number of every row's unit."""
        answers = np.stack([first, second])
        codes = (_codes(gold), _codes(answers))
        return cls(gold, answers, codes, units, np.ones(int(units.max()) + 1, dtype=np.intp))

    def whole(self) -> Floats:
        """The scores of the task itself, NaN where one is not defined."""
        found = [score_regression(self.gold, answers) for answers in self.answers]
        return np.array([[getattr(one, name) for name in self.metrics] for one in found])

    def resampled(self, weights: Weights) -> Floats:
        each = [[self._scores(self.answers[i], self.codes[1][i], w[self.units]) for w in weights] for i in (0, 1)]
        return np.array(each)

    def swapped(self, weights: Weights) -> Floats:
        alike = np.ones(len(self.gold), dtype=np.int32)
        each: list[list[list[float]]] = [[], []]
        for w in weights:
            kept = w[self.units] == 0
            for i in (0, 1):
                answers = np.where(kept, self.answers[i], self.answers[1 - i])
                codes = np.where(kept, self.codes[1][i], self.codes[1][1 - i])
                each[i].append(self._scores(answers, codes, alike))
        return np.array(each)

    def _scores(self, answers: Floats, codes: Codes, weights: Weights) -> list[float]:
        """The metrics of rows that count so often."""
        n = weights.sum()
        wanted, found = self.gold - weights @ self.gold / n, answers - weights @ answers / n
        apart = answers - self.gold
        variances = weights @ wanted**2 / n, weights @ found**2 / n
        covariance = weights @ (wanted * found) / n
        squared = weights @ apart**2 / n
        constant = self._constant(codes, weights)
        ranked = np.nan
        if not constant and len(codes) <= RANKED:
            ranked = _pearson(_ranks(self.codes[0], weights), _ranks(codes, weights), weights)
        # The mean squared error is var + var + (difference of means)^2 - 2 cov.
        ccc = 0.0 if constant else 2 * covariance / (squared + 2 * covariance)
        pearson = np.nan if constant else covariance / np.sqrt(variances[0] * variances[1])
        return [pearson, ranked, ccc, weights @ abs(apart) / n, np.sqrt(squared)]

    def _constant(self, codes: Codes, weights: Weights) -> bool:
        """Whether gold or answers have one value only among the rows that count."""
        counted = weights > 0
        return any(side[counted].min() == side[counted].max() for side in (self.codes[0], codes))


def _codes(values: Floats) -> Codes:
    return np.unique(values, return_inverse=True)[1].reshape(values.shape)


def _ranks(codes: Codes, weights: Weights) -> Floats:
    """The mean rank of each row among rows that count so often."""
    count = np.bincount(codes, weights)
    middle: Floats = (np.cumsum(count) - count / 2)[codes]
    return middle


def _pearson(left: Floats, right: Floats, weights: Weights) -> float:
    n = weights.sum()
    left, right = left - weights @ left / n, right - weights @ right / n
    return float(weights @ (left * right) / np.sqrt((weights @ left**2) * (weights @ right**2)))
