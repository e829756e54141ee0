"""Where emotions lie, and how a personality leans: valence, arousal and dominance, each in -1..1.

Tables of the code released with Wen et al., "Automatically Select Emotion for Response via Personality-affected
Emotion Transition", Findings of ACL 2021. They are not those of `sentio.labels.vad`, which come from another lexicon.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

VAD: dict[str, tuple[float, float, float]] = {
    "anger": (-0.51, 0.59, 0.25),
    "disgust": (-0.60, 0.35, 0.11),
    "fear": (-0.62, 0.82, -0.43),
    "joy": (0.81, 0.51, 0.46),
    "neutral": (0.0, 0.0, 0.0),
    "sadness": (-0.63, -0.27, -0.33),
    "surprise": (0.40, 0.67, -0.13),
}
"""Of each emotion (released code)."""

TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
"""The Big Five, in the order of the weights."""

NEUTRAL_TRAIT = 0.5
"""A trait of somebody of whom nothing is known: the middle of 0..1 (our design)."""

WEIGHTS = np.array(
    [
        [0.0, 0.0, 0.21, 0.59, 0.19],
        [0.15, 0.0, 0.0, 0.30, -0.57],
        [0.25, 0.17, 0.60, -0.32, 0.0],
    ]
)
"""What each trait adds to valence, arousal and dominance (released code, after Mehrabian, 1996)."""


def temperament(traits: ArrayLike, *, flipped: bool = False) -> Floats:
    """The VAD that a personality leans to, shape (..., 3), of traits of shape (..., 5), each in 0..1.

    Mehrabian's regression speaks of emotional stability; the released code multiplies its weight with neuroticism as
    it is. `flipped` reads 1 - neuroticism instead.

    >>> temperament([0.648, 0.375, 0.386, 0.58, 0.477]).round(3).tolist()
    [0.514, -0.001, 0.272]
    >>> temperament([0.648, 0.375, 0.386, 0.58, 0.477], flipped=True).round(3).tolist()
    [0.523, -0.027, 0.272]
    """
    known = np.array(traits, dtype=np.float64)
    if flipped:
        known[..., -1] = 1 - known[..., -1]
    leaning: Floats = known @ WEIGHTS.T
    return leaning


def coordinates(labels: Sequence[str]) -> Floats:
    """The VAD of each emotion, shape (labels, 3); raises `KeyError` for one that the table lacks."""
    return np.array([VAD[label] for label in labels])


def quadrants(labels: Sequence[str]) -> Floats:
    """The mood that each emotion belongs to, shape (labels, 3): signs of valence and arousal, 0 for dominance.

    The four moods of Wen et al., TOIS 2024: neutral (0, 0, 0), M1 (1, 1, 0), M2 (-1, 1, 0), M3 (-1, -1, 0). Which
    emotion has which is not released; the signs of the emotion's own VAD decide here (our reconstruction).

    >>> quadrants(["surprise", "sadness"]).tolist()
    [[1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]]
    """
    moods = np.sign(coordinates(labels))
    moods[:, 2] = 0.0
    return moods


def nearest(point: ArrayLike, labels: Sequence[str]) -> str:
    """The emotion of `labels` that lies nearest to a point of shape (3,); of equally near ones the first.

    >>> nearest([0.1, 0.0, -0.1], tuple(VAD))
    'neutral'
    """
    return labels[int(np.linalg.norm(coordinates(labels) - np.asarray(point), axis=1).argmin())]


def read(traits: Mapping[str, float | str]) -> tuple[float, ...]:
    """The Big Five among somebody's traits, in the order of `TRAITS`; what is no number of 0..1 is the middle.

    >>> read({"openness": 0.7, "neuroticism": "high", "age": "elderly"})
    (0.7, 0.5, 0.5, 0.5, 0.5)
    """
    return tuple(value if usable(value := traits.get(name)) else NEUTRAL_TRAIT for name in TRAITS)  # type: ignore[misc]


def usable(value: float | str | None) -> bool:
    """Whether a trait is a number of 0..1."""
    return isinstance(value, (int, float)) and 0 <= value <= 1
