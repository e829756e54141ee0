"""Scores and resampling of a million predictions, beside scikit-learn on the same labels.

    python perf/metrics.py

Both sides start from the same strings and run in turns; medians are compared. scikit-learn's bootstrap draws
rows and scores them anew: it is measured on a few resamples of integer labels and scaled to all.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score

from sentio.metrics import classification, multilabel
from sentio.metrics.calibration import brier, expected_calibration_error
from sentio.metrics.confusion import confusion, encode_gold
from sentio.metrics.significance import compare, interval, outcomes, randomisation_p

CLASSES = ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")
RESAMPLES = 1000
PEER_RESAMPLES = 2
TURNS = 10
"""Utterances a dialogue."""

Work = Callable[[], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="metrics beside scikit-learn")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    gold, first, second = _labels(wanted.rows)
    print(f"{wanted.rows:,} predictions, {len(CLASSES)} classes")
    _beside_scikit_learn(gold, first, wanted.repeats)
    _alone(gold, first, second, wanted.repeats)


def _beside_scikit_learn(gold: list[str], predicted: list[str], repeats: int) -> None:
    table = confusion(gold, predicted, CLASSES)
    data = outcomes(gold, predicted, classes=CLASSES)
    ours: dict[str, Work] = {
        "weighted F1": lambda: confusion(gold, predicted, CLASSES).score(classification.weighted_f1),
        "confusion": lambda: confusion(gold, predicted, CLASSES),
        f"bootstrap, {RESAMPLES:,} resamples": lambda: interval(
            outcomes(gold, predicted, classes=CLASSES), classification.weighted_f1, draws=RESAMPLES
        ),
    }
    peers: dict[str, tuple[Work, float]] = {
        "weighted F1": (lambda: f1_score(gold, predicted, labels=CLASSES, average="weighted"), 1),
        "confusion": (lambda: confusion_matrix(gold, predicted, labels=CLASSES), 1),
        f"bootstrap, {RESAMPLES:,} resamples": (_peer_bootstrap(gold, predicted), RESAMPLES / PEER_RESAMPLES),
    }
    peer_f1 = f1_score(gold, predicted, labels=CLASSES, average="weighted")
    assert abs(table.score(classification.weighted_f1) - peer_f1) < 1e-12
    assert abs(interval(data, classification.weighted_f1, draws=RESAMPLES).score - peer_f1) < 1e-12
    total, peer_total = 0.0, 0.0
    print(f"{'':<42} {'sentio':>9} {'scikit-learn':>13} {'ratio':>8}")
    for name, work in ours.items():
        peer, scale = peers[name]
        seconds, peer_seconds = _in_turns([work, peer], repeats)
        total, peer_total = total + seconds, peer_total + scale * peer_seconds
        print(f"{name:<42} {seconds:8.3f}s {scale * peer_seconds:12.3f}s {scale * peer_seconds / seconds:8.1f}")
    print(f"{'together':<42} {total:8.3f}s {peer_total:12.3f}s {peer_total / total:8.1f}")
    print(f"scikit-learn's bootstrap is scaled from {PEER_RESAMPLES} resamples of integer labels")


def _alone(gold: list[str], first: list[str], second: list[str], repeats: int) -> None:
    codes = encode_gold(gold, CLASSES)
    random = np.random.default_rng(1)
    probabilities = random.dirichlet(np.ones(len(CLASSES)), len(codes))
    wanted, marks = random.random((2, len(codes), len(CLASSES))) < 0.2
    dialogues = [f"dialogue {row // TURNS}" for row in range(len(gold))]
    both = outcomes(gold, first, second, classes=CLASSES)
    by_dialogue = outcomes(gold, first, second, classes=CLASSES, clusters=dialogues)
    measure = classification.macro_f1
    works: dict[str, Work] = {
        "encode two systems": lambda: outcomes(gold, first, second, classes=CLASSES),
        "encode two systems and dialogues": lambda: outcomes(gold, first, second, classes=CLASSES, clusters=dialogues),
        "paired bootstrap over utterances": lambda: compare(both, measure, draws=RESAMPLES),
        "paired bootstrap over dialogues": lambda: compare(by_dialogue, measure, draws=RESAMPLES),
        "approximate randomisation, utterances": lambda: randomisation_p(both, measure, draws=RESAMPLES),
        "approximate randomisation, dialogues": lambda: randomisation_p(by_dialogue, measure, draws=RESAMPLES),
        "expected calibration error": lambda: expected_calibration_error(codes, probabilities),
        "Brier": lambda: brier(codes, probabilities),
        "multi-label micro-F1": lambda: multilabel.micro_f1(wanted, marks),
        "multi-label sample F1": lambda: multilabel.sample_f1(wanted, marks),
        "multi-label Jaccard": lambda: multilabel.jaccard(wanted, marks),
    }
    for name, work in works.items():
        (seconds,) = _in_turns([work], repeats)
        print(f"{name:<42} {seconds:8.3f}s")


def _labels(rows: int) -> tuple[list[str], ...]:
    random = np.random.default_rng(0)
    gold = random.choice(CLASSES, rows, p=np.arange(7, 0, -1) / 28)
    answers = [np.where(random.random(rows) < 0.5, gold, random.choice(CLASSES, rows)) for _ in range(2)]
    return tuple(column.tolist() for column in (gold, *answers))


def _peer_bootstrap(gold: list[str], predicted: list[str]) -> Work:
    """The usual loop, spared what a careful user would spare it: labels are integers before it begins."""
    index = {label: code for code, label in enumerate(CLASSES)}
    wanted, said = (np.array([index[label] for label in column]) for column in (gold, predicted))
    random = np.random.default_rng(0)

    def work() -> None:
        for _ in range(PEER_RESAMPLES):
            rows = random.integers(0, len(wanted), len(wanted))
            f1_score(wanted[rows], said[rows], labels=range(len(CLASSES)), average="weighted")

    return work


def _in_turns(works: list[Work], repeats: int) -> list[float]:
    """Median seconds of each work; the first round warms up and does not count."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for taken, work in zip(seconds, works, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [median(taken[1:]) for taken in seconds]


if __name__ == "__main__":
    main()
