"""Transformer-XL: layers that read a segment of a text and what is remembered of the segments before (Dai et al., ACL
2019, section 3.2).

The memory holds the inputs of every layer, and the output of the last, at the last places that were read. It is read
through keys and values only and passes no gradient on. A batch may hold segments of unequal length: the memory is
packed to the right, so that distances in a row are those of its own text, whatever the padding.

Layers normalise first (Xiong et al., ICML 2020), which needs no long warm-up; the paper normalises last.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from sentio.nn.relative_attention import RelativeAttention


class Memory(NamedTuple):
    """What is remembered: `states`, one tensor (b, M, width) a layer and one of the last output, and which of the M
    places hold something, `there` (b, M)."""

    states: tuple[Tensor, ...]
    there: Tensor

    def rows(self, chosen: Tensor | slice) -> "Memory":
        """The memory of some rows of the batch."""
        return Memory(tuple(state[chosen] for state in self.states), self.there[chosen])

    def then(self, new: "Memory", length: int) -> "Memory":
        """The last `length` places of this and what was read after it, without gradient."""
        there = torch.cat([self.there, new.there], 1)
        length = min(length, there.shape[1])
        # Stable: what is there keeps its order and moves to the right, the rest to the left.
        kept = there.long().argsort(dim=1, stable=True)[:, there.shape[1] - length :]
        pairs = zip(self.states, new.states, strict=True)
        states = tuple(torch.cat(pair, 1).detach().take_along_dim(kept[..., None], 1) for pair in pairs)
        return Memory(states, there.take_along_dim(kept, 1))


class Read(NamedTuple):
    """A segment that was read: the `output` (b, T, width) and what can be remembered of it."""

    output: Tensor
    segment: Memory


class TransformerXL(nn.Module):
    """Layers of self-attention over segment and memory and, with `crossed`, of attention to an encoder's output.

    A `causal` one reads nothing that comes later in the segment.
    """

    def __init__(
        self, width: int, heads: int, inner: int, layers: int, p: float, *, causal: bool, crossed: bool
    ) -> None:
        super().__init__()
        self.causal, self.width = causal, width
        self.layers = nn.ModuleList(_Layer(width, heads, inner, p, crossed) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def nothing(self, rows: int) -> Memory:
        """The memory of `rows` texts of which nothing has been read."""
        weight = self.norm.weight
        states = tuple(weight.new_zeros(rows, 0, self.width) for _ in range(len(self.layers) + 1))
        return Memory(states, torch.zeros(rows, 0, dtype=torch.bool, device=weight.device))

    def forward(self, x: Tensor, there: Tensor, memory: Memory, source: tuple[Tensor, Tensor] | None = None) -> Read:
        """Read the segment `x` (b, T, width), `there` (b, T) true where it is not padding, which stands at the end.

        `source` is what the crossed layers attend to: states (b, S, width), and which each place may read
        (b, T or 1, S).
        """
        readable = self._readable(there, memory.there)
        states = []
        for layer, before in zip(self.layers, memory.states, strict=False):
            states.append(x)
            x = layer(x, before.detach(), readable, source)
        output: Tensor = self.norm(x)
        return Read(output, Memory((*states, output), there))

    def at_once(self, x: Tensor, readable: Tensor, source: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """The output (b, T, width) for segments that stand one after the other in `x`, as `forward` gives it for each
        with a memory of those before, in one pass.

        `readable` (b, T, T) says what each place may read, see `between`. Here gradients cross from segment to segment.
        """
        nothing = x[:, :0]
        for layer in self.layers:
            x = layer(x, nothing, readable, source)
        output: Tensor = self.norm(x)
        return output

    def _readable(self, there: Tensor, remembered: Tensor) -> Tensor:
        """Which keys a query may read: (b, T or 1, M + T)."""
        readable = torch.cat([remembered, there], 1)[:, None]
        if not self.causal:
            return readable
        length = there.shape[1]
        return readable & torch.ones(length, readable.shape[2], dtype=torch.bool, device=there.device).tril(
            remembered.shape[1]
        )


def between(reach: Tensor, keys: int) -> Tensor:
    """Which of so many keys lie within the `reach` of each place, (2, b, T): the first and the one behind the last.

    >>> between(torch.tensor([[[0, 1]], [[1, 3]]]), 3).int().tolist()
    [[[1, 0, 0], [0, 1, 1]]]
    """
    first, behind = reach[..., None]
    places = torch.arange(keys, device=reach.device)
    within: Tensor = (places >= first) & (places < behind)
    return within


class _Layer(nn.Module):
    """Attention to oneself and the memory, to the source where there is one, and two linear maps; each adds to x."""

    def __init__(self, width: int, heads: int, inner: int, p: float, crossed: bool) -> None:
        super().__init__()
        self.first, self.attention = nn.LayerNorm(width), RelativeAttention(width, heads)
        self.cross = _CrossAttention(width, heads) if crossed else None
        self.inner = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, inner), nn.GELU(), nn.Dropout(p), nn.Linear(inner, width)
        )
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor, before: Tensor, readable: Tensor, source: tuple[Tensor, Tensor] | None) -> Tensor:
        keys = self.first(torch.cat([before, x], 1))
        x = x + self.dropout(self.attention(keys[:, before.shape[1] :], keys, readable))
        if self.cross is not None and source is not None:
            x = x + self.dropout(self.cross(x, *source))
        out: Tensor = x + self.dropout(self.inner(x))
        return out


class _CrossAttention(nn.Module):
    """Attention to another text's states, by content alone."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.norm = heads, nn.LayerNorm(width)
        self.query, self.pairs = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.joined = nn.Linear(width, width)

    def forward(self, x: Tensor, source: Tensor, readable: Tensor) -> Tensor:
        parts = (self.query(self.norm(x)), *self.pairs(source).chunk(2, dim=-1))
        query, key, value = (part.view(*part.shape[:2], self.heads, -1).transpose(1, 2) for part in parts)
        found = scaled_dot_product_attention(query, key, value, attn_mask=readable[:, None])
        joined: Tensor = self.joined(found.transpose(1, 2).flatten(2))
        return joined
