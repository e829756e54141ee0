"""What a network has to beat: how likely a reply is by its words' frequencies and by pairs of words."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from sentio.responses.emotion_transformer.tokens import BEGIN, END

Ids = Sequence[int]


def unigram_perplexity(train: Iterable[Ids], test: Iterable[Ids], vocabulary: int) -> float:
    """Of the tokens of `test`, END after each text among them, by their frequency in `train`, one added to each.

    >>> round(unigram_perplexity([[3], [4]], [[3]], vocabulary=5), 4)  # (1 + 1) / 9 and (2 + 1) / 9
    3.6742
    """
    counts = Counter(chain.from_iterable([*text, END] for text in train))
    total = counts.total() + vocabulary
    return _perplexity(-math.log((counts[token] + 1) / total) for text in test for token in [*text, END])


def bigram_perplexity(train: Iterable[Ids], test: Iterable[Ids], vocabulary: int) -> float:
    """The same by pairs of tokens, with BEGIN before each text: interpolated Kneser-Ney (Chen and Goodman, Computer
    Speech & Language 1999, section 2.7), down to the uniform distribution over the `vocabulary`.

    Each order's discount is n1 / (n1 + 2 n2) of its own counts, so that nothing is tuned on anything but `train`.
    """
    pairs = Counter(chain.from_iterable(pairwise([BEGIN, *text, END]) for text in train))
    follow = Counter(token for _, token in pairs)
    after = Counter(before for before, _ in pairs)
    begins: Counter[int] = Counter()
    for (before, _), times in pairs.items():
        begins[before] += times
    discount, lower = _discount(pairs), _discount(follow)
    kinds = follow.total()

    def cost(before: int, token: int) -> float:
        some = max(follow[token] - lower, 0) / kinds + lower * len(follow) / kinds / vocabulary
        if not begins[before]:
            return -math.log(some)
        seen = max(pairs[before, token] - discount, 0) + discount * after[before] * some
        return -math.log(seen / begins[before])

    return _perplexity(cost(*pair) for text in test for pair in pairwise([BEGIN, *text, END]))


def _discount(counts: Counter[int] | Counter[tuple[int, int]]) -> float:
    """Where every count is seen once or none is, a half: the estimate is 1 or nothing there."""
    once, twice = (sum(1 for times in counts.values() if times == wanted) for wanted in (1, 2))
    return once / (once + 2 * twice) if once and twice else 0.5


def _perplexity(costs: Iterable[float]) -> float:
    """exp of the mean of negative log-likelihoods."""
    found = list(costs)
    return math.exp(math.fsum(found) / len(found))
