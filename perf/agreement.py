"""Agreement and correlation over a million items, beside the packages that compute the same.

    python perf/agreement.py

Both sides run in turns and medians are compared. `krippendorff`, which holds a number for every item, class
and rater, is measured on fewer items and scaled. So is the plain loop over resamples beside Cronbach's bootstrap.

For times without the threads of linear algebra: OMP_NUM_THREADS=1 python perf/agreement.py
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import krippendorff
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score
from torchmetrics.functional.regression import concordance_corrcoef

from sentio.metrics import agreement, correlation, intensity, votes

CLASSES = ("neutral", "joy", "sadness", "anger", "fear", "disgust")
PEER_PART = 10
"""`krippendorff` gets one item in so many, Cronbach's bootstrap on both sides."""

RESAMPLES, PEER_RESAMPLES = 1000, 20
"""Of Cronbach's bootstrap, and of the plain loop's, whose time is scaled."""

Work = Callable[[], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="agreement beside its peers")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    print(f"{wanted.items:,} items; seconds, and how many times longer the peer takes")
    for name, ours, peer, scale in _beside(wanted.items):
        mine, theirs = _in_turns(ours, peer, wanted.repeats)
        print(f"{name:34}{mine:7.3f}{theirs * scale / mine:8.1f}")
    for name, work in _alone(wanted.items):
        print(f"{name:34}{_in_turns(work, work, wanted.repeats)[0]:7.3f}")


def _beside(items: int) -> list[tuple[str, Work, Work, float]]:
    random = np.random.default_rng(0)
    counts = random.multinomial(9, (0.4, 0.2, 0.15, 0.1, 0.1, 0.05), size=items)
    first, second = (random.choice(CLASSES, items).tolist() for _ in range(2))
    gold = random.normal(size=items)
    predicted = gold + random.normal(size=items)
    tensors = torch.tensor(predicted), torch.tensor(gold)
    few = counts[::PEER_PART]
    alpha = partial(krippendorff.alpha, value_counts=few, level_of_measurement="nominal", value_domain=range(6))
    continuous = gold[::PEER_PART, None] + random.normal(size=(len(few), 3))
    resampled = partial(agreement.cronbach_alpha, continuous, resamples=RESAMPLES)
    return [
        ("Krippendorff's alpha, nominal", lambda: agreement.krippendorff_alpha(counts, "nominal"), alpha, PEER_PART),
        ("Cohen's kappa, strings", lambda: agreement.cohen_kappa(first, second),
         lambda: cohen_kappa_score(first, second), 1),
        ("Spearman", lambda: correlation.spearman(gold, predicted), lambda: spearmanr(gold, predicted), 1),
        ("concordance", lambda: correlation.ccc(gold, predicted), lambda: concordance_corrcoef(*tensors), 1),
        ("Cronbach's bootstrap, a tenth", resampled, partial(_resample, continuous), RESAMPLES / PEER_RESAMPLES),
    ]  # fmt: skip


def _resample(scores: NDArray[np.float64]) -> list[float]:
    """Cronbach's alpha of resampled items, by definition."""
    random = np.random.default_rng(0)
    alphas = []
    for _ in range(PEER_RESAMPLES):
        rows = scores[random.integers(0, len(scores), len(scores))]
        raters = rows.shape[1]
        alphas.append(raters / (raters - 1) * (1 - rows.var(axis=0).sum() / rows.sum(axis=1).var()))
    return alphas


def _alone(items: int) -> list[tuple[str, Work]]:
    random = np.random.default_rng(0)
    counts = random.multinomial(9, (0.4, 0.2, 0.15, 0.1, 0.1, 0.05), size=items)
    ratings = random.integers(0, 3, size=(items, 3))
    gold = random.normal(size=items)
    answers = np.where(random.random(items) < 0.1, np.nan, gold + random.normal(size=items))
    emotions = random.choice([f"emotion {number}" for number in range(40)], items).tolist()
    return [
        ("majority, plurality, five sets", lambda: votes.evaluation_sets(counts)),
        ("Fleiss' kappa", lambda: agreement.fleiss_kappa(counts)),
        ("Cronbach's alpha, 1,000 resamples", lambda: agreement.cronbach_alpha(ratings)),
        ("every score, 10 % refused", lambda: correlation.score_regression(gold, answers)),
        ("every score of 40 emotions", lambda: intensity.score_categories(gold, answers, emotions)),
    ]


def _in_turns(ours: Work, peer: Work, repeats: int) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = [], []
    for _ in range(repeats):
        for work, each in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            work()
            each.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


if __name__ == "__main__":
    main()
