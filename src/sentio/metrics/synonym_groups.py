"""MER2024's open-vocabulary metric: label sets compared after each sample's synonyms are made one word.

Lian et al., "MER 2024: Semi-Supervised Learning, Noise Robustness, and Open-Vocabulary Multimodal Emotion
Recognition", MRAC 2024; zeroQiaoba/MERTools, MER2024/main-ov.py. A language model grouped the labels of
gold and prediction together, so the groups belong to one pair of files and to no other: later challenges
use `sentio.metrics.emotion_wheel`. `parse_labels_mer2024` reads the labels.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import fsum

from sentio.errors import ScoreError
from sentio.metrics.label_sets import check_paired

Groups = Sequence[list[str] | tuple[str, ...]]


@dataclass(frozen=True)
class SynonymGroupScore:
    """Means over the samples with gold labels, in 0..1; `skipped` samples have none."""

    accuracy: float
    recall: float
    kept: int
    skipped: int

    @property
    def mean(self) -> float:
        """What MER2024 ranked by, range 0..1."""
        return (self.accuracy + self.recall) / 2


def synonym_group_score(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], groups: Sequence[Groups]
) -> SynonymGroupScore:
    """Score label lists, shape (samples,), in the same order as each sample's groups of synonyms (MER2024).

    Every word becomes the first of its group (the last group, where it is in several; itself, where it is
    in none). Of the sets G and Y, accuracy is |G∩Y|/|Y| and recall |G∩Y|/|G|, both 0 where Y is empty. The
    released scorer divides by zero where G is empty; such a sample is skipped here. Raises `ScoreError` for
    unequal or no samples, labels and groups that are no lists of words, and where no sample has a gold label.

    >>> score = synonym_group_score([["glad", "calm"]], [["merry", "sad"]], [[["glad", "merry"], ["sad"]]])
    >>> score.accuracy, score.recall
    (0.5, 0.5)
    """
    check_paired(gold, predicted)
    check_paired(gold, groups)
    accuracies, recalls = [], []
    for of_gold, of_predicted, synonyms in zip(gold, predicted, groups, strict=True):
        first = _first_of_group(synonyms)
        wanted, given = _grouped(of_gold, first), _grouped(of_predicted, first)
        if wanted:
            common = len(wanted & given)
            accuracies.append(common / max(len(given), 1))
            recalls.append(common / len(wanted))
    kept = len(recalls)
    if not kept:
        raise ScoreError("no sample has a gold label")
    return SynonymGroupScore(fsum(accuracies) / kept, fsum(recalls) / kept, kept, len(gold) - kept)


def _first_of_group(synonyms: Groups) -> dict[str, str]:
    if not isinstance(synonyms, Sequence) or not all(isinstance(group, list | tuple) for group in synonyms):
        raise ScoreError(f"the groups of a sample must be lists of words, not {synonyms!r}")
    return {word: group[0] for group in synonyms for word in group}


def _grouped(labels: Collection[str], first: dict[str, str]) -> set[str]:
    if isinstance(labels, str):
        raise ScoreError("the labels of a sample must be a list of words, not text; parse_labels_mer2024 reads text")
    if not isinstance(labels, Collection) or not all(isinstance(label, str) for label in labels):
        raise ScoreError(f"the labels of a sample must be a list of words, not {labels!r}")
    return {first.get(label, label) for label in labels}
