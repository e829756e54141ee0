"""What is measured of the 32 emotions besides accuracy: many are near synonyms, which cap it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentio.responses.hef.small_model import SPACE

SYNONYMS = (
    "afraid terrified",
    "angry annoyed furious",
    "anticipating excited",
    "anxious apprehensive",
    "ashamed embarrassed guilty",
    "confident prepared",
    "content joyful",
    "devastated lonely sad",
    "faithful trusting",
    "nostalgic sentimental",
)
"""Emotions that count as one; every other stands for itself. Sad with devastated and lonely, angry with furious and
annoyed are the specification's, the others ours, by meaning."""

GROUP = {label: group.split()[0] for group in SYNONYMS for label in group.split()}


def grouped(label: str) -> str:
    """The first of the emotions that count as the same one.

    >>> grouped("furious"), grouped("proud")
    ('angry', 'proud')
    """
    return GROUP.get(label, label)


def ranked(gold: Sequence[str], probabilities: NDArray[np.floating]) -> dict[str, float]:
    """How often the right emotion is among the three and five most probable, and how often the most probable one is
    right or a near synonym; each 0..1. `probabilities`, or their logarithms, of shape (rows, 32).

    >>> shares = np.full((1, 32), 0.01)
    >>> shares[0, [SPACE.index("angry"), SPACE.index("sad")]] = 0.5, 0.2
    >>> ranked(["furious"], shares)
    {'top_3': 0.0, 'top_5': 0.0, 'grouped_accuracy': 1.0}
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    right = order == np.array([SPACE.index(label) for label in gold])[:, None]
    near = [grouped(SPACE.labels[first]) == grouped(label) for first, label in zip(order[:, 0], gold, strict=True)]
    return {
        "top_3": float(right[:, :3].any(axis=1).mean()),
        "top_5": float(right[:, :5].any(axis=1).mean()),
        "grouped_accuracy": float(np.mean(near)),
    }
