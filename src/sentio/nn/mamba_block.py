"""A selective state-space block, and one that reads a dialogue in both directions.

The block is Mamba-1's (Gu and Dao, 2023, figure 3 and the defaults of their release): channels are widened, see their
last `KERNEL` steps, decide by themselves how fast each state fades and what is written and read, and are gated.
Reading backwards with weights of its own, residual and normalisation are our design.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, silu, softplus

from sentio.nn.selective_scan import selective_scan

EXPANSION, STATES, KERNEL = 2, 16, 4
"""Widening, states of a channel and width of the convolution: Mamba-1's."""
RANK = 16
"""A block of width d decides on its steps through ⌈d / 16⌉ numbers: Mamba-1's."""
STEPS = (1e-3, 0.1)
"""At first the steps Δ lie between these, evenly in their logarithm: Mamba-1's."""


@dataclass(frozen=True)
class MambaState:
    """What a block keeps of a sequence that goes on: the last inputs of the convolution, shape (b, KERNEL − 1,
    channels), and the state of the scan, shape (b, channels, STATES)."""

    inputs: Tensor
    scan: Tensor


class MambaBlock(nn.Module):
    """Sequences of `width` in, as many of the same width out; a step sees itself and the ones before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        channels, self.rank = EXPANSION * width, math.ceil(width / RANK)
        self.enter = nn.Linear(width, 2 * channels, bias=False)
        self.near = nn.Conv1d(channels, channels, KERNEL, groups=channels)
        self.choose = nn.Linear(channels, self.rank + 2 * STATES, bias=False)
        self.steps = nn.Linear(self.rank, channels)
        self.fading = nn.Parameter(torch.arange(1, STATES + 1).log().repeat(channels, 1))
        self.skip = nn.Parameter(torch.ones(channels))
        self.leave = nn.Linear(channels, width, bias=False)
        nn.init.uniform_(self.steps.weight, -(self.rank**-0.5), self.rank**-0.5)
        first = torch.empty(channels).uniform_(*map(math.log, STEPS)).exp()
        with torch.no_grad():
            self.steps.bias.copy_(first.expm1().log())  # softplus undone

    def forward(self, x: Tensor, mask: Tensor, state: MambaState | None = None) -> tuple[Tensor, MambaState]:
        """Outputs of shape (b, t, width), 0 at padding, and the state after the last true step of each row.

        `x`: shape (b, t, width). `mask`: shape (b, t), true at steps, which stand at the beginning of a row.
        `state`: that of the same rows' earlier part.
        """
        x = x.masked_fill(~mask.unsqueeze(-1), 0)
        u, gate = self.enter(x).chunk(2, dim=-1)
        if state is None:
            u = torch.cat([u.new_zeros(len(u), KERNEL - 1, u.shape[-1]), u], dim=1)
        else:
            u = torch.cat([state.inputs, u], dim=1)
        ahead = mask.sum(1, keepdim=True) + torch.arange(KERNEL - 1, device=x.device)
        kept = u.take_along_dim(ahead.unsqueeze(-1), 1)
        u = silu(conv1d(u.transpose(1, 2), self.near.weight, self.near.bias, groups=u.shape[-1]).transpose(1, 2))
        rough, write, read = self.choose(u).split([self.rank, STATES, STATES], dim=-1)
        steps = softplus(self.steps(rough)) * mask.unsqueeze(-1)
        y, last = selective_scan(u, steps, -self.fading.exp(), write, read, None if state is None else state.scan)
        out: Tensor = self.leave((y + self.skip * u) * silu(gate))
        return out.masked_fill(~mask.unsqueeze(-1), 0), MambaState(kept, last)


class BidirectionalMamba(nn.Module):
    """x + forward(x) + backward(x), dropped out and normalised; without `both` the past alone is read."""

    def __init__(self, width: int, dropout: float, both: bool = True) -> None:
        super().__init__()
        self.past = MambaBlock(width)
        self.future = MambaBlock(width) if both else None
        self.dropout, self.norm = nn.Dropout(dropout), nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Shape (b, t, width) as `x`; `mask`, shape (b, t), is true at the steps, which begin each row."""
        x = x.masked_fill(~mask.unsqueeze(-1), 0)
        read = self.past(x, mask)[0]
        if self.future is not None:
            turned = reversed_places(mask).unsqueeze(-1)
            read = read + self.future(x.take_along_dim(turned, 1), mask)[0].take_along_dim(turned, 1)
        out: Tensor = self.norm(x + self.dropout(read))
        return out


def reversed_places(mask: Tensor) -> Tensor:
    """Where each step of a row goes when its true part is turned round, shape (b, t); padding stays.

    >>> reversed_places(torch.tensor([[True, True, True, False]]))
    tensor([[2, 1, 0, 3]])
    """
    places = torch.arange(mask.shape[1], device=mask.device)
    return torch.where(mask, mask.sum(1, keepdim=True) - 1 - places, places)
