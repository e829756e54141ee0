"""Whether two explanations of one prediction agree on the words that matter, and on their order and sign.

Krishna et al., "The Disagreement Problem in Explainable Machine Learning", TMLR 2024, as used for language models in
arXiv 2310.11207. Explanations that give many words the same score have no one order: here every order of
equals counts the same, computed exactly.
"""

from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.correlation import spearman
from sentio.metrics.inputs import numbers

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

# The share of a text's words that counts as its top (2310.11207).
TOP = 0.2


@dataclass(frozen=True)
class Agreement:
    """Agreement of two explanations, best at 1; shares in 0..1, `rank_correlation` in -1..1.

    Of the top k words: `feature`, the share in both; `rank`, the share at the same rank; `sign` and `signed_rank`,
    those of them with the same sign, zero having none; `iou`, the words in both over the words in either. Of all
    words: `rank_correlation`, Spearman's with ties shared, NaN where an explanation gives all words one score, and
    `pairwise_rank`, the share of pairs in the same order, NaN for a single word.
    """

    feature: float
    rank: float
    sign: float
    signed_rank: float
    rank_correlation: float
    pairwise_rank: float
    iou: float


def top_size(words: int) -> int:
    """How many of a text's words are its top (arXiv 2310.11207): a fifth, rounded down, at least one.

    >>> [top_size(n) for n in (3, 9, 10, 19)]
    [1, 1, 2, 3]
    """
    return max(1, int(TOP * words))


def agreement(
    first: ArrayLike, second: ArrayLike, k: int | None = None, *, compat: Literal["official"] | None = None
) -> Agreement:
    """Agreement (Krishna et al., TMLR 2024) of two explanations: signed scores of shape (n words,), by position.

    The top are the k highest scores, `top_size(n)` where k is not given. Equal scores stand in no order:
    each value is the mean over all orders of equals, independently for both explanations. Raises `ScoreError`
    for unequal lengths, no words, scores that are not finite, and a k outside 1..n.

    The released code adds the same small random numbers to both explanations, so that they break ties alike and
    appear to agree where both say nothing; ties that remain fall in text order: `compat="official"` does
    the latter and takes the former as it stands in the scores.

    >>> agreement([0.9, 0, 0, 0, -0.5], [0, 0, 0, 0, 0.8]).feature
    0.0
    >>> agreement([0, 0, 0, 0], [0, 0, 0, 0]).feature, agreement([0, 0, 0, 0], [0, 0, 0, 0], compat="official").feature
    (0.25, 1.0)
    """
    a, b = _checked(first, second)
    size = top_size(len(a)) if k is None else k
    if not 1 <= size <= len(a):
        raise ScoreError(f"the top {size} of {len(a)} words")
    places = [_text_order(scores) if compat else _places(scores) for scores in (a, b)]
    top = [_in_top(start, count, size) for start, count in places]
    same_rank = _same_rank(*places[0], *places[1], size)
    same_sign = np.sign(a) * np.sign(b) > 0
    return Agreement(
        feature=float(top[0] @ top[1]) / size,
        rank=float(same_rank.sum()) / size,
        sign=float((top[0] * top[1])[same_sign].sum()) / size,
        signed_rank=float(same_rank[same_sign].sum()) / size,
        rank_correlation=spearman(a, b),
        pairwise_rank=_pairwise(places[0][0], places[1][0]),
        iou=_iou(top[0], top[1], size),
    )


def _checked(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    a, b = numbers(first, "first explanation"), numbers(second, "second explanation")
    if a.ndim != 1 or a.shape != b.shape:
        raise ScoreError(f"explanations of shapes {a.shape} and {b.shape} cannot agree")
    if not len(a):
        raise ScoreError("an explanation needs words")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ScoreError("an explanation holds a score that is not finite")
    return a, b


def _places(scores: Floats) -> tuple[Places, Places]:
    """For each word the first rank, from 0, that its score may stand at, and how many words share the score."""
    _, group, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - counts)[group], counts[group]


def _text_order(scores: Floats) -> tuple[Places, Places]:
    """The same where equal scores stand in text order."""
    return np.argsort(np.argsort(-scores, kind="stable")), np.ones(len(scores), dtype=np.int64)


def _in_top(start: Places, count: Places, k: int) -> Floats:
    """The probability of each word to be among the top k."""
    inside: Floats = np.clip((k - start) / count, 0, 1)
    return inside


def _same_rank(start: Places, count: Places, start_: Places, count_: Places, k: int) -> Floats:
    """The probability of each word to stand at the same rank, below k, in both explanations."""
    shared = np.minimum(np.minimum(start + count, start_ + count_), k) - np.maximum(start, start_)
    chance: Floats = np.maximum(shared, 0) / (count * count_)
    return chance


def _pairwise(start: Places, start_: Places) -> float:
    """The share of pairs in the same order; a pair tied in either explanation is so half of the time."""
    one, other = np.triu_indices(len(start), 1)
    if not len(one):
        return float("nan")
    same = np.sign(start[one] - start[other]) * np.sign(start_[one] - start_[other])
    return float((1 + same).mean() / 2)


def _iou(first: Floats, second: Floats, k: int) -> float:
    """The mean of m/(2k−m) over m, the number of words in both tops.

    Each top has words that are sure to be in it and words that share its last places. Drawing the first top's last
    places, and then the second's, gives m as hypergeometric counts.
    """
    sure, sure_ = first == 1, second == 1
    tied, tied_ = (first > 0) & ~sure, (second > 0) & ~sure_
    places, places_ = k - int(sure.sum()), k - int(sure_.sum())
    both_sure, only_sure_, both_tied = (int(x.sum()) for x in (sure & sure_, tied & sure_, tied & tied_))
    sure_tied_, rest = int((sure & tied_).sum()), int(tied.sum()) - only_sure_ - both_tied
    mean = 0.0
    for x in range(min(only_sure_, places) + 1):
        for y in range(min(both_tied, places - x) + 1):
            ways = comb(only_sure_, x) * comb(both_tied, y) * comb(rest, places - x - y)
            wanted, others = sure_tied_ + y, int(tied_.sum()) - sure_tied_ - y
            for z in range(min(wanted, places_) + 1):
                chance = ways * comb(wanted, z) * comb(others, places_ - z)
                shared = both_sure + x + z
                mean += (
                    chance
                    / (comb(int(tied.sum()), places) * comb(int(tied_.sum()), places_))
                    * shared
                    / (2 * k - shared)
                )
    return mean
