"""Transformer encoders over the turns of a dialogue, with a connection around each: F ← F + Enc(F)."""

import torch
from torch import Tensor, nn

from sentio.nn.masked_attention import masked_attention

INNER = 4
"""Width of the feed-forward part, in widths of a layer (Vaswani et al., NIPS 2017)."""


class EncoderBlock(nn.Module):
    """One block of M2FNet's dialogue level: the stream and what an encoder of `layers` makes of it.

    The paper does not say how its layers are built. Ours normalise first, which trains without a warm-up (Xiong et
    al., ICML 2020), and know neither places nor speakers: turns in another order get the same answers in that order.
    Not `nn.TransformerEncoderLayer`: its fast path returned NaN for a float mask (torch 2.13), and only a setting for
    the whole process turns it off.
    """

    def __init__(self, width: int, heads: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, keys: Tensor) -> Tensor:
        """Shape as `x`, (b, t, width); `keys` (b, t) is true for turns that the others may read."""
        inner = x
        for layer in self.layers:
            inner = layer(inner, keys)
        around: Tensor = x + self.norm(inner)
        return around


class _Layer(nn.Module):
    """Self-attention, then two linear maps for each turn; both add to the stream."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.p = heads, dropout
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.parts, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.inner = nn.Sequential(
            nn.Linear(width, INNER * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(INNER * width, width)
        )

    def forward(self, x: Tensor, keys: Tensor) -> Tensor:
        query, key, value = torch.chunk(self.parts(self.first(x)), 3, dim=-1)
        found = masked_attention(query, key, value, keys, self.heads, self.p if self.training else 0.0)
        x = x + self.dropout(self.joined(found))
        added: Tensor = x + self.dropout(self.inner(self.second(x)))
        return added
