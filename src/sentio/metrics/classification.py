"""Scores of single-label predictions, as functions of the counts of `sentio.metrics.confusion`.

Each takes counts of shape (..., C, C + 1) and gives shape (...), range 0..1, so that a thousand resamples cost
one call. A ratio with nothing below the line is 0, and averages over classes run over the whole label space: a
class that never occurs has F1 0, and scores of two systems, or of two samples, are averages of the same classes.

>>> from sentio.metrics.confusion import confusion
>>> table = confusion(["joy", "joy", "anger", "fear"], ["joy", "anger", "anger", "joy"], ["anger", "fear", "joy"])
>>> {measure.__name__: round(table.score(measure), 4) for measure in (accuracy, weighted_f1, macro_f1, uar)}
{'accuracy': 0.5, 'weighted_f1': 0.4167, 'macro_f1': 0.3889, 'uar': 0.5}
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.confusion import Confusion, Counts, Measure, Scores

Compat = Literal["official"]


def accuracy(counts: Counts) -> Scores:
    """Share of rows that are right, range 0..1: all N rows stand below the line, those answered outside the space, too.

    Work on speech calls it weighted average recall (WAR): each class's recall weighted by its frequency
    (Schuller et al., INTERSPEECH 2009 Emotion Challenge).
    """
    return _ratio(_hits(counts).sum(axis=-1), _total(counts))


def precision(counts: Counts) -> Scores:
    """Precision of each class, shape (..., C), range 0..1 (van Rijsbergen, 1979); 0 for a class never predicted."""
    return _ratio(_hits(counts), _predicted(counts))


def recall(counts: Counts) -> Scores:
    """Recall of each class, shape (..., C), range 0..1 (van Rijsbergen, 1979); 0 for a class that does not occur."""
    return _ratio(_hits(counts), _support(counts))


def f1(counts: Counts) -> Scores:
    """F1 of each class, shape (..., C), range 0..1: the harmonic mean of precision and recall (van Rijsbergen, 1979).

    A class that neither occurs nor is predicted scores 0, as in scikit-learn's default.
    """
    return _ratio(2 * _hits(counts), _support(counts) + _predicted(counts))


def uar(counts: Counts) -> Scores:
    """Unweighted average recall, range 0..1: the mean over the classes that occur in gold, chance 1/C.

    The convention of Schuller et al., INTERSPEECH 2009 Emotion Challenge, and of Omni-Emotion's scorer:
    a class that is predicted but never occurs does not lower it.
    """
    return _ratio(recall(counts).sum(axis=-1), (_support(counts) > 0).sum(axis=-1))


def macro_precision(counts: Counts, *, compat: Compat | None = None) -> Scores:
    """Mean precision over the whole label space, range 0..1, as in scikit-learn with `labels=` and zero_division 0.

    `compat="official"` is the scorer of WASSA 2022's emotion track: a class that occurs but is never predicted
    has precision 1, so that saying nothing pays (one class of seven predicted: .9090 instead of .0519), and
    classes that neither occur nor are predicted are left out. Its macro-F1 is not affected.
    """
    if compat is None:
        return _macro(precision(counts))
    silent = (_support(counts) > 0) & (_predicted(counts) == 0)
    met = (_support(counts) > 0) | (_predicted(counts) > 0)
    return _ratio((precision(counts) + silent).sum(axis=-1), met.sum(axis=-1))


def macro_f1(counts: Counts) -> Scores:
    """Mean F1 over the whole label space, range 0..1: the mean of F1s, not the F1 of means (as in scikit-learn)."""
    return _macro(f1(counts))


def weighted_precision(counts: Counts) -> Scores:
    """Precision averaged by how often each class occurs in gold, range 0..1, as in scikit-learn."""
    return _weighted(precision(counts), _support(counts), counts)


def weighted_f1(counts: Counts, *, compat: Compat | None = None) -> Scores:
    """F1 averaged by how often each class occurs in gold, range 0..1, as in scikit-learn.

    The headline of emotion recognition in conversation.
    `compat="official"` is the scorer of PELD (personality-affected emotion transition), which hands gold and
    predictions over in the wrong order, so that the weights are the frequencies of the *predictions*: answering
    "neutral" always scores .5981 on its validation triples instead of .2552. Macro-F1 is the same either way.
    """
    weights = _support(counts) if compat is None else _predicted(counts)
    return _weighted(f1(counts), weights, counts)


def micro_f1(counts: Counts) -> Scores:
    """F1 over all decisions, range 0..1. Each row is one decision, so this is `accuracy`.

    An answer outside the space is a false alarm as any wrong answer is: five right ones and five outside
    score 1/2. Scorers that ask scikit-learn for `labels=` do not see it as one, and give 2/3.
    """
    return _micro(counts, np.arange(counts.shape[-2]))


def micro_f1_without(excluded: Collection[str], classes: Sequence[str]) -> Measure:
    """Micro-F1, range 0..1, over all classes but some: DailyDialog without neutral, EmoContext without "others".

    Rows of the excluded classes stay: one that is taken for joy is a false alarm of joy, and joy that is taken
    for neutral is a miss (Chatterjee et al., SemEval-2019 task 3). An answer outside the space is a false alarm
    on every row, for it is none of the excluded classes, and on a row of another class a miss, too; with nothing
    excluded this is `micro_f1`. Raises `ScoreError` for a name that is no class, and where none is left.

    >>> from sentio.metrics.confusion import confusion
    >>> classes = ["angry", "others"]
    >>> table = confusion(["angry", "others", "others"], ["angry", "angry", "others"], classes)
    >>> round(table.score(micro_f1_without(["others"], classes)), 4)
    0.6667
    """
    if isinstance(excluded, str):
        raise ScoreError(f"excluded classes are a collection of names, not one string: {excluded!r}")
    if unknown := sorted(str(name) for name in excluded if name not in classes):
        raise ScoreError(f"excluded from the average but no class: {', '.join(unknown)}")
    kept = np.array([code for code, label in enumerate(classes) if label not in excluded], dtype=np.intp)
    if not kept.size:
        raise ScoreError("every class is excluded from the average")

    def measure(counts: Counts) -> Scores:
        return _micro(counts, kept)

    return measure


@dataclass(frozen=True)
class ClassScores:
    """How one class fares: scores in 0..1, `support` how often it occurs in gold, `predicted` how often it is said."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


def per_class(table: Confusion) -> tuple[ClassScores, ...]:
    """The scores of each class, in the order of the label space: `precision`, `recall` and `f1` of one table.

    >>> from sentio.metrics.confusion import confusion
    >>> per_class(confusion(["joy", "anger"], ["joy", "joy"], ["joy", "anger"]))[0]
    ClassScores(label='joy', precision=0.5, recall=1.0, f1=0.6666666666666666, support=1, predicted=2)
    """
    counts = table.counts
    columns = (precision(counts), recall(counts), f1(counts), _support(counts), _predicted(counts))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(ClassScores(label, *row) for label, row in zip(table.classes, rows, strict=True))


def _hits(counts: Counts) -> Counts:
    hits: Counts = counts.diagonal(axis1=-2, axis2=-1)
    return hits


def _support(counts: Counts) -> Counts:
    support: Counts = counts.sum(axis=-1)
    return support


def _predicted(counts: Counts) -> Counts:
    predicted: Counts = counts[..., :-1].sum(axis=-2)
    return predicted


def _total(counts: Counts) -> Counts:
    total: Counts = counts.sum(axis=(-2, -1))
    return total


def _macro(scores: Scores) -> Scores:
    return _ratio(scores.sum(axis=-1), np.array(scores.shape[-1]))


def _micro(counts: Counts, kept: NDArray[np.intp]) -> Scores:
    hits, marks = _hits(counts)[..., kept], (_support(counts) + _predicted(counts))[..., kept]
    outside = counts[..., -1].sum(axis=-1)
    return _ratio(2 * hits.sum(axis=-1), marks.sum(axis=-1) + outside)


def _weighted(scores: Scores, weights: Counts, counts: Counts) -> Scores:
    return _ratio((scores * weights).sum(axis=-1), _total(counts))


def _ratio(above: Counts | NDArray[np.bool_], below: Counts) -> Scores:
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    quotient: Scores = np.divide(above, below, out=np.zeros(shape), where=np.asarray(below) > 0)
    return quotient
