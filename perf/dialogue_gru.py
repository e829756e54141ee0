"""The two-memory layer of EmotionIC on 32 dialogues of 50 turns, beside a plain reading of its equations.

    OMP_NUM_THREADS=1 python perf/dialogue_gru.py
    python perf/dialogue_gru.py --device cuda

- `batched`: `DialogueGRU`, a step a turn for all dialogues, the inputs of all turns projected at once;
- `dialogue by dialogue`: a Python loop over dialogues and turns with a matrix a gate, as the equations stand;
- `nn.GRU`: torch's own layer of the same width, which has one memory and knows nothing of speakers.

Forward and backward. All run in turns, and the best rounds are compared, on a CPU in processor
time; the states of the first two are, too.
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges
from sentio.nn.dialogue_gru import DialogueGRU


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="DialogueGRU beside its alternatives")
    sizes = (("dialogues", 32), ("turns", 50), ("width", 256), ("hidden", 192), ("repeats", 10))
    for name, default in sizes:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    wanted = parser.parse_args()
    torch.manual_seed(0)
    torch.set_default_device(wanted.device)
    speakers = torch.randint(3, (wanted.dialogues, wanted.turns))
    x = torch.randn(*speakers.shape, wanted.width, requires_grad=True)
    edges = dialogue_edges(speakers, speakers >= 0)
    layer, plain = DialogueGRU(wanted.width, wanted.hidden), nn.GRU(wanted.width, wanted.hidden, batch_first=True)
    works: dict[str, Callable[[], Tensor]] = {
        "batched": lambda: layer(x, edges),
        "dialogue by dialogue": lambda: _by_dialogue(layer, x, edges),
        "nn.GRU": lambda: plain(x)[0],
    }
    seconds = _in_turns(works, wanted.repeats)
    for name, took in seconds.items():
        print(f"{name:22} {1e3 * took:9.2f} ms   {took / seconds['batched']:6.2f} times the time of `batched`")
    found = (works["batched"]() - works["dialogue by dialogue"]()).detach().abs().max()
    print(f"largest difference of a state {float(found):.1e}")


def _by_dialogue(layer: DialogueGRU, x: Tensor, edges: DialogueEdges) -> Tensor:
    """The states, one dialogue and one turn after the other."""
    linears = [
        list(zip(linear.weight.chunk(count), linear.bias.chunk(count), strict=True))
        for linear, count in ((layer.inputs, 4), (layer.own, 3), (layer.other, 3))
    ]
    found = []
    for row, dialogue in enumerate(x):
        states: list[Tensor] = []
        for t, vector in enumerate(dialogue):
            own = other = x.new_zeros(layer.own.in_features)
            if edges.inertia[row, t]:
                own = edges.own_weight[row, t] * states[int(edges.previous[row, t])]
            if edges.contagion[row, t]:
                other = edges.other_weight[row, t] * states[-1]
            states.append(_step(linears, vector, own, other))
        found.append(torch.stack(states))
    return torch.stack(found)


def _step(linears: list[list[tuple[Tensor, Tensor]]], vector: Tensor, own: Tensor, other: Tensor) -> Tensor:
    (x_r, x_z, x_m, x_n), (s_z, s_m, s_n), (o_r, o_z, o_n) = (
        [nn.functional.linear(given, weight, bias) for weight, bias in linear]
        for given, linear in zip((vector, own, other), linears, strict=True)
    )
    r, m, z = torch.sigmoid(x_r + o_r), torch.sigmoid(x_m + s_m), torch.sigmoid(x_z + o_z + s_z)
    return (1 - z) * torch.tanh(x_n + r * o_n + m * s_n) + z * own


def _in_turns(works: dict[str, Callable[[], Tensor]], repeats: int) -> dict[str, float]:
    """Seconds of each work's best round, forward and backward."""
    cuda = torch.cuda.is_available()
    clock = time.perf_counter if cuda else time.process_time
    times: dict[str, list[float]] = {name: [] for name in works}
    for n in range(repeats):
        for name, work in works.items():
            if name == "dialogue by dialogue" and n >= 2:
                continue  # seconds a round
            started = clock()
            work().sum().backward()  # type: ignore[no-untyped-call]
            if cuda:
                torch.cuda.synchronize()
            times[name].append(clock() - started)
    return {name: min(took) for name, took in times.items()}


if __name__ == "__main__":
    main()
