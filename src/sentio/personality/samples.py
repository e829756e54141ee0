"""Samples of personality: a person in a dialogue with known Big Five, and what is scored of answers to them.

A sample of CPED's personality recognition is a (speaker, dialogue) pair (Chen et al., arXiv 2205.14727); people whose
traits are unknown are none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentio.conversation import Conversation
from sentio.metrics.classification import accuracy, macro_f1
from sentio.metrics.confusion import confusion
from sentio.personality.base import LEVELS, TRAITS, words_of


@dataclass(frozen=True)
class Sample:
    """A speaker in a dialogue, what they say there, and which of `LEVELS` each of `TRAITS` is."""

    speaker: str
    texts: tuple[str, ...]
    levels: tuple[str, ...]


def samples(conversation: Conversation) -> list[Sample]:
    """Those who speak and whose five traits are all known as high or low, in order of first appearance."""
    found = []
    for speaker, texts in words_of(conversation).items():
        profile = conversation.profiles.get(speaker)
        levels = tuple(profile.traits.get(trait) for trait in TRAITS) if profile else ()
        known = tuple(level for level in levels if level in LEVELS and isinstance(level, str))
        if len(known) == len(TRAITS):
            found.append(Sample(speaker, texts, known))
    return found


def trait_scores(
    gold: Mapping[str, Sequence[str]], predicted: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Accuracy and macro F1 of each trait, both 0..1, and how many samples it has; an answer that is no level is wrong.

    >>> gold, predicted = {"openness": ["high", "low", "low"]}, {"openness": ["high", "high", ""]}
    >>> {name: round(score, 4) for name, score in trait_scores(gold, predicted)["openness"].items()}
    {'accuracy': 0.3333, 'macro_f1': 0.3333, 'support': 3.0}
    """
    found = {}
    for trait, levels in gold.items():
        table = confusion(levels, predicted[trait], LEVELS)
        scores = {"accuracy": table.score(accuracy), "macro_f1": table.score(macro_f1), "support": float(len(levels))}
        found[trait] = {name: float(score) for name, score in scores.items()}
    return found


def means(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Macro F1 and accuracy, averaged over the traits."""
    return {name: sum(one[name] for one in scores.values()) / len(scores) for name in ("macro_f1", "accuracy")}
