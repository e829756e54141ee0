"""How near two emotions lie on the wheel (PRC-Emo, Eq. 1)."""

from math import cos, radians

from sentio.labels import angle, position
from sentio.labels.wheel import INSIDE

TOLERANCE = 1e-9
"""What counts as zero: in floating point the cosine of 90° is 6e-17, not 0."""

HALF_TURN = 180.0
"""Degrees of boredom, which lies inside the wheel on the left."""


def similarity(one: str, other: str, n_labels: int) -> float:
    """Similarity s of two emotions, 0..1: Eq. 1 of Li et al., "Do LLMs Feel?", AAAI 2026.

    The cosine of the angle between them, at least 0, where both are pleasant or both unpleasant; 0 where one is
    pleasant and the other is not; 1 / `n_labels` where one of them is neutral. `n_labels` is the number of labels
    of the corpus (6 for IEMOCAP, else 7 in the released code). By the same rules a label and itself have 1, and
    neutral and itself 1 / `n_labels`; only Algorithm 1 of the paper needs them.
    Raises `UnknownName` for a label that is not on the wheel.

    >>> round(similarity("happy", "excited", n_labels=6), 4)
    0.809
    >>> similarity("joy", "anger", n_labels=7)
    0.0
    >>> round(similarity("neutral", "fear", n_labels=7), 4)
    0.1429
    """
    valences = position(one)[0], position(other)[0]
    product = valences[0] * valences[1]
    if abs(product) <= TOLERANCE:
        return 1 / n_labels
    if product < 0:
        return 0.0
    nearness = cos(radians(_direction(one) - _direction(other)))
    return nearness if nearness > TOLERANCE else 0.0


def _direction(label: str) -> float:
    return HALF_TURN if label in INSIDE else angle(label)
