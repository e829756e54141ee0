"""MER2024's open-vocabulary metric: label sets compared after each sample's synonyms are made one word.

Lian et al., "MER 2024: Semi-Supervised Learning, Noise Robustness, and Open-Vocabulary Multimodal Emotion
Recognition", MRAC 2024; zeroQiaoba/MERTools, MER2024/main-ov.py. A language model grouped the labels of
gold and prediction together, so the groups belong to one pair of files and to no other: later challenges
use `sentio.metrics.emotion_wheel`. `parse_labels_mer2024` reads the labels.
"""

from ast import literal_eval
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from sentio.errors import ScoreError
from sentio.metrics.label_sets import check_paired

Groups = Sequence[Sequence[str]]


@dataclass(frozen=True)
class SynonymGroupScore:
    """Means over the samples with gold labels, in 0..1; `skipped` samples have none."""

    accuracy: float
    recall: float
    kept: int
    skipped: int

    @property
    def mean(self) -> float:
        """What MER2024 ranked by."""
        return (self.accuracy + self.recall) / 2


def synonym_group_score(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], groups: Sequence[Groups]
) -> SynonymGroupScore:
    """Score label lists, in the same order as each sample's groups of synonyms.

    Every word becomes the first of its group (the last group, where it is in several; itself, where it is
    in none). Of the sets G and Y, accuracy is |G∩Y|/|Y| and recall |G∩Y|/|G|, both 0 where Y is empty. The
    released scorer divides by zero where G is empty; such a sample is skipped here. Raises `ScoreError` for
    unequal or no samples, and where no sample has a gold label.

    >>> score = synonym_group_score([["glad", "calm"]], [["merry", "sad"]], [[["glad", "merry"], ["sad"]]])
    >>> score.accuracy, score.recall
    (0.5, 0.5)
    """
    check_paired(gold, predicted)
    check_paired(gold, groups)
    accuracies, recalls = [], []
    for of_gold, of_predicted, synonyms in zip(gold, predicted, groups, strict=True):
        first = {word: group[0] for group in synonyms for word in group}
        wanted, given = _grouped(of_gold, first), _grouped(of_predicted, first)
        if wanted:
            common = len(wanted & given)
            accuracies.append(common / max(len(given), 1))
            recalls.append(common / len(wanted))
    kept = len(recalls)
    if not kept:
        raise ScoreError("no sample has a gold label")
    return SynonymGroupScore(fsum(accuracies) / kept, fsum(recalls) / kept, kept, len(gold) - kept)


def parse_groups(text: str) -> tuple[tuple[str, ...], ...]:
    """The groups of one sample as released: a Python list of lists of words. Raises `ScoreError` otherwise.

    >>> parse_groups("[['glad', 'merry'], ['sad']]")
    (('glad', 'merry'), ('sad',))
    """
    try:
        groups = literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ScoreError(f"not a list of groups: {text[:40]!r}") from error
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise ScoreError(f"not a list of groups: {text[:40]!r}")
    return tuple(tuple(str(word) for word in group) for group in groups)


def _grouped(labels: Iterable[str], first: dict[str, str]) -> set[str]:
    if isinstance(labels, str):
        raise ScoreError("the labels of a sample must be a list of words, not text; parse_labels_mer2024 reads text")
    return {first.get(label, label) for label in labels}
