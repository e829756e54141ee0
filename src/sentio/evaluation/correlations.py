"""Spearman's correlation of two systems on draws of conversations, row by row: ranks do not add up."""

from dataclasses import dataclass

import numpy as np

from sentio.evaluation.paired import Floats
from sentio.metrics.confusion import Codes
from sentio.metrics.correlation import spearman
from sentio.metrics.significance import Weights

RANKED = 100_000
"""Most rows that are drawn: with a million, ranking every draw would take minutes."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """Gold scores and two systems' answers, shape (2, rows); the codes are the order of their values, ties alike."""

    gold: Floats
    answers: Floats
    gold_codes: Codes
    codes: Codes
    units: Codes
    repeats: Codes

    @classmethod
    def of(cls, gold: Floats, answers: Floats, units: Codes, repeats: Codes) -> "Ranked":
        """With the number of every row's unit."""
        return cls(gold, answers, _codes(gold), _codes(answers), units, repeats)

    def whole(self) -> Floats:
        """NaN where gold or answers are constant."""
        return np.array([[spearman(self.gold, answers)] for answers in self.answers])

    def resampled(self, weights: Weights) -> Floats:
        if len(self.gold) > RANKED:
            return np.full((len(self.codes), len(weights), 1), np.nan)
        return np.array([[[self._spearman(codes, w[self.units])] for w in weights] for codes in self.codes])

    def swapped(self, weights: Weights) -> Floats:
        if len(self.gold) > RANKED:
            return np.full((len(self.codes), len(weights), 1), np.nan)
        alike = np.ones(len(self.gold), dtype=np.int32)
        exchanged = [np.where(w[self.units] > 0, self.codes[::-1], self.codes) for w in weights]
        return np.array([[[self._spearman(both[side], alike)] for both in exchanged] for side in (0, 1)])

    def _spearman(self, codes: Codes, weights: Weights) -> float:
        """Pearson's correlation of the mean ranks among rows that count so often."""
        left, right = _ranks(self.gold_codes, weights), _ranks(codes, weights)
        squares = (weights @ left**2) * (weights @ right**2)
        return float(weights @ (left * right) / np.sqrt(squares)) if squares > 0 else np.nan


def _codes(values: Floats) -> Codes:
    return np.unique(values, return_inverse=True)[1].reshape(values.shape)


def _ranks(codes: Codes, weights: Weights) -> Floats:
    """Each row's mean rank, from the mean of all ranks: whole and half numbers, so that a constant is 0."""
    count = np.bincount(codes, weights)
    middle: Floats = (np.cumsum(count) - (count + weights.sum()) / 2)[codes]
    return middle
