"""The random field of EmotionIC on 32 dialogues of 50 turns and seven labels, beside its alternatives.

    OMP_NUM_THREADS=1 python perf/skip_crf.py          # pytorch-crf has to be installed: pip install pytorch-crf
    python perf/skip_crf.py --device cuda

- `skip`: `SkipCRF`, O(t K³), all dialogues at once;
- `dialogue by dialogue`: the same sums and maxima in a Python loop over dialogues and turns;
- `chain`: pytorch-crf's plain chain, O(t K²), all dialogues at once, which knows nothing of speakers.

Each computes a log-likelihood with its gradients, and the best sequences. All run in turns, and the best rounds are
compared, on a CPU in processor time. `skip` is faster than `chain` in spite of K times the arithmetic: a step is one
small matrix product in the probability domain where the chain takes K² exponentials and logarithms, its gradients are
written out, and the best sequences of all dialogues are traced back together. The log-likelihoods of the first two are
compared, too.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torchcrf import CRF

from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges
from sentio.nn.skip_crf import SkipCRF


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="SkipCRF beside its alternatives")
    for name, default in (("dialogues", 32), ("turns", 50), ("labels", 7), ("repeats", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    wanted = parser.parse_args()
    torch.manual_seed(0)
    torch.set_default_device(wanted.device)
    size = (wanted.dialogues, wanted.turns)
    speakers, labels = torch.randint(3, size), torch.randint(wanted.labels, size)
    emissions = torch.randn(*size, wanted.labels, requires_grad=True)
    mask = torch.ones(size, dtype=torch.bool)
    edges, skip, chain = dialogue_edges(speakers, mask), SkipCRF(wanted.labels), CRF(wanted.labels, batch_first=True)
    _table(
        "log-likelihood and its gradients",
        {
            "skip": lambda: _learn(skip.log_likelihood(emissions, labels, edges, mask)),
            "dialogue by dialogue": lambda: _learn(_likelihoods(skip, emissions, labels, edges)),
            "chain": lambda: _learn(chain(emissions, labels, mask, reduction="none")),
        },
        wanted.repeats,
    )
    _table(
        "best sequence",
        {
            "skip": partial(skip.viterbi, emissions, edges, mask),
            "dialogue by dialogue": partial(_sequences, skip, emissions.detach(), edges),
            "chain": partial(chain.decode, emissions, mask),
        },
        wanted.repeats,
    )
    found = [skip.log_likelihood(emissions, labels, edges, mask), _likelihoods(skip, emissions, labels, edges)]
    print(f"largest difference of a log-likelihood {float((found[0] - found[1]).detach().abs().max()):.1e}")


def _learn(log_likelihood: Tensor) -> None:
    log_likelihood.sum().neg().backward()  # type: ignore[no-untyped-call]


def _likelihoods(crf: SkipCRF, emissions: Tensor, labels: Tensor, edges: DialogueEdges) -> Tensor:
    """The log-likelihoods, one dialogue and one turn after the other."""
    found = []
    for row, e in enumerate(emissions):
        y, total = labels[row].tolist(), crf.start + e[0]
        score, state = crf.start[y[0]] + e[0, y[0]], torch.full((len(crf.end),) * 2, -torch.inf)
        state = torch.cat([total[None], state[1:]])
        for t in range(1, len(e)):
            inertia, contagion = bool(edges.inertia[row, t]), bool(edges.contagion[row, t])
            state = state.T if contagion else state
            state = _with_own(crf, state, inertia).logsumexp(1) + e[t]
            score = score + e[t, y[t]]
            if inertia:
                score = score + crf.own[y[int(edges.previous[row, t])], y[t]]
            if contagion:
                state, score = state + crf.other, score + crf.other[y[t - 1], y[t]]
        found.append(score + crf.end[y[-1]] - (state + crf.end).flatten().logsumexp(0))
    return torch.stack(found)


def _with_own(crf: SkipCRF, state: Tensor, inertia: bool) -> Tensor:
    """Scores by (row, label of the speaker's last turn, label)."""
    return state[:, :, None] + (crf.own if inertia else torch.zeros_like(crf.own))


@torch.no_grad()
def _sequences(crf: SkipCRF, emissions: Tensor, edges: DialogueEdges) -> list[list[int]]:
    """The best sequences, one dialogue and one turn after the other."""
    found = []
    for row, e in enumerate(emissions):
        state, back = torch.full((len(crf.end),) * 2, -torch.inf), []
        state[0] = crf.start + e[0]
        for t in range(1, len(e)):
            begins = bool(edges.contagion[row, t])
            best, origin = _with_own(crf, state.T if begins else state, bool(edges.inertia[row, t])).max(1)
            state = best + e[t] + (crf.other if begins else 0.0)
            back.append((origin, begins))
        before, now = divmod(int((state + crf.end).argmax()), len(crf.end))
        path = [now]
        for origin, begins in reversed(back):
            came = int(origin[before, now])
            before, now = (came, before) if begins else (before, came)
            path.append(now)
        found.append(path[::-1])
    return found


def _table(title: str, works: dict[str, Callable[[], object]], repeats: int) -> None:
    print(title)
    seconds = _in_turns(works, repeats)
    for name, took in seconds.items():
        print(f"  {name:22} {1e3 * took:9.2f} ms   {took / seconds['skip']:6.2f} times the time of `skip`")


def _in_turns(works: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Seconds of each work's best round."""
    cuda = torch.cuda.is_available()
    clock = time.perf_counter if cuda else time.process_time
    times: dict[str, list[float]] = {name: [] for name in works}
    for n in range(repeats):
        for name, work in works.items():
            if name == "dialogue by dialogue" and n >= 2:
                continue  # seconds a round
            started = clock()
            work()
            if cuda:
                torch.cuda.synchronize()
            times[name].append(clock() - started)
    return {name: min(took) for name, took in times.items()}


if __name__ == "__main__":
    main()
