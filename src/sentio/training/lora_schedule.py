"""The learning rate of a tuning: up in a straight line, then down to nothing, once over all phases of a curriculum.

>>> [round(rate(step, phases=(10,), warmup=0.2), 3) for step in (0, 1, 2, 6, 10)]
[0.0, 0.5, 1.0, 0.5, 0.0]
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil


def rate(step: int, phases: Sequence[int], warmup: float) -> float:
    """The share of the full learning rate at an update; `phases` are the updates of each phase.

    One phase is one schedule; with several it starts again with each of them, as in the code released with
    PRC-Emo, whose phases are trainings of their own. Warm-up takes the share `warmup` of a phase, rounded up.

    >>> [round(rate(step, phases=(4, 4), warmup=0.25), 2) for step in range(9)]
    [0.0, 1.0, 0.67, 0.33, 0.0, 1.0, 0.67, 0.33, 0.0]
    """
    phase = 0
    while phase < len(phases) - 1 and step >= phases[phase]:
        step -= phases[phase]
        phase += 1
    ramp = ceil(warmup * phases[phase])
    if step < ramp:
        return step / ramp
    return max(0.0, (phases[phase] - step) / max(phases[phase] - ramp, 1))


def updates(steps: Sequence[int], accumulation: int) -> tuple[int, ...]:
    """Updates of each phase of so many rows; one that begins in a phase belongs to it.

    >>> updates((5, 6), accumulation=4)
    (2, 1)
    """
    ends, total = [0], 0
    for rows in steps:
        total += rows
        ends.append(ceil(total / accumulation))
    return tuple(after - before for before, after in pairwise(ends))
