"""Whether word attributions name the words that a prediction rests on: erase words and ask the model again.

Huang et al., "Can Large Language Models Explain Themselves?", arXiv 2310.11207. A text of n words is asked about
whole, without its k most important words, with those words alone, and without each single word.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.correlation import spearman
from sentio.metrics.inputs import numbers

Floats = NDArray[np.float64]

# P(class | the words that remain), or NaN where the model's answer cannot be read.
Probability = Callable[[Sequence[str]], float]

# A text without words says nothing: this is not asked but assumed (2310.11207, released code).
EMPTY = 0.5


@dataclass(frozen=True)
class Erasure:
    """What a model answers, as P(class) in 0..1 or NaN, while a text of n words is erased by importance.

    `whole` is the answer to the whole text; `removed[k-1]` to the text without its k most important words and
    `kept[k-1]` to those words alone, k = 1..n; `single[i]` to the text without word i; `scores[i]` is the
    importance of word i. All arrays have shape (n,). The class is predicted where P > .5.
    """

    whole: float
    removed: Floats
    kept: Floats
    single: Floats
    scores: Floats


@dataclass(frozen=True)
class Faithfulness:
    """Means over texts, each over those where it is defined (NaN where it is nowhere), and `unread`.

    Comprehensiveness, flips at once and rank correlation are better high, sufficiency and flip fraction low.
    `unread` is the share of answers that could not be read: NaN answers make the scores they enter undefined.
    """

    comprehensiveness: float
    sufficiency: float
    flips_at_once: float
    flip_fraction: float
    rank_correlation: float
    unread: float


def erase(words: Sequence[str], scores: ArrayLike, probability: Probability) -> Erasure:
    """Ask a model about a text while its words are erased, highest score first, equal scores in text order.

    `scores` of shape (n,) are signed towards the class. Asks about 3n texts, the same one twice at the ends:
    give a `probability` that remembers. Raises `ScoreError` for no words, another number of scores, scores that
    are not finite and probabilities outside 0..1.

    >>> def probability(words): return 0.9 if "lovely" in words else 0.4
    >>> erase(["a", "lovely", "day"], [0, 0.7, 0.1], probability).removed.tolist()
    [0.4, 0.4, 0.5]
    """
    values = numbers(scores, "scores")
    if not len(words):
        raise ScoreError("a text without words cannot be erased")
    if values.shape != (len(words),):
        raise ScoreError(f"scores of shape {values.shape} for {len(words)} words")
    if not np.isfinite(values).all():
        raise ScoreError(f"the score of word {int((~np.isfinite(values)).argmax())} is not finite")
    rank = np.argsort(np.argsort(-values, kind="stable"))

    def ask(chosen: NDArray[np.bool_]) -> float:
        if not chosen.any():
            return EMPTY
        answer = numbers(probability([word for word, here in zip(words, chosen, strict=True) if here]), "probability")
        if answer.ndim or answer < 0 or answer > 1:
            raise ScoreError(f"a probability of {answer}")
        return float(answer)

    steps = range(1, len(words) + 1)
    return Erasure(
        whole=ask(rank >= 0),
        removed=np.array([ask(rank >= k) for k in steps]),
        kept=np.array([ask(rank < k) for k in steps]),
        single=np.array([ask(np.arange(len(words)) != i) for i in range(len(words))]),
        scores=values,
    )


def comprehensiveness(erasure: Erasure, *, compat: Literal["official"] | None = None) -> float:
    """1/(n+1) Σ_k [p(x) − p(x without the k most important words)], range -1..1; NaN where an answer is.

    The released code turns the confidence of a negative prediction into P(positive) again at every step, so that
    p(x) alternates with 1 − p(x): three times too high on its data. `compat="official"` does the same.

    >>> comprehensiveness(Erasure(0.9, np.array([0.4, 0.4, 0.5]), *[np.zeros(3)] * 3)).__round__(3)
    0.35
    """
    size = len(erasure.removed)
    whole = np.full(size, erasure.whole)
    if compat and erasure.whole < EMPTY:
        # Converted before each comparison but the last: the empty text is compared unconverted.
        conversions = np.append(np.arange(1, size), size - 1)
        whole[conversions % 2 == 0] = 1 - erasure.whole
    return float((whole - erasure.removed).sum() / (size + 1))


def sufficiency(erasure: Erasure) -> float:
    """1/(n+1) Σ_k |p(x) − p(the k most important words alone)|, k = 0..n, range 0..1; NaN where an answer is.

    >>> sufficiency(Erasure(0.9, np.zeros(2), np.array([0.9, 0.9]), *[np.zeros(2)] * 2)).__round__(3)
    0.133
    """
    gaps = np.abs(erasure.whole - np.append(EMPTY, erasure.kept))
    return float(gaps.mean())


def flips_at_once(erasure: Erasure) -> float:
    """Decision flip of the most important token (DF_MIT), 0 or 1: does its removal change the decision?

    NaN where an answer is. The decision is P > .5.

    >>> flips_at_once(Erasure(0.9, np.array([0.4, 0.4, 0.5]), *[np.zeros(3)] * 3))
    1.0
    """
    if np.isnan(erasure.whole) or np.isnan(erasure.removed[0]):
        return float("nan")
    return float((erasure.removed[0] > 0.5) != (erasure.whole > 0.5))


def flip_fraction(erasure: Erasure) -> float:
    """Decision flip fraction (DF_Frac), 0..1: how many words must go before the decision flips, over n+1.

    1 where none does, NaN where an answer before the flip is. The decision is P > .5. The release goes by the class
    that the model names, also where its confidence denies it: for that, erase with the class, 0 or 1, as the
    probability.

    >>> flip_fraction(Erasure(0.9, np.array([0.8, 0.4, 0.5]), *[np.zeros(3)] * 3))
    0.5
    """
    size = len(erasure.removed)
    flipped = (erasure.removed > 0.5) != (erasure.whole > 0.5)
    steps = int(flipped.argmax()) + 1 if flipped.any() else size + 1
    if np.isnan(erasure.whole) or np.isnan(erasure.removed[:steps]).any():
        return float("nan")
    return steps / (size + 1)


def deletion_rank_correlation(erasure: Erasure) -> float:
    """Spearman's rank correlation, ties shared, of the scores with p(x) − p(x without word i); range -1..1.

    NaN where an answer is, and where all scores or all drops are equal: then there is no order to compare. The
    release breaks ties at random, and its first version never rebuilt the text; neither is offered.

    >>> text = Erasure(0.9, *[np.zeros(2)] * 2, single=np.array([0.2, 0.8]), scores=np.array([0.5, 0.1]))
    >>> round(deletion_rank_correlation(text), 3)
    1.0
    """
    drops = erasure.whole - erasure.single
    return float("nan") if np.isnan(drops).any() else spearman(drops, erasure.scores)


def faithfulness(erasures: Iterable[Erasure], *, compat: Literal["official"] | None = None) -> Faithfulness:
    """All five scores (Huang et al., arXiv 2310.11207) of a set of explained texts, `compat` as `comprehensiveness`.

    Raises `ScoreError` where there are no texts.
    """
    texts = list(erasures)
    if not texts:
        raise ScoreError("no texts to score")
    answers = np.concatenate([np.concatenate([[t.whole], t.removed, t.kept, t.single]) for t in texts])
    return Faithfulness(
        _mean(comprehensiveness(t, compat=compat) for t in texts),
        _mean(sufficiency(t) for t in texts),
        _mean(flips_at_once(t) for t in texts),
        _mean(flip_fraction(t) for t in texts),
        _mean(deletion_rank_correlation(t) for t in texts),
        unread=float(np.isnan(answers).mean()),
    )


def _mean(scores: Iterable[float]) -> float:
    defined = [score for score in scores if not np.isnan(score)]
    return float(np.mean(defined)) if defined else float("nan")
