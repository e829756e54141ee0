"""Telling what was never trained on: detection of unknown items by a score, and K+1 classification.

A detector gives each item a score, high where the item looks like one of the K known classes. Known items are the
positives, as in MIntRec2.0 (ICLR 2024) and its released `utils/metrics.py`, whose faults `compat="official"` keeps.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import MissingExtra, ScoreError
from sentio.metrics.inputs import array, numbers

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

# The share of known items that must be accepted, for FPR95 and the official detection error.
ACCEPTED = 0.95


@dataclass(frozen=True)
class Detection:
    """How well scores separate known items from unknown ones; all in 0..1.

    `auroc`, `aupr_in` (known items are the positives) and `aupr_out` (unknown ones are) are best at 1;
    `fpr95`, the share of unknown items accepted at the highest threshold that accepts 95 % of the known, `eer`, where
    as many known are rejected as unknown accepted, and `der`, the smallest share of wrong decisions, at 0.
    """

    auroc: float
    aupr_in: float
    aupr_out: float
    fpr95: float
    eer: float
    der: float


@dataclass(frozen=True)
class OpenSet:
    """K known classes and one for all that is unknown: accuracy, and macro-F1 over the K, the one, and all K+1."""

    accuracy: float
    f1_known: float
    f1_open: float
    f1: float


def detection(known: ArrayLike, scores: ArrayLike, *, compat: Literal["official"] | None = None) -> Detection:
    """Separation of known from unknown items; `known` are marks, `scores` numbers, both of shape (items,).

    Figures in 0..1, as in MIntRec2.0 (ICLR 2024). AUPR is average precision (as scikit-learn advises), EER lies where
    the ROC curve, drawn with straight lines, meets FPR = FNR, DER = P(known)·FNR + P(unknown)·FPR at its smallest over
    all thresholds. Raises `ScoreError` for unequal lengths, scores that are not finite, and items of one kind only.

    The released scorer swaps the weights of DER and looks only where TPR >= .95, interpolates AUPR linearly, which is
    too high, counts equal scores one by one in whatever order the sort left them for FPR95, and gives for EER the
    FPR of the nearest threshold: `compat="official"`.

    >>> found = detection([True, True, False, False], [0.9, 0.4, 0.6, 0.1])
    >>> found.auroc, found.fpr95, found.eer, found.der
    (0.75, 0.5, 0.5, 0.25)
    """
    marks, values = _checked(known, scores)
    if compat:
        return _official(marks, values)
    hits, false = _curve(marks, values)
    tpr, fpr = hits / hits[-1], false / false[-1]
    # The same curve from its other end: unknown items, accepted as the threshold on -score falls.
    rejected, rejected_known = (false[-1] - false)[::-1], (hits[-1] - hits)[::-1]
    return Detection(
        auroc=float(np.trapezoid(tpr, fpr)),
        aupr_in=_average_precision(hits, false),
        aupr_out=_average_precision(rejected, rejected_known),
        fpr95=float(fpr[np.argmax(tpr >= ACCEPTED)]),
        eer=float(np.interp(1, tpr + fpr, fpr)),
        der=float((hits[-1] - hits + false).min() / len(marks)),
    )


def oscr(known: ArrayLike, scores: ArrayLike, correct: ArrayLike) -> float:
    """Area under the open-set classification rate curve, range 0..1 (Dhamija et al., NeurIPS 2018).

    Correct classification rate (known items classified correctly and scored above a threshold, over all known)
    against the share of unknown items scored above it. `correct` are marks of shape (items,); those of unknown items
    are not looked at. With every known item correct it is the AUROC. Raises `ScoreError` as `detection` does.

    >>> oscr([True, True, False], [0.9, 0.7, 0.2], [True, False, False])
    0.5
    """
    marks, values = _checked(known, scores)
    right = _marks(correct, "correct")
    if right.shape != marks.shape:
        raise ScoreError(f"{len(right)} marks of correctness for {len(marks)} items")
    hits, false = _curve(marks, values, right)
    return float(np.trapezoid(hits / marks.sum(), false / false[-1]))


def open_set(
    gold: ArrayLike, predicted: ArrayLike, known: int, *, compat: Literal["official"] | None = None
) -> OpenSet:
    """K+1 classification: ids 0..known-1 are the known classes, id `known` is unknown; arrays of shape (items,).

    F1 of a class that is neither gold nor predicted is 0. Raises `ScoreError` for unequal lengths, nothing at all,
    fewer than one known class and ids out of range.

    The released scorer takes the last row of a confusion matrix of the classes that occur: where no item is unknown,
    nor called so, it reports a known class as the open one, and absent classes do not count: `compat="official"`.

    >>> open_set([0, 1, 2, 2], [0, 1, 2, 1], known=2)
    OpenSet(accuracy=0.75, f1_known=0.8333333333333333, f1_open=0.6666666666666666, f1=0.7777777777777777)
    """
    if known < 1:
        raise ScoreError(f"an open set needs known classes, not {known}")
    right, chosen = _ids(gold, known, "gold"), _ids(predicted, known, "predicted")
    if len(right) != len(chosen):
        raise ScoreError(f"{len(chosen)} predictions for {len(right)} gold labels")
    hits = np.bincount(right[right == chosen], minlength=known + 1)
    total = np.bincount(right, minlength=known + 1) + np.bincount(chosen, minlength=known + 1)
    f1 = np.divide(2 * hits, total, out=np.zeros(known + 1), where=total > 0)
    if compat:
        f1 = f1[total > 0]
    f1_known = float(f1[:-1].mean()) if len(f1) > 1 else float("nan")
    return OpenSet(float(hits.sum() / len(right)), f1_known, float(f1[-1]), float(f1.mean()))


def _curve(positive: Marks, scores: Floats, counted: Marks | None = None) -> tuple[Floats, Floats]:
    """Positives (of them only those `counted`) and negatives at or above each distinct score, from none to all."""
    order = np.argsort(-scores)
    last_of_equals = np.append(np.diff(scores[order]) != 0, True)
    ranked = positive[order]
    hits = np.cumsum(ranked if counted is None else ranked & counted[order])[last_of_equals]
    false = np.cumsum(~ranked)[last_of_equals]
    return np.concatenate([[0.0], hits]), np.concatenate([[0.0], false])


def _average_precision(hits: Floats, false: Floats) -> float:
    """Precision at each threshold, weighted by the recall gained there."""
    precision = hits[1:] / (hits[1:] + false[1:])
    return float(np.diff(hits) @ precision / hits[-1])


def _official(known: Marks, scores: Floats) -> Detection:
    try:
        from sklearn.metrics import auc, precision_recall_curve, roc_curve
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None

    fpr, tpr, _ = roc_curve(known, scores)
    precision_in, recall_in, _ = precision_recall_curve(known, scores)
    precision_out, recall_out, _ = precision_recall_curve(~known, 1 - scores)
    share = known.mean()
    ranked = known[np.argsort(scores)[::-1]]
    stop = int(np.argmax(np.cumsum(ranked) / known.sum() >= ACCEPTED))
    errors = (1 - share) * (1 - tpr) + share * fpr
    return Detection(
        auroc=float(auc(fpr, tpr)),
        aupr_in=float(auc(recall_in, precision_in)),
        aupr_out=float(auc(recall_out, precision_out)),
        fpr95=float((~ranked[: stop + 1]).sum() / (~known).sum()),
        eer=float(fpr[np.nanargmin(np.abs(fpr - (1 - tpr)))]),
        der=float(errors[tpr >= ACCEPTED].min()),
    )


def _checked(known: ArrayLike, scores: ArrayLike) -> tuple[Marks, Floats]:
    marks, values = _marks(known, "known"), numbers(scores, "scores")
    if values.shape != marks.shape:
        raise ScoreError(f"scores of shape {values.shape} for {len(marks)} items")
    if not np.isfinite(values).all():
        raise ScoreError(f"the score of item {int((~np.isfinite(values)).argmax())} is not finite")
    if marks.all() or not marks.any():
        raise ScoreError("known and unknown items are both needed")
    return marks, values


def _marks(marks: ArrayLike, what: str) -> Marks:
    found = array(marks, what)
    if found.ndim != 1 or not (found.dtype == np.bool_ or np.isin(found, (0, 1)).all()):
        raise ScoreError(f"{what}: marks of shape (items,), true or false, are needed")
    return found.astype(np.bool_)


def _ids(ids: ArrayLike, known: int, what: str) -> NDArray[np.int64]:
    found = array(ids, what)
    if found.ndim != 1 or not len(found):
        raise ScoreError(f"{what}: class ids of shape (items,) are needed, at least one")
    if not np.issubdtype(found.dtype, np.integer) or found.min() < 0 or found.max() > known:
        raise ScoreError(f"{what}: class ids must be whole numbers from 0 to {known}, which is unknown")
    return found.astype(np.int64)
