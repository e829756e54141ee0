"""How well, and how evenly, a supporter chooses strategies: proficiency Q, preference p and bias B.

Kang et al., "Can Large Language Models be Good Emotional Supporter?", ACL 2024. Q asks whether the right
strategy is chosen, B whether some strategies are chosen too readily. Neither is quality alone: a rule that
repeats the strategy of the turn before has a lower B than any prompted model of the paper.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.classification import f1, macro_f1
from sentio.metrics.confusion import Confusion

Floats = NDArray[np.float64]

# The released script stops after so many sweeps, converged or not.
OFFICIAL_SWEEPS = 20
TOLERANCE = 1e-13
MOST_SWEEPS = 2_000
NO_STRENGTHS = "some strategies only ever win or lose against others: no finite strengths; set smoothing"


@dataclass(frozen=True)
class Preference:
    """Bradley–Terry strengths, shape (classes,), mean 1 over the strategies compared, and their spread `bias`.

    A strength above 1 is a strategy the system prefers more than it should, below 1 one it neglects, 0 one it
    never predicts, or only in place of such. `bias` is their population standard deviation; 0 is ideal. `excluded`
    names the strategies that were never mistaken for another nor another for them: nothing can be said, their
    strength is NaN.
    """

    strengths: Floats
    bias: float
    excluded: tuple[str, ...] = ()


def proficiency(table: Confusion, *, compat: Literal["official"] | None = None) -> float:
    """Proficiency Q (Kang et al., ACL 2024), range 0..1: macro-F1 over all strategies of a table.

    A strategy that is neither gold nor predicted scores 0, a prediction outside the strategies is a miss. The
    released scorer leaves absent strategies out of the mean, so that its Q rises where rare ones are missing, and
    refuses predictions outside: `compat="official"`, which raises `ScoreError` for the latter.

    >>> from sentio.metrics.confusion import confusion
    >>> round(proficiency(confusion(["ask", "ask", "tell"], ["ask", "tell", "tell"], ["ask", "tell"])), 4)
    0.6667
    """
    if not compat:
        return float(macro_f1(table.counts))
    _refuse_outside(table)
    present = table.counts.sum(axis=1) + table.counts[:, :-1].sum(axis=0) > 0
    return float(f1(table.counts)[present].mean())


def preference(table: Confusion, *, smoothing: float = 0.0, compat: Literal["official"] | None = None) -> Preference:
    """Which strategies a system prefers: Bradley–Terry strengths p, shape (classes,), and bias B, each 0 and up.

    Strategy i wins against j, w_ij times, when i is predicted where j is gold. Sweeps over the strategies, in place:
    p_i <- [sum_j w_ij p_j/(p_i+p_j)] / [sum_j w_ji/(p_i+p_j)], divided by the geometric mean of the non-zero p
    (Newman's iteration, as in the released `metrics.py`); at the end the p of those compared sum to their number.
    `smoothing` is added to every w_ij. Predictions outside the strategies win for none and do not count.

    No confusion at all, a perfect predictor, is no preference: p = 1, B = 0. Raises `ScoreError` where no finite
    strengths exist: a strategy that is predicted in place of others but never the reverse, or groups of strategies
    of which one always wins.

    The released script divides 0 by 0 for perfect predictors and wherever two strategies are never predicted, and
    answers NaN; it also stops after 20 sweeps and refuses predictions outside. `compat="official"` does the same.

    >>> from sentio.metrics.confusion import confusion
    >>> table = confusion(["ask", "ask", "tell", "tell"], ["ask", "tell", "ask", "ask"], ["ask", "tell"])
    >>> preference(table).strengths.round(3)
    array([1.333, 0.667])
    """
    if not (np.isfinite(smoothing) and smoothing >= 0):
        raise ScoreError(f"smoothing must be 0 or more, not {smoothing}")
    wins = table.counts[:, :-1].T.astype(np.float64) + smoothing
    np.fill_diagonal(wins, 0)
    if compat:
        _refuse_outside(table)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _scaled(_official(wins), np.ones(len(wins), dtype=bool), table.classes)
    won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
    compared = won | lost
    if not compared.any():
        return Preference(np.ones(len(wins)), 0.0)
    if (endless := won & ~lost).any():
        raise ScoreError(
            f"{table.classes[int(endless.argmax())]!r} is predicted in place of others but never the reverse: "
            "its strength is infinite; set smoothing"
        )
    strengths = np.full(len(wins), np.nan)
    strengths[compared] = _converged(wins[np.ix_(compared, compared)])
    return _scaled(strengths, compared, table.classes)


def _refuse_outside(table: Confusion) -> None:
    if table.outside:
        raise ScoreError(f"{table.outside} predictions are none of the strategies: the released scorer refuses them")


def _converged(wins: Floats) -> Floats:
    strengths = np.ones(len(wins))
    for _ in range(MOST_SWEEPS):
        before = strengths / strengths.sum()
        strengths = _sweep(wins, strengths)
        if np.abs(strengths / strengths.sum() - before).max() < TOLERANCE:
            return strengths
    raise ScoreError(NO_STRENGTHS)


def _sweep(wins: Floats, strengths: Floats) -> Floats:
    """One pass over the strategies; two of them without strength have not met, whatever 0/0 says."""
    p = strengths.copy()
    for i in range(len(p)):
        pair = p[i] + p
        share = np.divide(1.0, pair, out=np.zeros(len(p)), where=pair > 0)
        losses = wins[:, i] @ share
        p[i] = (wins[i] * p) @ share / losses if losses > 0 else 0.0
    if not p.any():
        raise ScoreError(NO_STRENGTHS)
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


def _scaled(strengths: Floats, compared: NDArray[np.bool_], classes: tuple[str, ...]) -> Preference:
    strengths = strengths * compared.sum() / strengths[compared].sum()
    excluded = tuple(name for name, met in zip(classes, compared, strict=True) if not met)
    return Preference(strengths, float(strengths[compared].std()), excluded)
