"""MER-UniBench's one number: the plain mean of nine primary scores (Lian et al., "AffectGPT", ICML 2025)."""

from collections.abc import Mapping
from math import fsum

import numpy as np

from sentio.errors import ScoreError
from sentio.metrics.inputs import numbers

PRIMARY: dict[str, str] = {
    "MER2023": "HIT",
    "MER2024": "HIT",
    "MELD": "HIT",
    "IEMOCAP": "HIT",
    "CMU-MOSI": "WAF",
    "CMU-MOSEI": "WAF",
    "CH-SIMS": "WAF",
    "CH-SIMS v2": "WAF",
    "OV-MERD+": "F_s",
}
"""Corpus -> its primary score: `hit_rate`, weighted F1 of the sentiment's sign, or `wheel_scores().f_s`."""


def mer_unibench_mean(scores: Mapping[str, float]) -> float:
    """The mean of the nine primary scores by corpus, in the unit they are given in (Lian et al., ICML 2025).

    Eight scores do not make a smaller benchmark: raises `ScoreError` where one is missing, unknown or not
    a finite number.

    >>> mer_unibench_mean(dict.fromkeys(PRIMARY, 0.5))
    0.5
    """
    if odd := sorted(set(PRIMARY) ^ set(scores)):
        raise ScoreError(f"MER-UniBench has the nine scores {', '.join(PRIMARY)}; missing or unknown: {', '.join(odd)}")
    for corpus, score in scores.items():
        if not np.isfinite(numbers(score, corpus)).all() or np.ndim(score):
            raise ScoreError(f"the score of {corpus} is {score}")
    return fsum(scores.values()) / len(PRIMARY)
