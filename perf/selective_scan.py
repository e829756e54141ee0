"""The selective scan beside the recurrence, and how its time and memory grow.

    OMP_NUM_THREADS=1 python perf/selective_scan.py
    OMP_NUM_THREADS=1 python perf/selective_scan.py --channels 320    # the width of `broad_mamba`'s blocks

One row of `channels` channels of 16 states, in 32 bits. First, at 4,096 steps, forward alone and with gradients:

- `scan`: `sentio.nn.selective_scan`;
- `step by step`: the recurrence, its formula written once for each step;
- `decays first`: decays and inputs of all steps in two calls, then step by step: the way of `transformers` where no
  kernel is installed. It keeps all of them: 32 times the memory of the inputs.

Then the scan alone from 1,024 steps to 65,536: time, and the most memory that it takes beyond its inputs, of which
outputs and gradients are a part. Time is of the processor (on a GPU of the clock), the best round of several in turns.

What bounds the ratio on a CPU: one exponential for each step, channel and state, about 0.3 ns, and memory for the rest,
1.4 to 2 ns in all. The recurrence pays about 30 µs a step for its calls: 30 ns for each number with 64 channels, 6 ns
with 320. So the wider the row, or the more rows in a batch, the less there is to gain; gradients gain more, as they
spare the graph of every step.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from sentio.nn.selective_scan import selective_scan

STATES, STEPS = 16, 4096
LENGTHS = (1024, 2048, 4096, 8192, 16384, 32768, 65536)
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

Scan = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="the selective scan beside the recurrence")
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    scans: dict[str, Scan] = {"scan": _scan, "step by step": _step_by_step, "decays first": _decays_first}
    given = _drawn(STEPS, wanted.channels)
    with torch.no_grad():
        difference = float((_scan(*given) - _step_by_step(*given)).abs().max())
    print(f"{STEPS} steps of {wanted.channels} channels; largest difference of an output {difference:.1e}")
    for kind, run in (("forward", _forward), ("with gradients", _with_gradients)):
        took = _in_turns({name: partial(run, scan, given) for name, scan in scans.items()}, wanted.repeats)
        for name, seconds in took.items():
            print(f"{kind:15} {name:13} {1e3 * seconds:8.1f} ms   {seconds / took['scan']:5.1f} times the scan's time")
    print("  steps   forward ms  with gradients ms   µs a step   peak MB forward  with gradients")
    for steps in LENGTHS:
        given = _drawn(steps, wanted.channels)
        works = {"forward": partial(_forward, _scan, given), "both": partial(_with_gradients, _scan, given)}
        took = _in_turns(works, wanted.repeats)
        peaks = [_peak(work) / 2**20 for work in works.values()]
        print(
            f"{steps:7} {1e3 * took['forward']:12.1f} {1e3 * took['both']:18.1f} {1e6 * took['both'] / steps:11.2f}"
            f" {peaks[0]:17.1f} {peaks[1]:15.1f}"
        )


def _drawn(steps: int, channels: int) -> list[Tensor]:
    dice = torch.Generator().manual_seed(0)
    draw = partial(torch.randn, generator=dice)
    sizes = torch.nn.functional.softplus(draw(1, steps, channels) - 3)
    rates = -torch.arange(1.0, STATES + 1).repeat(channels, 1)
    drawn = [draw(1, steps, channels), sizes, rates, draw(1, steps, STATES), draw(1, steps, STATES)]
    return [each.to(DEVICE).requires_grad_() for each in drawn]


def _scan(inputs: Tensor, steps: Tensor, rates: Tensor, write: Tensor, read: Tensor) -> Tensor:
    return selective_scan(inputs, steps, rates, write, read)[0]


def _step_by_step(inputs: Tensor, steps: Tensor, rates: Tensor, write: Tensor, read: Tensor) -> Tensor:
    state, outputs = torch.zeros_like(rates).unsqueeze(0), []
    for u, step, b, c in zip(*(each.unbind(1) for each in (inputs, steps, write, read)), strict=True):
        state = (step.unsqueeze(-1) * rates).exp() * state + (step * u).unsqueeze(-1) * b.unsqueeze(1)
        outputs.append((state @ c.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=1)


def _decays_first(inputs: Tensor, steps: Tensor, rates: Tensor, write: Tensor, read: Tensor) -> Tensor:
    decays = (steps.unsqueeze(-1) * rates).exp()
    written = (steps * inputs).unsqueeze(-1) * write.unsqueeze(2)
    state, outputs = torch.zeros_like(rates).unsqueeze(0), []
    for decay, new, c in zip(decays.unbind(1), written.unbind(1), read.unbind(1), strict=True):
        state = decay * state + new
        outputs.append((state @ c.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=1)


def _forward(scan: Scan, given: list[Tensor]) -> None:
    with torch.no_grad():
        scan(*given)


def _with_gradients(scan: Scan, given: list[Tensor]) -> None:
    torch.autograd.grad(scan(*given).sum(), given)


def _in_turns(works: Mapping[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Seconds of each work's best round."""
    clock = time.perf_counter if DEVICE == "cuda" else time.process_time
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            started = clock()
            work()
            if DEVICE == "cuda":
                torch.cuda.synchronize()
            times[name].append(clock() - started)
    return {name: min(took) for name, took in times.items()}


def _peak(work: Callable[[], None]) -> int:
    """The most bytes that tensors made by the work hold at once."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        work()
    held = most = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


if __name__ == "__main__":
    main()
