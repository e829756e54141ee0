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
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
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
    y, last = _Scan.apply(*time_first, rates.to(kind).T, state.to(kind).transpose(1, 2))
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
        """The plan for t steps of `wide` numbers each."""
        most = max(16, BLOCK.get(device, BLOCK["cuda"]) // wide)
        blocks = math.ceil(t / most)
        steps = math.ceil(t / blocks)
        chunks = 1 if wide >= WIDE.get(device, WIDE["cuda"]) else max(1, math.isqrt(steps))
        return cls(blocks, chunks, math.ceil(steps / chunks))


class _Block:
    """Buffers of one block, with time first and channels last: each step is one stretch of (b, n, d) in memory."""

    def __init__(self, plan: _Plan, first: Tensor) -> None:
        self.plan = plan
        # One decay after the last (1: nothing follows in the block) and one state before the first.
        self.decays = first.new_ones(plan.steps + 1, *first.shape)
        self.states = first.new_empty(plan.steps + 1, *first.shape)
        self.products = first.new_empty(plan.steps, *first.shape) if plan.chunks > 1 else None

    def run(self, steps: Tensor, rates: Tensor, written: Tensor, write: Tensor, first: Tensor) -> Tensor:
        """States of the block, shape (steps, b, n, d), from the one before."""
        # A power of two takes a third of the time of one of e.
        torch.mul(steps.unsqueeze(-2), rates / math.log(2), out=self.decays[:-1]).exp2_()
        torch.mul(written.unsqueeze(-2), write.unsqueeze(-1), out=self.states[1:])
        self.states[0] = first
        self._scan(self.decays[:-1], self.states[1:], first, back=False)
        return self.states[1:]

    def run_back(self, adjoints: Tensor, last: Tensor) -> None:
        """Turns what each state's own output asks of it into what all outputs from then on ask of it."""
        self._scan(self.decays[1:], adjoints, last, back=True)

    def _scan(self, decays: Tensor, states: Tensor, first: Tensor, back: bool) -> None:
        """x_t += decay_t x_{t−1} in place, `back`wards x_{t+1}: in all chunks at once, then from one to the next."""
        shape = (self.plan.chunks, self.plan.length)
        order = slice(None, None, -1 if back else 1)
        rows, fade = (each.unflatten(0, shape).unbind(1)[order] for each in (states, decays))
        if self.products is None:
            rows[0].addcmul_(fade[0], first)
        for (before, now), factor in zip(pairwise(rows), fade[1:], strict=True):
            now.addcmul_(factor, before)
        if self.products is None:
            return
        products = self.products.unflatten(0, shape)
        whole = products.unbind(1)[order]
        whole[0].copy_(fade[0])
        for (before, now), factor in zip(pairwise(whole), fade[1:], strict=True):
            torch.mul(factor, before, out=now)
        entering = [first]
        for end, factor in zip(rows[-1].unbind()[order], whole[-1].unbind()[order], strict=True):
            entering.append(torch.addcmul(end, factor, entering[-1]))
        carried = torch.stack(entering[:-1][order]).unsqueeze(1)
        states.unflatten(0, shape).addcmul_(products, carried)


class _Scan(torch.autograd.Function):
    """Time first: inputs and steps (t, b, d), write and read (t, b, n), rates (n, d), the state (b, n, d)."""

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, inputs: Tensor, steps: Tensor, write: Tensor, read: Tensor, rates: Tensor, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        plan = _Plan.of(len(inputs), state.numel(), inputs.device.type)
        block, starts, outputs = _Block(plan, state), [], []
        u, step, b, c = _blocks(plan, inputs, steps, write, read)
        rates = rates.contiguous()
        for i in range(plan.blocks):
            starts.append(state)
            states = block.run(step[i], rates, step[i] * u[i], b[i], state)
            outputs.append(_times(c[i], states))
            state = states[-1].clone()
        ctx.save_for_backward(u, step, b, c, rates, torch.stack(starts))
        ctx.plan, ctx.length = plan, len(inputs)
        return torch.cat(outputs)[: len(inputs)], state

    @staticmethod
    @once_differentiable  # type: ignore[misc, unused-ignore]
    def backward(ctx: Any, *asked: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        u, step, b, c, rates, starts = ctx.saved_tensors
        plan: _Plan = ctx.plan
        (asked_outputs,), adjoint = _blocks(plan, asked[0]), asked[1]
        block, adjoints = _Block(plan, starts[0]), starts.new_empty(plan.steps, *starts.shape[1:])
        found = [torch.empty_like(each) for each in (u, step, b, c)]
        of_rates = torch.zeros_like(rates)
        for i in reversed(range(plan.blocks)):
            written, asks = step[i] * u[i], asked_outputs[i]
            states = block.run(step[i], rates, written, b[i], starts[i])
            torch.mul(asks.unsqueeze(-2), c[i].unsqueeze(-1), out=adjoints)
            block.run_back(adjoints, adjoint)
            of_written = _times(b[i], adjoints)
            found[0][i] = step[i] * of_written
            found[2][i] = (adjoints @ written.unsqueeze(-1)).squeeze(-1)
            found[3][i] = (states @ asks.unsqueeze(-1)).squeeze(-1)
            # What reaches the state before: through the decay, which depends on steps and rates.
            adjoint = adjoints.mul_(block.decays[:-1])[0].clone()
            of_exponents = adjoints.mul_(block.states[:-1])
            states = torch.mul(of_exponents, rates, out=states)
            found[1][i] = torch.addcmul(states.sum(-2), u[i], of_written)
            of_rates += torch.mul(of_exponents, step[i].unsqueeze(-2), out=states).sum((0, 1))
        return *(each.flatten(0, 1)[: ctx.length] for each in found), of_rates, adjoint


def _times(rows: Tensor, states: Tensor) -> Tensor:
    """Σ_n rows_n · states_n of shapes (t, b, n) and (t, b, n, d)."""
    return (rows.unsqueeze(-2) @ states).squeeze(-2)


def _blocks(plan: _Plan, *each: Tensor) -> list[Tensor]:
    """Tensors of shape (t, b, …) as (blocks, steps, b, …); the steps added are 0 and change no state."""
    missing = plan.blocks * plan.steps - len(each[0])
    return [pad(one, (0, 0, 0, 0, 0, missing)).contiguous().unflatten(0, (plan.blocks, plan.steps)) for one in each]
