"""From log-probabilities that a server gives to a distribution over labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, inf
from typing import Any

UNTOLD = 0.01
"""The share of the probability that may lie on tokens which several labels begin with."""
LARGEST = 0.1
"""A log-probability is 0 at most; servers round."""


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


@dataclass(frozen=True)
class Place:
    """One token of a written answer, and the log-probabilities of the likeliest there, its own among them."""

    token: str
    likeliest: Mapping[str, float]


def places(logprobs: Any) -> tuple[Place, ...]:  # noqa: ANN401
    """A completion's `logprobs`; of what is not told as OpenAI's API has it nothing."""
    try:
        return tuple(map(_place, logprobs["content"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()


def _place(told: Any) -> Place:  # noqa: ANN401
    likeliest = {}
    for entry in (*told["top_logprobs"], told):
        logprob = float(entry["logprob"])
        if not logprob < LARGEST:
            raise ValueError("no log-probability")
        likeliest[str(entry["token"])] = logprob
    return Place(str(told["token"]), likeliest)


def from_top_logprobs(content: Sequence[Place], labels: Sequence[str]) -> tuple[float, ...] | None:
    """The distribution over labels from the likeliest tokens at each place of a written answer.

    A token belongs to the label that begins with it. Where several labels do, or the answer goes on with something
    else, the next place tells, if it is this token that was written. None where that leaves more than `UNTOLD` of the
    probability open, or where no label is among the likeliest. A label that is not among them gets 0.
    """
    start = _beginning(content)
    walk = _Walk([label.casefold() for label in labels])
    walk.step(content[start:], "", 1.0)
    told = fsum(walk.mass)
    if told == 0 or walk.open > UNTOLD * (told + walk.open):
        return None
    return tuple(mass / told for mass in walk.mass)


def _beginning(content: Sequence[Any]) -> int:
    """Where the answer begins: behind thinking, quotes and space."""
    tokens = [place.token for place in content]
    start = max((number + 1 for number, token in enumerate(tokens) if token.strip() == "</think>"), default=0)
    while start < len(tokens) and not tokens[start].strip(" \n\t\"'`*"):
        start += 1
    return start


@dataclass
class _Walk:
    """Along the tokens that were written, until they have shown which label it is, or that it is none."""

    labels: Sequence[str]
    mass: list[float] = field(default_factory=list)
    open: float = 0.0

    def __post_init__(self) -> None:
        self.mass = [0.0] * len(self.labels)

    def step(self, content: Sequence[Place], before: str, reached: float) -> None:
        if not content:
            self._end(before, reached)
            return
        place = content[0]
        for token, logprob in place.likeliest.items():
            text = (before + token).lstrip().casefold()
            fitting = [number for number, label in enumerate(self.labels) if label.startswith(text)] if text else []
            probability = reached * exp(logprob)
            if not token.strip():  # the end of the turn, which some servers show as nothing
                self._end(before, probability)
            elif len(fitting) == 1 and (token != place.token or _spells(before, content, self.labels[fitting[0]])):
                self.mass[fitting[0]] += probability
            elif not fitting:
                self._end(_whole(text, self.labels) or before, probability)
            elif token == place.token:
                self.step(content[1:], text, probability)
            else:
                self.open += probability

    def _end(self, text: str, probability: float) -> None:
        """The answer ends here or goes on with what is no label: what stands so far counts if it is one."""
        text = text.strip()
        if text in self.labels:
            self.mass[self.labels.index(text)] += probability


def _spells(before: str, content: Sequence[Place], label: str) -> bool:
    """Whether the tokens as written are this label, or its beginning where no more were written."""
    text = (before + "".join(place.token for place in content)).lstrip().casefold()
    return text.startswith(label) or label.startswith(text)


def _whole(text: str, labels: Sequence[str]) -> str | None:
    """The label that a token holds together with what ends it, as in "joy."."""
    found = [label for label in labels if text.startswith(label) and not text[len(label)].isalnum()]
    return max(found, key=len, default=None)
