"""A learned order of candidates: how likely one carries the label of the query.

A logistic regression of three features: the similarity, the share of the candidate's label among all candidates (each
weighted by its similarity), and how frequent the label is. It learns from the repository's own entries, which ask with
their own conversation excluded, so no other data are needed, and none of an evaluation is seen. Ours.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARPNESS = 10.0
"""A candidate weighs exp(SHARPNESS * similarity) in the share of its label."""
STEPS = 25
"""Of Newton's method, which needs fewer."""
RIDGE = 1e-3
"""Keeps the weights finite where a feature separates the pairs, or never changes."""


class Reranker(NamedTuple):
    """Weights of the features, an intercept first, shape (4,)."""

    weights: Floats

    def worth(self, features: Floats) -> Floats:
        """How likely each candidate carries the query's label, range 0..1; shape (..., 3) in, (...) out."""
        return _sigmoid(self.weights[0] + features @ self.weights[1:])


def features(similarities: NDArray[np.float32], labels: NDArray[np.int64], frequencies: Floats) -> Floats:
    """Similarity, share and log frequency of the label, shape (queries, candidates, 3).

    `labels` are codes of shape (queries, candidates), -1 where there is no candidate; `frequencies` the share of each
    code in the repository, shape (codes,).

    >>> features(np.array([[0.9, 0.9, 0.9]], np.float32), np.array([[0, 0, 1]]), np.array([0.5, 0.5])).round(2)[0, :, 1]
    array([0.67, 0.67, 0.33])
    """
    there = labels >= 0
    codes = np.where(there, labels, 0)
    close = np.where(there, np.exp(SHARPNESS * similarities.astype(np.float64)), 0.0)
    votes = np.zeros((len(labels), len(frequencies)))
    np.add.at(votes, (np.arange(len(labels))[:, None], codes), close)
    share = np.take_along_axis(votes, codes, axis=1) / np.maximum(votes.sum(axis=1, keepdims=True), 1e-300)
    return np.stack([similarities.astype(np.float64), share, np.log(frequencies[codes])], axis=2)


def fit(pairs: Floats, same: NDArray[np.bool_]) -> Reranker:
    """The logistic regression of features, shape (pairs, 3), on whether the labels are the same, shape (pairs,)."""
    centre, spread = pairs.mean(axis=0), np.maximum(pairs.std(axis=0), 1e-12)
    rows = np.concatenate([np.ones((len(pairs), 1)), (pairs - centre) / spread], axis=1)
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chances = _sigmoid(rows @ weights)
        slope = rows.T @ (same - chances) - RIDGE * weights
        curvature = (rows * (chances * (1 - chances))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curvature, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    scaled = weights[1:] / spread
    return Reranker(np.concatenate([[weights[0] - scaled @ centre], scaled]))


def _sigmoid(values: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    return chances
