"""Scores of a million texts, beside torchmetrics and the plain loop.

    OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 python perf/text_metrics.py

Both sides run in turns; processor time, the best of some runs. torchmetrics' SQuAD is measured on fewer pairs
and scaled. Texts are drawn at random: spans of one to eight words, the frequent ones as frequent as in English
(Zipf's law), half of the predictions sharing words with gold; almost all longer texts differ from each other.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.text import squad

from sentio.metrics.extractive import causal_span_scores, exact_match, token_f1
from sentio.metrics.text import distinct
from sentio.metrics.word_lists import tokens

PEER_PART = 50
"""torchmetrics gets one pair in so many."""

WORDS = 20_000
ORDER = 3
"""Of the n-grams in Dist-n."""

Work = Callable[[], object]
Numbers = NDArray[np.int64]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="text metrics beside their peers")
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    gold, predicted, replies = texts(wanted.texts)
    # SQuAD 1.1, which torchmetrics has, gives nothing for an answer of articles only; ours is SQuAD 2.0's F1.
    rows = [row for row in range(0, wanted.texts, PEER_PART) if tokens(gold[row])]
    few = [gold[row] for row in rows], [predicted[row] for row in rows]
    # torchmetrics sums in single precision.
    assert abs(100 * token_f1(*few).mean() - _squad(*few)["f1"]) < 1e-2
    assert distinct(replies[::PEER_PART], ORDER) == _distinct(replies[::PEER_PART])
    count = sum(text.count(" ") + 1 for text in gold + predicted)
    print(f"{wanted.texts:,} pairs of {count:,} words, {len(set(gold)):,} gold spans differ; seconds, peer / ours")
    _report(
        "token F1", lambda: token_f1(gold, predicted), lambda: _squad(*few), wanted.texts / len(rows), wanted.repeats
    )
    _report("Dist-3", lambda: distinct(replies, ORDER), lambda: _distinct(replies), 1, wanted.repeats)
    spans = [span if row % 4 == 0 else None for row, span in enumerate(gold)]
    alone: dict[str, Work] = {
        "token F1, 20,000 pairs again and again": lambda: token_f1(*_repeated(gold, predicted)),
        "exact match": lambda: exact_match(gold, predicted),
        "causal spans, every pair with a cause": lambda: causal_span_scores(gold, predicted),
        "causal spans, every fourth": lambda: causal_span_scores(spans, predicted),
        "causal spans, every fourth, official": lambda: causal_span_scores(spans, predicted, compat="official"),
        "Dist-1": lambda: distinct(replies, 1),
        "Dist-2": lambda: distinct(replies, 2),
    }
    for name, work in alone.items():
        print(f"{name:40} {_seconds([work], wanted.repeats)[0]:7.2f}")


def texts(count: int) -> tuple[list[str], list[str], list[str]]:
    """Gold spans, predictions, and replies of ten words."""
    random = np.random.default_rng(0)
    vocabulary = np.array(["the", "a", "It's", *(f"word{number}" for number in range(WORDS - 3))], dtype=object)
    chances = 1 / np.arange(1, WORDS + 1)

    def drawn(lengths: Numbers) -> list[list[str]]:
        words = vocabulary[random.choice(WORDS, lengths.sum(), p=chances / chances.sum())]
        return [each.tolist() for each in np.split(words, np.cumsum(lengths)[:-1])]

    spans, others = (drawn(random.integers(1, 9, count)) for _ in range(2))
    shared = (random.random(count) < 0.5).tolist()
    found = [
        [*span[1:], *other[:2]] if both else other for span, other, both in zip(spans, others, shared, strict=True)
    ]
    replies = drawn(np.full(count, 10))
    gold, predicted, said = ([" ".join(words) for words in side] for side in (spans, found, replies))
    return gold, predicted, said


def _repeated(gold: list[str], predicted: list[str]) -> tuple[list[str], list[str]]:
    times = max(1, len(gold) // 20_000)
    return gold[:20_000] * times, predicted[:20_000] * times


def _squad(gold: list[str], predicted: list[str]) -> dict[str, float]:
    found = squad(
        [{"prediction_text": text, "id": str(row)} for row, text in enumerate(predicted)],
        [{"answers": {"answer_start": [0], "text": [text]}, "id": str(row)} for row, text in enumerate(gold)],
    )
    return {name: float(score) for name, score in found.items()}


def _distinct(replies: list[str]) -> float:
    """Dist-n by definition."""
    seen, count = set(), 0
    for reply in replies:
        words = reply.split()
        grams = [tuple(words[start : start + ORDER]) for start in range(len(words) - ORDER + 1)]
        seen.update(grams)
        count += len(grams)
    return len(seen) / count


def _report(name: str, ours: Work, peer: Work, scale: float, repeats: int) -> None:
    mine, theirs = _seconds([ours, peer], repeats)
    print(f"{name:40} {mine:7.2f} {theirs * scale:9.1f} {theirs * scale / mine:6.1f}x")


def _seconds(works: list[Work], repeats: int) -> list[float]:
    """Processor time of each work, the best of some turns: whatever else the machine does only adds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for taken, work in zip(times, works, strict=True):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    main()
