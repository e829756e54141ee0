"""Word weights of `hef`: one word after the other left out, in one batch and one by one, and gradient x input.

    OMP_NUM_THREADS=1 python perf/word_weights.py

A context of 30 words, what a speaker of EmpatheticDialogues tells in two turns. All ways run in turns; the best rounds
in processor time are compared.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.responses.hef.context import Context
from sentio.responses.hef.network import Reader, initial, token_weights
from sentio.responses.hef.projected import Projected
from sentio.responses.hef.small_model import SPACE

WORDS = "the old boat that my brother had painted sank in the harbour last night and nobody told me".split()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="word weights")
    for name, default in (("words", 30), ("repeats", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    small = Projected()
    network = initial(0.0, torch.full((len(SPACE),), 1 / len(SPACE))).eval()
    reader = Reader(MODEL / "tokenizer.json", read_manifest(MODEL).window)
    dice = np.random.default_rng(0)

    def batch(context: Context) -> None:
        small.weights(context, "sad")

    def one_by_one(context: Context) -> None:
        for text in (context.text, *context.without()):
            small.probabilities(Context(text, ()))

    def gradient(context: Context) -> None:
        token_weights(network, reader.words(context)[0], "sad")

    ways: dict[str, Callable[[Context], None]] = {
        "left out, in one batch": batch,
        "left out, one by one": one_by_one,
        "gradient x input": gradient,
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(wanted.repeats):
        context = Context.of_text(" ".join(dice.choice(WORDS, wanted.words)))  # not seen before
        for name, way in ways.items():
            best[name] = min(best[name], _seconds(partial(way, context)))
            small = Projected() if name == "left out, in one batch" else small  # forgets what it has read
    for name, seconds in best.items():
        print(f"{name:24} {1e3 * seconds:7.1f} ms   {seconds / best['left out, in one batch']:5.2f} of the batch")


def _seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
