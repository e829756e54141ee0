"""How well, and how evenly, a supporter chooses strategies: proficiency Q, preference p and bias B.

Kang et al., "Can Large Language Models be Good Emotional Supporter?", ACL 2024. Q asks whether the right
strategy is chosen, B whether some strategies are chosen too readily. Neither is quality alone: a rule that
repeats the strategy of the turn before has a lower B than any prompted model of the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError

Floats = NDArray[np.float64]

# The released script stops after so many sweeps, converged or not.
OFFICIAL_SWEEPS = 20
TOLERANCE = 1e-13
MOST_SWEEPS = 2_000


@dataclass(frozen=True)
class Preference:
    """Bradley–Terry strengths, shape (classes,), mean 1 over the classes compared, and their spread `bias`.

    A strength above 1 is a class the system prefers more than it should, below 1 one it neglects, 0 one it
    never predicts. `bias` is their population standard deviation; 0 is ideal. `excluded` lists the classes that
    were never mistaken for another nor another for them: nothing can be said, their strength is NaN.
    """

    strengths: Floats
    bias: float
    excluded: tuple[int, ...] = ()


def prediction_counts(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts of shape (classes, classes) in the order of `labels`: rows predicted, columns gold.

    Raises `ScoreError` for unequal lengths, nothing at all, and a name that is not in `labels`.

    >>> prediction_counts(["question", "others"], ["question", "question"], ["question", "others"])
    array([[1, 1],
           [0, 0]])
    """
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(predicted)} predictions for {len(gold)} gold labels")
    if not gold:
        raise ScoreError("nothing to score")
    place = {label: index for index, label in enumerate(labels)}
    if len(place) != len(labels):
        raise ScoreError("a label is listed twice")
    if unknown := sorted({*gold, *predicted} - place.keys()):
        raise ScoreError(f"{unknown[0]!r} is not one of the labels: {', '.join(labels)}")
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, ([place[p] for p in predicted], [place[g] for g in gold]), 1)
    return counts


def proficiency(counts: ArrayLike, *, compat: Literal["official"] | None = None) -> float:
    """Proficiency Q, range 0..1: macro-F1 over all classes; `counts` has rows predicted, columns gold.

    A class that is neither gold nor predicted scores 0. The released scorer leaves such a class out of the
    mean, so that its Q rises where rare strategies are missing: `compat="official"`.

    >>> round(proficiency([[3, 1], [1, 1]]), 4)
    0.625
    """
    table = _checked(counts)
    total = table.sum(axis=0) + table.sum(axis=1)
    f1 = np.divide(2 * table.diagonal(), total, out=np.zeros(len(table)), where=total > 0)
    return float(f1[total > 0].mean() if compat else f1.mean())


def preference(counts: ArrayLike, *, smoothing: float = 0.0, compat: Literal["official"] | None = None) -> Preference:
    """Which classes a system prefers: Bradley–Terry strengths p and bias B from counts (rows predicted, columns gold).

    Class i wins against j when i is predicted where j is gold. Sweeps over the classes, in place:
    p_i <- [sum_j w_ij p_j/(p_i+p_j)] / [sum_j w_ji/(p_i+p_j)], divided by the geometric mean of the non-zero p
    (Newman's iteration, as in the released `metrics.py`); at the end the p of the compared classes sum to their number.
    `smoothing` is added to every count off the diagonal.

    No confusion at all, a perfect predictor, is no preference: p = 1, B = 0. Raises `ScoreError` where no finite
    strengths exist: a class that is mistaken for others but never the reverse, or a sweep that does not converge.

    The released script divides 0 by 0 for perfect predictors and wherever two classes are never predicted, and
    answers NaN or infinity; it also stops after 20 sweeps. `compat="official"` does the same.

    >>> preference([[5, 2], [1, 5]]).strengths.round(3)
    array([1.333, 0.667])
    """
    table = _checked(counts)
    if not (np.isfinite(smoothing) and smoothing >= 0):
        raise ScoreError(f"smoothing must be 0 or more, not {smoothing}")
    wins = table + smoothing
    np.fill_diagonal(wins, 0)
    if compat:
        with np.errstate(divide="ignore", invalid="ignore"):
            return _scaled(_official(wins), np.ones(len(wins), dtype=bool))
    won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
    compared = won | lost
    if not compared.any():
        return Preference(np.ones(len(wins)), 0.0)
    if (won & ~lost).any():
        raise ScoreError(
            f"class {int((won & ~lost).argmax())} is predicted in place of others but never the reverse: "
            "its strength is infinite; set smoothing"
        )
    strengths = np.full(len(wins), np.nan)
    strengths[compared] = _converged(wins[np.ix_(compared, compared)])
    return _scaled(strengths, compared)


def _checked(counts: ArrayLike) -> Floats:
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ScoreError(f"counts must be a square table, not of shape {table.shape}")
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise ScoreError("counts must be finite and not negative")
    if table.sum() == 0:
        raise ScoreError("nothing to score")
    return table


def _converged(wins: Floats) -> Floats:
    strengths = np.ones(len(wins))
    for _ in range(MOST_SWEEPS):
        before = strengths / strengths.sum()
        strengths = _sweep(wins, strengths)
        if np.abs(strengths / strengths.sum() - before).max() < TOLERANCE:
            return strengths
    raise ScoreError("some classes only ever win or lose against others: no finite strengths; set smoothing")


def _sweep(wins: Floats, strengths: Floats) -> Floats:
    """One pass over the classes; two classes without strength have not met, whatever 0/0 says."""
    p = strengths.copy()
    for i in range(len(p)):
        pair = p[i] + p
        share = np.divide(1.0, pair, out=np.zeros(len(p)), where=pair > 0)
        losses = wins[:, i] @ share
        p[i] = (wins[i] * p) @ share / losses if losses > 0 else 0.0
    if not p.any():
        raise ScoreError("some classes only ever win or lose against others: no finite strengths; set smoothing")
    return _over_geometric_mean(p)


def _official(wins: Floats) -> Floats:
    """The released sweeps, with their divisions by zero."""
    p = np.ones(len(wins))
    for _ in range(OFFICIAL_SWEEPS):
        for i in range(len(p)):
            others = np.arange(len(p)) != i
            pair = (p[i] + p)[others]
            p[i] = (wins[i, others] * (p[others] / pair)).sum() / (wins[others, i] * (1 / pair)).sum()
        p = _over_geometric_mean(p)
    return p


def _over_geometric_mean(p: Floats) -> Floats:
    # In logs: the product of many small strengths would underflow. Zeros stay zeros and are left out.
    positive = p > 0
    return p / np.exp(np.log(p[positive]).mean()) if positive.any() else p


def _scaled(strengths: Floats, compared: NDArray[np.bool_]) -> Preference:
    strengths = strengths * compared.sum() / strengths[compared].sum()
    excluded = tuple(int(index) for index in np.flatnonzero(~compared))
    return Preference(strengths, float(strengths[compared].std()), excluded)
