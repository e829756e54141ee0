"""HIT: does an open-vocabulary answer contain the one basic emotion that a corpus annotates?

MER-UniBench (Lian et al., "AffectGPT", ICML 2025) scores MER2023, MER2024, MELD and IEMOCAP with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.metrics.emotion_wheel import names
from sentio.metrics.label_sets import Overlap, Vocabulary, as_bits, check_paired, label_lists, overlaps
from sentio.metrics.wheels import LEVEL_1, Wheels


@dataclass(frozen=True)
class WheelHits:
    """Means over the kept samples of one wheel, in 0..1 (NaN where none is kept).

    `hit_rate` is the share of samples whose gold name is among the predicted ones; `m_score` gives each hit
    1/k where k of the predicted names are names of gold labels of the corpus, so that naming all of them
    does not pay. `kept` samples have a gold label that the wheel knows, `skipped` ones do not.
    """

    hit_rate: float
    m_score: float
    kept: int
    skipped: int


@dataclass(frozen=True)
class HitRate:
    """Hits in the five wheels, in order. `edition` names the tables that were used."""

    edition: str
    strict_coverage: bool
    wheels: tuple[WheelHits, ...]

    @property
    def hit(self) -> float:
        """HIT, range 0..1: the mean of the wheels' hit rates."""
        return float(np.mean([wheel.hit_rate for wheel in self.wheels]))

    @property
    def m_score(self) -> float:
        """The mean of the wheels' m-scores, range 0..1."""
        return float(np.mean([wheel.m_score for wheel in self.wheels]))


def hit_rate(
    gold: Sequence[str], predicted: Sequence[Collection[str]], wheels: Wheels, *, strict_coverage: bool = False
) -> HitRate:
    """Score predicted label lists against one gold label a sample, in the same order.

    Shape (samples,) each. Labels are grouped at level 1 of each wheel. By the published rules a sample whose gold label
    a wheel lacks is skipped in it: neutral in all five, disgust in two, surprise in one. So HIT is no accuracy: it is
    blind to neutral (42 % of MELD's training part). `strict_coverage` is ours: neutral is a name of its own, and
    another gold label without a name is a miss.

    Raises `ScoreError` for unequal or no samples, and labels that are no words.

    >>> sad, glad = [("Sad", "Lonely", "Isolated")], [("Glad", "Merry", "Jolly")]
    >>> tables = Wheels.from_tables(
    ...     "mine", [("sad", "sad,sadly"), ("glad", "glad")], [("Sad", "sad", "Glad", "glad")], [sad + glad] * 5
    ... )
    >>> score = hit_rate(["sad", "glad", "neutral"], [["sadly", "glad"], ["sad"], []], tables)
    >>> score.hit, score.m_score, score.wheels[0].kept, score.wheels[0].skipped
    (0.5, 0.25, 2, 1)
    """
    check_paired(gold, predicted)
    vocabulary = Vocabulary()
    golds = label_lists([(label,) for label in gold], vocabulary)
    gold_words = len(vocabulary.words)
    predictions = label_lists(predicted, vocabulary)
    of_gold = {}
    for grouping in LEVEL_1:
        named = names(vocabulary.words, grouping, wheels, strict_coverage)
        candidates = set(named[:gold_words])
        of_gold[grouping] = [name if name in candidates else None for name in named]
    in_wheels = overlaps(golds, predictions, as_bits(of_gold))
    return HitRate(
        wheels.edition, strict_coverage, tuple(_hits(overlap, strict_coverage) for overlap in in_wheels.values())
    )


def _hits(overlap: Overlap, strict_coverage: bool) -> WheelHits:
    kept = np.ones_like(overlap.gold, dtype=bool) if strict_coverage else overlap.gold > 0
    count = int(kept.sum())
    common = overlap.common[kept]
    return WheelHits(
        hit_rate=float(common.mean()) if count else float("nan"),
        m_score=float((common / np.maximum(overlap.predicted[kept], 1)).mean()) if count else float("nan"),
        kept=count,
        skipped=len(kept) - count,
    )
