"""From log-probabilities of label strings to a distribution over the labels.

s(y) = (1/|y|) Σ_t log p(y_t | x, y_<t), p(y) = softmax over the labels (specs/llm-runtime.md, our design). The mean
over a label's tokens, and not the sum, so that a label is not punished for being spelled in more of them.
"""

from collections.abc import Sequence
from math import exp, fsum, inf


def label_score(logprobs: Sequence[float]) -> float:
    """The mean log-probability of a label's tokens; -inf for a label without a token.

    >>> round(label_score([-0.693147, -0.693147]), 4)  # two tokens of probability .5 weigh as one
    -0.6931
    """
    return fsum(logprobs) / len(logprobs) if logprobs else -inf


def distribution(scores: Sequence[float]) -> tuple[float, ...]:
    """The softmax of log scores; sums to 1. Even where no label has any probability.

    >>> [round(p, 4) for p in distribution([-1.609438, -2.302585])]  # ln .2 and ln .1
    [0.6667, 0.3333]
    """
    top = max(scores)
    if top == -inf:
        return tuple(1 / len(scores) for _ in scores)
    weights = [exp(score - top) for score in scores]
    total = fsum(weights)
    return tuple(weight / total for weight in weights)
