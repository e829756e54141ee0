"""What a new turn costs a Transformer-XL that remembers, and one that reads the whole conversation again.

    OMP_NUM_THREADS=1 python perf/transformer_xl.py
    OMP_NUM_THREADS=1 python perf/transformer_xl.py --turns 10 100 1000 --tokens 12 --memory 64

A network of random weights, of the size of the recipes or as asked, gets turns of random tokens. At each length:

- `memory`: the session's way: the new turn goes through decoder and encoder, with what they remember of the others;
- `afresh`: without a session that was kept: all turns one after the other, each with the memory of those before;
- `at once`: without any memory: all turns as one segment, through the encoder only.

Times are processor seconds, those of the first and the last the best of some repeats, which are the same on a busy
machine; `held` is what the session keeps between turns. The first way must not grow; the second grows with the turns,
the third with their square. Ratios are those to the first.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from sentio.nn.transformer_xl import Memory
from sentio.responses.emotion_transformer.network import Heard, Network, Size
from sentio.responses.emotion_transformer.tokens import BEGIN, END

VOCABULARY, EMOTIONS = 2000, 7
EMOTION = torch.tensor([2])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a new turn: with memory, and read all again")
    parser.add_argument("--turns", type=int, nargs="+", default=[10, 30, 100, 300, 1000])
    for name, default in (("tokens", 12), ("width", 64), ("layers", 2), ("memory", 32), ("repeats", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    size = Size(width=wanted.width, layers=wanted.layers, memory=wanted.memory)
    network = Network(size, VOCABULARY, EMOTIONS, p=0.0).eval()
    turns = torch.randint(3, VOCABULARY, (max(wanted.turns), 1, wanted.tokens))
    print(
        f"{'turns':>6} {'held kB':>8} {'memory ms':>10} {'afresh ms':>10} {'ratio':>6} {'at once ms':>11} {'ratio':>8}"
    )
    first = last = 0.0
    for at, afresh, (ears, hands, heard) in _sessions(network, turns, wanted.turns):
        one = _best(partial(_turn, network, turns[at - 1], ears, hands, heard), wanted.repeats)
        # Once is enough of what takes seconds.
        once = _best(partial(_at_once, network, turns[:at]), wanted.repeats if at < 100 else 1)
        held = sum(state.nbytes for state in (*ears.states, *hands.states, heard.states)) / 1000
        print(
            f"{at:6} {held:8.1f} {1000 * one:10.2f} {1000 * afresh:10.1f} {afresh / one:6.0f}"
            f" {1000 * once:11.1f} {once / one:8.1f}",
            flush=True,
        )
        first, last = first or one, one
    print(f"a turn after {max(wanted.turns)} turns costs {last / first:.2f} times one after {min(wanted.turns)}")


Held = tuple[Memory, Memory, Heard]


def _sessions(network: Network, turns: Tensor, wanted: list[int]) -> Iterator[tuple[int, float, Held]]:
    """Before the last of so many turns: their number, the seconds to get there from the start, and what is held."""
    took, started = 0.0, time.process_time()
    ears, hands = network.encoder.nothing(1), network.decoder.nothing(1)
    ears, hands, heard = _turn(network, turns[0], ears, hands, None)
    for number, turn in enumerate(turns[1:], start=2):
        if number in wanted:
            took += time.process_time() - started
            yield number, took, (ears, hands, heard)
            started = time.process_time()
        ears, hands, heard = _turn(network, turn, ears, hands, heard)


def _turn(network: Network, ids: Tensor, ears: Memory, hands: Memory, heard: Heard | None) -> Held:
    """As `Session.take` does it."""
    there = torch.ones(1, ids.shape[1] + 1, dtype=torch.bool)
    if heard is not None:
        written = network.write(torch.cat([torch.tensor([[BEGIN]]), ids], 1), there, heard, hands)
        hands = hands.then(written.segment, network.size.memory)
    heard = network.hear(torch.cat([ids, torch.tensor([[END]])], 1), there, EMOTION, ears)
    return heard.memory, hands, heard


def _at_once(network: Network, turns: Tensor) -> None:
    ids = turns.reshape(1, -1)
    network.hear(ids, torch.ones_like(ids, dtype=torch.bool), EMOTION, network.encoder.nothing(1))


def _best(work: Callable[[], object], repeats: int) -> float:
    """Processor seconds of the best round."""
    found = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


if __name__ == "__main__":
    main()
