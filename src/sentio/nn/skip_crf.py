"""A random field over the labels of a dialogue: each depends on the speaker's own last label and on the other's.

SkipCRF of EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6). An inertia
edge skips at most one run of another speaker, so the label of the current turn and the last label of the run before
are all that the future asks about the past: sums and maxima over all label sequences are exact in O(t K³).

The recursion is the same at every turn. With A[i, k] = state[i, k] inside a run and its transpose where a run begins,

    state'[i, y] = Σ_k A[i, k] · inertia[k, y] · contagion[i, y] · exp(emission[y])

where a turn without an inertia edge sums over k and one without a contagion edge keeps i. Before the second run there
is no run before, and its label stands at 0: nothing has to be said about monologues. The released code forgets some of
a monologue's sequences (139 of 139 log-likelihoods wrong); here they are all counted.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sentio.nn.dialogue_edges import DialogueEdges
from sentio.nn.dialogue_network import NO_LABEL


class SkipCRF(nn.Module):
    """Scores label sequences y of a dialogue, emissions e of shape (b, t, labels) given:

        start[y_0] + Σ_t e_t[y_t] + Σ_inertia own[y_p(t), y_t] + Σ_contagion other[y_(t-1), y_t] + end[y_last]

    Computes in 64 bits, whatever the emissions are in, and in the probability domain with one scale a turn, which makes
    a step one small matrix product. Emissions may have any finite size; but what falls 700 behind the best at a turn is
    lost, whatever transitions would give back. Within ±m they can give back 8 m, two on the way into a label and two on
    the way out: exact while all weights stay within ±80. Speakers who keep their labels hold on to them against a weak
    contradiction:

    >>> from sentio.nn.dialogue_edges import dialogue_edges
    >>> crf = SkipCRF(2)
    >>> crf.own.data = 3 * torch.eye(2)
    >>> speakers = torch.tensor([[0, 1, 0]])
    >>> mask = speakers >= 0
    >>> emissions = torch.tensor([[[2.0, 0.0], [0.0, 2.0], [0.0, 0.5]]])
    >>> crf.viterbi(emissions, dialogue_edges(speakers, mask), mask)[0].tolist()
    [[0, 1, 0]]
    """

    def __init__(self, labels: int) -> None:
        super().__init__()
        # Uniform between ±0.1: released code.
        self.start = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.own = nn.Parameter(torch.empty(labels, labels).uniform_(-0.1, 0.1))
        self.other = nn.Parameter(torch.empty(labels, labels).uniform_(-0.1, 0.1))

    def log_likelihood(self, emissions: Tensor, labels: Tensor, edges: DialogueEdges, mask: Tensor) -> Tensor:
        """Natural logarithm of the probability of the known `labels`, (b, t) with -1 for none; shape (b,).

        What is not labelled is unobserved: the probability is summed over all labels it might have.
        """
        kind, emissions = _at_least_32_bits(emissions), emissions.double()
        if bool((mask & (labels == NO_LABEL)).any()):
            observed = self.log_partition(emissions, edges, mask, labels)
        else:
            observed = self._score(emissions, labels, edges, mask)
        return (observed - self.log_partition(emissions, edges, mask)).to(kind)

    def _score(self, emissions: Tensor, labels: Tensor, edges: DialogueEdges, mask: Tensor) -> Tensor:
        """The score of one sequence a dialogue, shape (b,)."""
        tags, last = labels.clamp(min=0), mask.sum(1, keepdim=True) - 1
        own = self.own[tags.gather(1, edges.previous.clamp(min=0)), tags] * edges.inertia
        other = self.other[tags.roll(1, 1), tags] * edges.contagion
        local = emissions.gather(2, tags[..., None])[..., 0] * mask
        return self.start[tags[:, 0]] + (local + own + other).sum(1) + self.end[tags.gather(1, last)[:, 0]]

    def log_partition(
        self, emissions: Tensor, edges: DialogueEdges, mask: Tensor, labels: Tensor | None = None
    ) -> Tensor:
        """log Σ_y exp(score(y)) over the sequences that agree with `labels` where they are known; shape (b,)."""
        allowed = torch.ones_like(emissions, dtype=torch.bool)
        if labels is not None:
            every = torch.arange(emissions.shape[-1], device=labels.device)
            allowed = (labels[..., None] == every) | (labels[..., None] == NO_LABEL)
        scores = self._in_64_bits(emissions)
        sums: Tensor = _LogPartition.apply(*scores, allowed, _Turns.of(edges, mask))  # type: ignore[no-untyped-call]
        return sums.to(_at_least_32_bits(emissions))

    @torch.no_grad()
    def marginals(self, emissions: Tensor, edges: DialogueEdges, mask: Tensor) -> Tensor:
        """Probability of each label at each turn, shape (b, t, labels), zero at padding. Carries no gradient."""
        scores = self._in_64_bits(emissions)
        _, sums = _forward(*scores, torch.ones_like(emissions, dtype=torch.bool), _Turns.of(edges, mask))
        later = _backward(sums)[1:]
        found = (sums.states * later).sum(2).transpose(0, 1) * mask[..., None]
        return found.to(_at_least_32_bits(emissions))

    @torch.no_grad()
    def viterbi(self, emissions: Tensor, edges: DialogueEdges, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The label sequence of the highest score, (b, t) with -1 at padding, and that score, (b,)."""
        kind = _at_least_32_bits(emissions)
        emissions, start, end, own, other = self._in_64_bits(emissions)
        turns = _Turns.of(edges, mask)
        rows, _, labels = emissions.shape
        own = torch.stack([torch.zeros_like(own), own, torch.ones_like(start).diag().log()])[turns.kind]
        gains = (emissions * mask[..., None]).transpose(0, 1)[:, :, None] + torch.where(turns.begins, other, 0.0)
        best = torch.full((rows, labels, labels), -torch.inf, dtype=own.dtype, device=own.device)
        best[:, 0] = start
        # One buffer for all steps: fresh memory in each would cost as much as what is computed in it.
        sums, origins = best.new_empty(rows, *own.shape[2:], labels), torch.empty_like(own, dtype=torch.long)
        for begins, before, gain, origin in zip(turns.begins, own, gains, origins, strict=True):
            turned = torch.where(begins, best.mT, best)
            torch.add(turned[..., None], before[:, None], out=sums)
            torch.max(sums, 2, out=(best, origin))
            best += gain
        score, last = (best + end).flatten(1).max(1)
        return _path(origins, turns.begins, last, mask), score.to(kind)

    def _in_64_bits(self, emissions: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return emissions.double(), self.start.double(), self.end.double(), self.own.double(), self.other.double()


def _at_least_32_bits(emissions: Tensor) -> torch.dtype:
    return torch.promote_types(emissions.dtype, torch.float32)


@dataclass(frozen=True)
class _Turns:
    """What the recursion does at each turn, turns first. `kind`, (t, b): 0 sums over the label of the run before, 1 has
    an inertia edge, 2 changes nothing: the first turn, and padding. `begins`, (t, b, 1, 1): a run begins."""

    kind: Tensor
    begins: Tensor
    mask: Tensor

    @staticmethod
    def of(edges: DialogueEdges, mask: Tensor) -> "_Turns":
        kind = torch.where(edges.inertia, 1, 0).masked_fill(~mask, 2)
        kind[:, 0] = 2
        return _Turns(kind.T.contiguous(), edges.contagion.T[..., None, None], mask)


@dataclass(frozen=True)
class _Sums:
    """The forward sums of b dialogues. A state, (b, labels, labels), has the last label of the run before in its rows
    and the current one in its columns, and is scaled to the sum 1; `first` stands before the first turn, `states`, of
    shape (t, b, labels, labels), behind each. `scales`, (t, b, 1, 1), is what they were divided by, `before` and
    `after` the two factors of each turn, and `last`, (b,), the sum over the last state and `end`."""

    first: Tensor
    states: Tensor
    scales: Tensor
    before: Tensor
    after: Tensor
    begins: Tensor
    end: Tensor
    own: Tensor
    last: Tensor


def _forward(
    emissions: Tensor, start: Tensor, end: Tensor, own: Tensor, other: Tensor, allowed: Tensor, turns: _Turns
) -> tuple[Tensor, _Sums]:
    """log Z and the forward sums of emissions (b, t, labels) over the labels that are `allowed`, (b, t, labels)."""
    rows, _, labels = emissions.shape
    highest = emissions.masked_fill(~allowed, -torch.inf).amax(-1, keepdim=True)
    local = (emissions - highest).exp().masked_fill(~allowed, 0.0).masked_fill(~turns.mask[..., None], 1.0)
    after = local.transpose(0, 1)[:, :, None] * torch.where(turns.begins, other.exp(), 1.0)
    before = torch.stack([torch.ones_like(own), own.exp(), torch.ones_like(start).diag()])[turns.kind]
    first = own.new_zeros(rows, labels, labels)
    first[:, 0] = start.exp()
    state, states, scales = first, torch.empty_like(after), after.new_empty(*after.shape[:2], 1, 1)
    for begins, one, two, found, scale in zip(turns.begins, before, after, states, scales, strict=True):
        torch.bmm(torch.where(begins, state.mT, state), one, out=found)
        torch.sum(found.mul_(two), (1, 2), keepdim=True, out=scale)
        state = found.div_(scale)
    last = (state.sum(1) * end.exp()).sum(1)
    logs = scales.log().sum((0, 2, 3)) + (highest[..., 0] * turns.mask).sum(1) + last.log()
    return logs, _Sums(first, states, scales, before, after, turns.begins, end.exp(), own.exp(), last)


def _backward(sums: _Sums) -> Tensor:
    """How the sum goes on from each state, relative to the whole: the probability of a state is its product with this.
    Shape (t + 1, b, labels, labels); the first stands before the first turn."""
    later = torch.empty(len(sums.states) + 1, *sums.first.shape, dtype=sums.first.dtype, device=sums.first.device)
    later[-1] = (sums.end / sums.last[:, None])[:, None]
    factors = zip(sums.begins, sums.before, sums.after / sums.scales, later[1:], later[:-1], strict=True)
    for begins, before, ratio, state, found in reversed(list(factors)):
        turned = torch.bmm(state * ratio, before.mT)
        torch.where(begins, turned.mT, turned, out=found)
    return later


class _LogPartition(torch.autograd.Function):
    """log Z and its gradients, which are probabilities of labels and expected numbers of transitions.

    Written out, because one pass back over small matrices costs less than what autograd records of the way there.
    """

    @staticmethod
    def forward(ctx: Any, *parts: *tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, "_Turns"]) -> Tensor:  # noqa: ANN401
        ctx.turns = parts[-1]
        log_partition, ctx.sums = _forward(*parts)
        return log_partition

    @staticmethod
    @once_differentiable  # type: ignore[misc, unused-ignore]
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        sums: _Sums = ctx.sums
        turns: _Turns = ctx.turns
        weight = grad[:, None, None]
        later = _backward(sums)
        states = sums.states * later[1:] * weight
        earlier = torch.cat([sums.first[None], sums.states[:-1]])
        turned = torch.where(turns.begins, earlier.mT, earlier) * (weight * (turns.kind == 1)[..., None, None])
        following = later[1:] * sums.after / sums.scales
        own = turned.flatten(0, 2).T @ following.flatten(0, 2)
        return (
            states.sum(2).transpose(0, 1) * turns.mask[..., None],
            (sums.first * later[0] * weight)[:, 0].sum(0),
            states[-1].sum((0, 1)),
            own * sums.own,
            (states * turns.begins).sum((0, 1)),
            None,
            None,
        )


def _path(origins: Tensor, begins: Tensor, last: Tensor, mask: Tensor) -> Tensor:
    """The labels that lead to the `last` state, numbered row · labels + column, by each state's origin."""
    labels = origins.shape[-1]
    row = torch.arange(labels, device=last.device)[:, None]
    states = torch.where(begins, origins * labels + row, row * labels + origins).flatten(2)
    path, state = [last], last
    for origin in reversed(states.unbind()[1:]):
        state = origin.gather(1, state[:, None])[:, 0]
        path.append(state)
    return (torch.stack(path[::-1], 1) % labels).masked_fill(~mask, NO_LABEL)
