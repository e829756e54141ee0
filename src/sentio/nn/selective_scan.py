"""The scan of a selective state-space model: a linear recurrence in time, computed for many steps at once.

After Gu and Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023, section 3; how it is
computed is our design. The limit is the exponential of every decay, one for each step, channel and state, and after
it memory. So time is cut into blocks whose states fit the cache, one block's buffers serve all, and nothing of the
size (steps, channels, states) is kept: the backward pass begins each block at its stored first state and computes the
rest again. Inside a block the recurrence runs in all chunks side by side and then from chunk to chunk, so that t steps
cost about √t calls; only products of decays occur, which are at most 1, never their inverses, which would overflow.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import pad

BLOCK = {"cpu": 2**18, "cuda": 2**25}
"""Numbers in one buffer of a block: on a CPU what its second-level cache holds, on a GPU enough work for one call."""
WIDE = {"cpu": 2**12, "cuda": 2**17}
"""Numbers in one step from which on a call is work enough by itself, so that chunks gain nothing. Measured on a CPU."""


def selective_scan(
    inputs: Tensor, steps: Tensor, rates: Tensor, write: Tensor, read: Tensor, state: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """y_t = C_t·h_t of h_t = exp(Δ_t A)∘h_{t−1} + Δ_t B_t u_t, and the last state.

    `inputs` u and `steps` Δ ≥ 0: shape (b, t, d). `rates` A ≤ 0, of shape (d, n), are the speeds at which the n states
    of a channel fade. `write` B and `read` C: shape (b, t, n). `state`: the state before the first step, shape
    (b, d, n), zero by default. Returns y of shape (b, t, d) and the state after the last step; a step Δ = 0 leaves the
    state as it is. Differentiable once, in all six. Half precision is computed in 32 bits.

    >>> import torch
    >>> u, step = torch.tensor([[[1.0], [0.0], [0.0], [1.0]]]), torch.full((1, 4, 1), 2.0).log()
    >>> b, c = torch.full((1, 4, 1), 1.0) / step, torch.full((1, 4, 1), 2.0)
    >>> y, last = selective_scan(u, step, torch.tensor([[-1.0]]), b, c)  # exp(ΔA) = 0.5, ΔB = 1
    >>> [round(value, 4) for value in y.flatten().tolist()], round(float(last), 4)
    ([2.0, 1.0, 0.5, 2.25], 1.125)
    """
    kind = torch.promote_types(inputs.dtype, torch.float32)
    if state is None:
        state = inputs.new_zeros(inputs.shape[0], *rates.shape, dtype=kind)
    time_first = (each.to(kind).transpose(0, 1) for each in (inputs, steps, write, read))
    y, last = _Scan.apply(*time_first, rates.to(kind).T, state.to(kind).transpose(1, 2))  # type: ignore[no-untyped-call]
    return y.transpose(0, 1).to(inputs.dtype), last.transpose(1, 2)


@dataclass(frozen=True)
class _Plan:
    """t steps as `blocks`, one after the other, of `chunks` of `length` steps."""

    blocks: int
    chunks: int
    length: int

    @property
    def steps(self) -> int:
        return self.chunks * self.length

    @classmethod
    def of(cls, t: int, wide: int, device: str) -> "_Plan":
        """The plan for t steps of `wide` numbers each; none at all are one that is added."""
        t = max(1, t)
        most = max(16, BLOCK.get(device, BLOCK["cuda"]) // wide)
        blocks = math.ceil(t / most)
        steps = math.ceil(t / blocks)
        chunks = 1 if wide >= WIDE.get(device, WIDE["cuda"]) else max(1, math.isqrt(steps))
        return cls(blocks, chunks, math.ceil(steps / chunks))


class _Sweep:
    """x_t += decay_t x_{t−1} within a block, in place, or `back`wards x_{t+1}.

    In all chunks at once as if nothing came before them, then what enters each chunk, faded by the product of the
    decays since. The views of the buffers are made once: they take as long as what is computed on them.
    """

    def __init__(self, plan: _Plan, decays: Tensor, states: Tensor, products: Tensor | None, back: bool) -> None:
        shape, order = (plan.chunks, plan.length, *states.shape[1:]), slice(None, None, -1 if back else 1)
        self.states = states.view(shape)
        steps, fades = (each.view(shape).unbind(1)[order] for each in (states, decays))
        self.first, self.moves = (steps[0], fades[0]), list(zip(steps[:-1], fades[1:], steps[1:], strict=True))
        self.products = None if products is None else products.view(shape)
        if self.products is None:
            return
        faded = self.products.unbind(1)[order]
        self.fading = list(zip(faded[:-1], fades[1:], faded[1:], strict=True))
        self.entering = states.new_empty(plan.chunks, 1, *states.shape[1:])
        heads, ends, falls = (each.unbind()[order] for each in (self.entering.squeeze(1), steps[-1], faded[-1]))
        self.head, self.faded = heads[0], faded[0]
        self.crossings = list(zip(heads[:-1], falls[:-1], ends[:-1], heads[1:], strict=True))

    def run(self, entering: Tensor) -> None:
        """With what enters the first chunk, shape (b, n, d)."""
        if self.products is None:
            self.first[0].addcmul_(self.first[1], entering)
        for before, fade, now in self.moves:
            now.addcmul_(fade, before)
        if self.products is None:
            return
        self.faded.copy_(self.first[1])
        for before, fade, now in self.fading:
            torch.mul(fade, before, out=now)
        self.head.copy_(entering)
        for head, fall, end, following in self.crossings:
            torch.addcmul(end, fall, head, out=following)
        self.states.addcmul_(self.products, self.entering)


class _Block:
    """Buffers of one block, with time first and channels last: each step is one stretch of (b, n, d) in memory.

    `decays` has a 1 behind its last step, where nothing follows, and `states` the state before the first.
    """

    def __init__(self, plan: _Plan, rates: Tensor, first: Tensor) -> None:
        empty = first.new_empty
        self.rates, self.exponents = rates, rates / math.log(2)
        self.decays, self.states = (empty(plan.steps + 1, *first.shape) for _ in range(2))
        self.decays[-1] = 1
        self.products = empty(plan.steps, *first.shape) if plan.chunks > 1 else None
        self.forth = _Sweep(plan, self.decays[:-1], self.states[1:], self.products, back=False)

    def run(self, steps: Tensor, written: Tensor, write: Tensor, first: Tensor) -> Tensor:
        """States of the block, shape (steps, b, n, d), of Δ, Δu and B in it and the state before it."""
        # A power of two takes a third of the time of one of e.
        torch.mul(steps.unsqueeze(-2), self.exponents, out=self.decays[:-1]).exp2_()
        torch.mul(written.unsqueeze(-2), write.unsqueeze(-1), out=self.states[1:])
        self.states[0] = first
        self.forth.run(first)
        return self.states[1:]


class _Kept(FunctionCtx):
    """What the backward pass finds of the forward one."""

    plan: _Plan
    length: int
    saved_tensors: tuple[Tensor, ...]


class _Scan(torch.autograd.Function):
    """Time first: inputs and steps (t, b, d), write and read (t, b, n), rates (n, d), the state (b, n, d)."""

    @staticmethod
    def forward(
        ctx: _Kept, inputs: Tensor, steps: Tensor, write: Tensor, read: Tensor, rates: Tensor, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        plan, rates = _Plan.of(len(inputs), state.numel(), inputs.device.type), rates.contiguous()
        block, starts = _Block(plan, rates, state), state.new_empty(plan.blocks + 1, *state.shape)
        u, step, b, c = _blocks(plan, inputs, steps, write, read)
        outputs, starts[0] = torch.empty_like(u), state
        for i in range(plan.blocks):
            states = block.run(step[i], step[i] * u[i], b[i], starts[i])
            _sum_states(c[i], states, outputs[i])
            starts[i + 1] = states[-1]
        ctx.save_for_backward(u, step, b, c, rates, starts)
        ctx.plan, ctx.length = plan, len(inputs)
        return outputs.flatten(0, 1)[: len(inputs)], starts[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: _Kept, *asked: Tensor) -> tuple[Tensor, ...]:
        u, step, b, c, rates, starts = ctx.saved_tensors
        plan: _Plan = ctx.plan
        (asked_outputs,), entering = _blocks(plan, asked[0]), asked[1]
        block, adjoints = _Block(plan, rates, starts[0]), starts.new_empty(plan.steps, *starts.shape[1:])
        back = _Sweep(plan, block.decays[1:], adjoints, block.products, back=True)
        of_u, of_step, of_b, of_c = (torch.empty_like(each) for each in (u, step, b, c))
        of_rates, of_written = torch.zeros_like(rates), torch.empty_like(u[0])
        for i in reversed(range(plan.blocks)):
            written, asks = step[i] * u[i], asked_outputs[i]
            states = block.run(step[i], written, b[i], starts[i])
            torch.mul(asks.unsqueeze(-2), c[i].unsqueeze(-1), out=adjoints)
            back.run(entering)
            _sum_states(b[i], adjoints, of_written)
            torch.mul(step[i], of_written, out=of_u[i])
            _sum_channels(adjoints, written, of_b[i])
            _sum_channels(states, asks, of_c[i])
            # What reaches the state before passes the decay, which depends on steps and rates.
            entering = adjoints.mul_(block.decays[:-1])[0].clone()
            of_exponents = adjoints.mul_(block.states[:-1])
            summed = torch.mul(of_exponents, rates, out=states).sum(-2)
            torch.addcmul(summed, u[i], of_written, out=of_step[i])
            of_rates += of_exponents.mul_(step[i].unsqueeze(-2)).sum((0, 1))
        return *(each.flatten(0, 1)[: ctx.length] for each in (of_u, of_step, of_b, of_c)), of_rates, entering


def _sum_states(weights: Tensor, states: Tensor, out: Tensor) -> None:
    """Σ_n weights_n · states_n of shapes (t, b, n) and (t, b, n, d), into (t, b, d)."""
    torch.bmm(weights.flatten(0, 1).unsqueeze(-2), states.flatten(0, 1), out=out.flatten(0, 1).unsqueeze(-2))


def _sum_channels(states: Tensor, weights: Tensor, out: Tensor) -> None:
    """Σ_d states_d · weights_d of shapes (t, b, n, d) and (t, b, d), into (t, b, n)."""
    torch.bmm(states.flatten(0, 1), weights.flatten(0, 1).unsqueeze(-1), out=out.flatten(0, 1).unsqueeze(-1))


def _blocks(plan: _Plan, *each: Tensor) -> list[Tensor]:
    """Tensors of shape (t, b, …) as (blocks, steps, b, …); the steps added are 0 and change no state."""
    missing, shape = plan.blocks * plan.steps - len(each[0]), (plan.blocks, plan.steps)
    return [pad(one, (0, 0, 0, 0, 0, missing)).contiguous().view(*shape, *one.shape[1:]) for one in each]
