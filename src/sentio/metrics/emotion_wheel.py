"""Open-vocabulary emotion labels scored as sets after grouping: F_s, P_s, R_s and M-avg.

MER-UniBench (Lian et al., "AffectGPT", ICML 2025) ranks open-vocabulary answers by F_s, OV-MERD (Lian et
al., "OV-MER", ICML 2025) by M-avg, the MER2025 and MER2026 challenges (Track 2) by means of the same
figures. `sentio.metrics.wheels` has the groupings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.label_sets import (
    LabelLists,
    Overlap,
    Vocabulary,
    as_bits,
    check_paired,
    label_lists,
    overlaps,
)
from sentio.metrics.wheels import GROUPINGS, LEVEL_1, LEVEL_2, Wheels

NEUTRAL = "neutral"


@dataclass(frozen=True)
class GroupingScore:
    """Set precision and recall in one grouping, means over the kept samples, in 0..1 (NaN where none is kept).

    `kept` samples have gold to score against, `skipped` ones have none. Coverage is the share of all gold,
    and of all predicted, labels that the grouping knows (NaN where there are none).
    """

    precision: float
    recall: float
    kept: int
    skipped: int
    gold_coverage: float
    predicted_coverage: float

    @property
    def f1(self) -> float:
        """Harmonic mean of the two means, 0..1 (not the mean of samples' F1), 0 where both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both != 0 else 0.0


@dataclass(frozen=True)
class WheelScores:
    """Scores by grouping, and the figures the field reports. `edition` names the tables that were used.

    Figures lie in 0..1. One raises `ScoreError` when a grouping that it needs was not asked for, and is NaN when no
    sample was kept in one of them.
    """

    edition: str
    strict_coverage: bool
    samples: int
    groupings: Mapping[str, GroupingScore]

    @property
    def f_s(self) -> float:
        """MER-UniBench's F_s, also MER2026 Track 2: mean F1 over the five wheels at level 1."""
        return _mean([score.f1 for score in self._of(LEVEL_1)])

    @property
    def p_s(self) -> float:
        """MER-UniBench's P_s: mean precision over the five wheels at level 1."""
        return _mean([score.precision for score in self._of(LEVEL_1)])

    @property
    def r_s(self) -> float:
        """MER-UniBench's R_s: mean recall over the five wheels at level 1."""
        return _mean([score.recall for score in self._of(LEVEL_1)])

    @property
    def f_level_2(self) -> float:
        """Mean F1 over the five wheels at level 2."""
        return _mean([score.f1 for score in self._of(LEVEL_2)])

    @property
    def mer2025(self) -> float:
        """MER2025 Track 2: the mean of the two levels' mean F1."""
        return (self.f_s + self.f_level_2) / 2

    @property
    def m_avg(self) -> float:
        """OV-MERD's M-avg: mean F1 over all twelve groupings."""
        return _mean([score.f1 for score in self._of(GROUPINGS)])

    def _of(self, groupings: Sequence[str]) -> list[GroupingScore]:
        if missing := [grouping for grouping in groupings if grouping not in self.groupings]:
            raise ScoreError(f"this figure needs the groupings {', '.join(missing)}, which were not scored")
        return [self.groupings[grouping] for grouping in groupings]


def wheel_scores(
    gold: Sequence[Collection[str]],
    predicted: Sequence[Collection[str]],
    wheels: Wheels,
    *,
    groupings: Sequence[str] = GROUPINGS,
    strict_coverage: bool = False,
) -> WheelScores:
    """Score predicted label lists against gold ones, sample by sample in the same order.

    Shape (samples,) each. In each grouping both lists become sets of names, G and Y. Published rules: labels without a
    name are dropped; a sample with empty G is skipped; P = |G∩Y|/|Y| (0 where Y is empty), R = |G∩Y|/|G|.

    `strict_coverage` is ours. The published rules are blind to what the wheels lack: "neutral" has
    no name anywhere, so that neutral samples never count. Here neutral is a name of its own in every
    grouping, and each further gold label without a name is a miss: it counts in |G| and cannot be hit.

    A million samples with the five groupings of F_s (`LEVEL_1`) take about a second. Raises `ScoreError`
    for unequal or no samples, unknown groupings, and labels that are no words.

    >>> tables = Wheels.from_tables(
    ...     "mine", [("sad", "sad,sadly")], [("Lonely", "sad")], [[("Sad", "Lonely", "Isolated")]]
    ... )
    >>> scores = wheel_scores([["sad"], ["neutral"]], [["sadly", "odd"], []], tables, groupings=["M3-W1-L1"])
    >>> score = scores.groupings["M3-W1-L1"]
    >>> score.f1, score.kept, score.skipped, score.gold_coverage
    (1.0, 1, 1, 0.5)
    """
    check_paired(gold, predicted)
    if not groupings or set(groupings) - set(GROUPINGS):
        raise ScoreError(f"groupings are some of {', '.join(GROUPINGS)}, not {', '.join(groupings) or 'none'}")
    vocabulary = Vocabulary()
    golds, predictions = label_lists(gold, vocabulary), label_lists(predicted, vocabulary)
    bits = as_bits({grouping: names(vocabulary.words, grouping, wheels, strict_coverage) for grouping in groupings})
    scores = {
        grouping: _score(overlap, golds, predictions, bits.mapped(grouping), strict_coverage)
        for grouping, overlap in overlaps(golds, predictions, bits).items()
    }
    return WheelScores(wheels.edition, strict_coverage, len(gold), scores)


def names(words: Sequence[str], grouping: str, wheels: Wheels, strict_coverage: bool) -> list[str | None]:
    """The name of each word in a grouping, None where it has none; with strict coverage neutral has one."""
    return [NEUTRAL if strict_coverage and word == NEUTRAL else wheels.group(word, grouping) for word in words]


def _score(
    overlap: Overlap, gold: LabelLists, predicted: LabelLists, mapped: NDArray[np.bool_], strict_coverage: bool
) -> GroupingScore:
    wanted = overlap.gold + gold.count(~mapped) if strict_coverage else overlap.gold
    kept = int(np.count_nonzero(wanted))
    return GroupingScore(
        # Where nothing is wanted nothing is common, so that skipped samples add 0 to the sums.
        precision=_share(overlap.common / np.maximum(overlap.predicted, 1), kept),
        recall=_share(overlap.common / np.maximum(wanted, 1), kept),
        kept=kept,
        skipped=len(wanted) - kept,
        gold_coverage=gold.share(mapped),
        predicted_coverage=predicted.share(mapped),
    )


def _share(parts: NDArray[np.float64], kept: int) -> float:
    return float(parts.sum() / kept) if kept else float("nan")


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
