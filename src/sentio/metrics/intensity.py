"""EmoNet-Voice's metrics: emotion intensities on one scale of 0..10, and fine emotions read as coarse ones.

The paper is arXiv 2506.09827. One clip asks for the intensity of one emotion; a system may refuse.

>>> to_ten([0, 1, 2], "rater")
array([ 0.,  5., 10.])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sentio.errors import ScoreError
from sentio.metrics.correlation import Answers, RegressionScores, score_regression
from sentio.metrics.inputs import check_texts, numbers
from sentio.metrics.votes import Floats, Labels

Scale = Literal["rater", "head", "hume", "language model"]

TOP: dict[Scale, float] = {"rater": 2, "head": 4, "hume": 1, "language model": 10}
"""The upper end of each scale of the paper; the lower end is 0, and 10 is where all of them are brought."""

METRICS = ("pearson", "spearman", "ccc", "mae", "rmse")
"""What `score_categories` averages over the emotions."""

LENIENCE = 1.5
"""A fine emotion counts as present above this many times the uniform probability (the paper's)."""


def to_ten(intensities: Answers, scale: Scale) -> Floats:
    """Intensities of one of the paper's scales on 0..10, of the same shape; a refusal (None, NaN) is NaN.

    Raises `ScoreError` for another scale, and an intensity outside its own: a regression head's is to be clipped
    before.

    >>> to_ten([4, None], "head"), to_ten([0.37], "hume").round(2)
    (array([10., nan]), array([3.7]))
    """
    given = numbers(intensities, "intensities")
    if scale not in TOP:
        raise ScoreError(f"scales are {', '.join(TOP)}, not {scale!r}")
    if given.size and (np.nanmin(given, initial=0) < 0 or np.nanmax(given, initial=0) > TOP[scale]):
        raise ScoreError(f"intensities of a {scale} are 0 to {TOP[scale]:g}")
    return given * (10 / TOP[scale])


@dataclass(frozen=True)
class CategoryScores:
    """Scores of each emotion, and their mean over the emotions for which the metric is defined.

    `mean.items` and `mean.refusals` are of all items together. NaN is a metric that no emotion has.
    """

    by_category: dict[str, RegressionScores]
    mean: RegressionScores


def score_categories(gold: ArrayLike, predicted: Answers, categories: Sequence[str]) -> CategoryScores:
    """`score_regression` for each emotion apart: `categories` names the one that each item asks for.

    All three have the shape (items,). An emotion that the system never answers has NaN metrics and is no part of
    their mean; its refusals count (arXiv 2506.09827). Raises `ScoreError` for unequal lengths, categories without a
    name, and as `score_regression`.

    >>> scores = score_categories([0, 5, 10, 0], [0, 5, 5, None], ["joy", "joy", "joy", "awe"])
    >>> round(scores.by_category["joy"].pearson, 3), scores.by_category["awe"].pearson, scores.mean.refusals
    (0.866, nan, 0.25)
    """
    wanted, found = np.atleast_1d(numbers(gold, "gold")), np.atleast_1d(numbers(predicted, "predictions"))
    check_texts(categories, "categories")
    if not len(wanted) == len(found) == len(categories):
        raise ScoreError(f"{len(wanted)} gold scores, {len(found)} predictions, {len(categories)} categories")
    names = sorted(set(categories))
    if not names:
        raise ScoreError("no items")
    place = {name: index for index, name in enumerate(names)}
    places = np.fromiter(map(place.__getitem__, categories), np.int64, len(categories))
    groups = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])
    scores = {name: score_regression(wanted[rows], found[rows]) for name, rows in zip(names, groups, strict=True)}
    means = (_defined_mean([getattr(each, metric) for each in scores.values()]) for metric in METRICS)
    return CategoryScores(scores, RegressionScores(len(wanted), float(np.isnan(found).mean()), *means))


def lenient_accuracy(intensities: ArrayLike, coarse: Sequence[str | None], gold: Sequence[str]) -> float:
    """The paper's zero-shot accuracy, 0..1: right where the true coarse label is among those present.

    `intensities` has the shape (clips, fine emotions); `coarse` is the label each fine emotion stands
    for, None for one that stands for none. The softmax goes over those that stand for one, and a label is
    present where any of its emotions exceeds `LENIENCE` times uniform. Several labels may be present, so
    it is no accuracy to set beside that of one answer a clip: report `strict_accuracy`, too. Raises
    `ScoreError` for shapes that do not fit, NaN, and gold that no emotion stands for.

    >>> lenient_accuracy([[2.0, 1.9, 0.0, 0.0]], ["joy", "fear", "joy", "calm"], ["fear"])
    1.0
    """
    mass, places, wanted = _mapped(intensities, coarse, gold)
    present = mass > LENIENCE / mass.shape[1]
    return float((present & (places == wanted[:, None])).any(axis=1).mean())


def strict_accuracy(
    intensities: ArrayLike,
    coarse: Sequence[str | None],
    gold: Sequence[str],
    *,
    pooling: Literal["sum", "max"] = "sum",
) -> float:
    """Accuracy, 0..1, with one answer a clip: the coarse label with the most probability.

    The softmax is that of `lenient_accuracy`; a label's probability is the sum of its emotions', or the
    largest. Of equal labels the one first in `coarse` is the answer. Our own, beside the paper's lenient
    one. Raises `ScoreError` as that, and for another pooling.

    >>> strict_accuracy([[2.0, 1.9, 0.0, 0.0]], ["joy", "fear", "joy", "calm"], ["fear"])
    0.0
    """
    if pooling not in {"sum", "max"}:
        raise ScoreError(f"a label's probability is the sum or the max of its emotions', not {pooling!r}")
    mass, places, wanted = _mapped(intensities, coarse, gold)
    groups = [mass[:, places == place] for place in range(places.max() + 1)]
    pooled = np.stack([each.sum(axis=1) if pooling == "sum" else each.max(axis=1) for each in groups], axis=1)
    return float((pooled.argmax(axis=1) == wanted).mean())


def presence_patterns(ratings: ArrayLike) -> dict[str, int]:
    """How raters split over whether an emotion is present at all: '2:1 absent' -> clips, most frequent first.

    The agreement classes of EmoNet-Voice (arXiv 2506.09827), whose clips have two to four raters. `ratings` has the
    shape (clips, raters), 0 absent, above 0 present, NaN for no rating. The larger side comes first; an even split
    has no side. Raises `ScoreError` for a negative rating and a clip without one.

    >>> presence_patterns([[1, 2, 1], [0, 0, 1], [1, 0, float("nan")]])
    {'1:1': 1, '2:1 absent': 1, '3:0 present': 1}
    """
    given = numbers(ratings, "ratings")
    if given.ndim != 2 or not given.size or (given < 0).any() or np.isnan(given).all(axis=1).any():
        raise ScoreError("ratings need the shape (clips, raters), from 0 up, one or more for every clip")
    splits = np.stack([(given > 0).sum(axis=1), (given == 0).sum(axis=1)], axis=1)
    size = given.shape[1] + 1
    clips = np.bincount(splits @ [size, 1])
    patterns = {}
    for code in sorted(np.flatnonzero(clips).tolist(), key=lambda code: -clips[code]):
        present, absent = divmod(code, size)
        side = "" if present == absent else " present" if present > absent else " absent"
        patterns[f"{max(present, absent)}:{min(present, absent)}{side}"] = int(clips[code])
    return patterns


def _defined_mean(values: Sequence[float]) -> float:
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")


def _mapped(intensities: ArrayLike, coarse: Sequence[str | None], gold: Sequence[str]) -> tuple[Floats, Labels, Labels]:
    """Softmax over the fine emotions that stand for a coarse label, their labels' places, and gold's."""
    given = numbers(intensities, "intensities")
    check_texts(gold, "gold")
    if given.shape != (len(gold), len(coarse)) or not given.size:
        raise ScoreError(f"{len(gold)} clips and {len(coarse)} emotions, but intensities of shape {given.shape}")
    labels = list(dict.fromkeys(label for label in coarse if label is not None))
    strange = set(gold) - set(labels)
    if strange:
        raise ScoreError(f"no emotion stands for the gold label {min(strange)!r}")
    mapped = given[:, [label is not None for label in coarse]]
    if not np.isfinite(mapped).all():
        raise ScoreError("intensities hold NaN or an infinite number; leave out the emotions a system never answers")
    raised = np.exp(mapped - mapped.max(axis=1, keepdims=True))
    place = {label: index for index, label in enumerate(labels)}
    places = np.array([place[label] for label in coarse if label is not None])
    wanted = np.array([place[label] for label in gold])
    mass: Floats = raised / raised.sum(axis=1, keepdims=True)
    return mass, places, wanted
