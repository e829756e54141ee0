"""Batches of token ids without padding waste: shuffled every epoch, similar lengths together."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

POOL = 50
"""Batches drawn at once and sorted by length: padding falls under 5 % and batches stay mixed."""


def shuffled(lengths: NDArray[np.int64], size: int, seed: int) -> list[NDArray[np.int64]]:
    """Row numbers of each batch of one epoch; every row occurs once, the last batch may be short.

    >>> [len(b) for b in shuffled(np.array([3, 9, 4, 8, 5]), size=2, seed=0)]
    [2, 2, 1]
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(lengths))
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        # Random fractions break ties, or equally long rows would meet in every epoch.
        pool = pool[np.argsort(lengths[pool] + random.random(len(pool)), kind="stable")]
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    full = [batch for batch in batches if len(batch) == size]
    random.shuffle(full)
    return full + [batch for batch in batches if len(batch) < size]


def by_length(lengths: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Row numbers in batches of similar length, for prediction."""
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids and mask (1 = token), both of shape (rows, longest)."""
    longest = max(map(len, rows))
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)
