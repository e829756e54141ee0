"""Conversations sorted from easy to hard and cut into parts of about the same number of utterances."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sentio.errors import RecipeError

Indices = NDArray[np.int64]

DECIMALS = 4
"""Difficulties are compared after rounding (released code), so that ties are ties; equal ones keep file order."""

DRAWS = 1000
"""Of these the best has the utterances of IEMOCAP's buckets, and those of MELD's but for 4 or fewer (15 seeds)."""


def dialogue_buckets(difficulties: Sequence[float], sizes: Sequence[int], n: int) -> list[Indices]:
    """Indices of the conversations of each bucket, easiest bucket first, easiest conversation first.

    A conversation is never divided: the cuts fall where the cumulative number of utterances comes nearest to
    1/n, 2/n, ... of all, and each bucket gets at least one conversation. `sizes` are utterances a conversation;
    one of size 0 is in no bucket. Raises `RecipeError` where there are more buckets than conversations.

    >>> [bucket.tolist() for bucket in dialogue_buckets([0.9, 0.2, 0.5], sizes=[4, 6, 3], n=2)]
    [[1], [2, 0]]
    """
    order = _ascending(difficulties)
    order = order[np.asarray(sizes, dtype=np.int64)[order] > 0]
    _check(n, len(order), "conversations with labels")
    cumulative = np.cumsum(np.asarray(sizes, dtype=np.int64)[order])
    cuts: list[int] = []
    for part in range(1, n):
        first, last = (cuts[-1] if cuts else 0) + 1, len(order) - (n - part)
        distance = np.abs(cumulative[first - 1 : last] - part * cumulative[-1] / n)
        cuts.append(first + int(np.argmin(distance)))
    return np.split(order, cuts)


def sample_buckets(
    difficulties: Sequence[float], sizes: Sequence[int], n: int, compat: Literal["official"] | None = None
) -> list[Indices]:
    """As `dialogue_buckets`, as indices of the utterances, which are numbered through all conversations.

    `compat="official"` cuts as the code released with the paper: at the floor of S/n utterances, the last bucket
    takes the rest, and the conversation at the cut is divided between two buckets.

    >>> [bucket.tolist() for bucket in sample_buckets([0.9, 0.2], sizes=[2, 3], n=2)]
    [[2, 3, 4], [0, 1]]
    >>> [bucket.tolist() for bucket in sample_buckets([0.9, 0.2], sizes=[2, 3], n=2, compat="official")]
    [[2, 3], [4, 0, 1]]
    """
    if compat is None:
        firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return [
            np.concatenate([np.arange(firsts[i], firsts[i + 1]) for i in bucket])
            for bucket in dialogue_buckets(difficulties, sizes, n)
        ]
    order = _ascending(np.repeat(np.asarray(difficulties, dtype=np.float64), np.asarray(sizes, dtype=np.int64)))
    _check(n, len(order), "utterances with labels")
    return np.split(order, [part * (len(order) // n) for part in range(1, n)])


def at_random(buckets: Sequence[Indices], seed: int, sizes: Sequence[int] | None = None) -> list[Indices]:
    """Buckets of as many members each, drawn at random: training without a curriculum, all else the same.

    With the `sizes` of conversations it is their utterances, too, that are as many: of `DRAWS` draws the one is taken
    whose buckets come nearest to these.

    >>> [len(bucket) for bucket in at_random([np.array([4, 1]), np.array([0, 3, 2])], seed=0)]
    [2, 3]
    >>> [bucket.tolist() for bucket in at_random([np.array([0]), np.array([1, 2])], seed=0, sizes=[9, 8, 1])]
    [[0], [2, 1]]
    """
    random, members = np.random.default_rng(seed), np.concatenate(list(buckets))
    cuts = np.cumsum([len(bucket) for bucket in buckets])[:-1]
    draws = (np.split(random.permutation(members), cuts) for _ in range(DRAWS))
    if sizes is None:
        return next(draws)
    utterances = np.asarray(sizes, dtype=np.int64)
    wanted = [utterances[bucket].sum() for bucket in buckets]

    def off(drawn: list[Indices]) -> int:
        return max(abs(int(utterances[bucket].sum() - n)) for bucket, n in zip(drawn, wanted, strict=True))

    return min(draws, key=off)


def _check(n: int, there: int, what: str) -> None:
    if not 1 <= n <= there:
        raise RecipeError(f"a curriculum of {n} buckets needs as many {what}; there are {there}: choose fewer buckets")


def _ascending(difficulties: Sequence[float] | NDArray[np.float64]) -> Indices:
    return np.argsort(np.round(np.asarray(difficulties, dtype=np.float64), DECIMALS), kind="stable").astype(np.int64)
