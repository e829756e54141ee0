"""Attention over a whole dialogue that tells the speaker's own turns from those of others.

IMMHA, identity-masked multi-head attention, of EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024,
doi 10.1007/s11432-023-3908-6). Two departures from the released code: places are counted from the middle of the
dialogue and not of the padded batch, where the same dialogue got other answers beside a longer one; and of its five
projections the one that nothing reads is left out.
"""

import math

import torch
from torch import Tensor, nn


class IdentityAttention(nn.Module):
    """Layers of attention and feed-forward network, each normalised behind its sum (post-norm).

    `width` is a multiple of 2 · `heads`; `inner` is the width within the feed-forward network. `scale` divides scores
    by √(width / heads), which the released code does not.
    """

    def __init__(self, width: int, inner: int, layers: int, heads: int, dropout: float, scale: bool = True) -> None:
        super().__init__()
        self.place_width = width // heads
        self.layers = nn.ModuleList(_Layer(width, inner, heads, dropout, scale) for _ in range(layers))

    def forward(self, x: Tensor, speakers: Tensor, mask: Tensor) -> Tensor:
        """States of shape (b, t, width) for utterances x of the same shape; every turn reads every turn."""
        same = (speakers[:, :, None] == speakers[:, None])[:, None]
        places = _places(mask, self.place_width).to(x.dtype)
        for layer in self.layers:
            x = layer(x, places, same, mask[:, None, None])
        return x


class _Layer(nn.Module):
    def __init__(self, width: int, inner: int, heads: int, dropout: float, scale: bool) -> None:
        super().__init__()
        self.heads, self.scale = heads, (width / heads) ** -0.5 if scale else 1.0
        self.project = nn.Linear(width, 4 * width, bias=False)  # queries, keys of own, keys of others, values
        self.project_places = nn.Linear(width // heads, 3 * width, bias=False)
        self.output = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, inner), nn.ReLU(), nn.Dropout(dropout), nn.Linear(inner, width), nn.Dropout(dropout)
        )
        self.dropout = nn.Dropout(dropout)
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor, places: Tensor, same: Tensor, readable: Tensor) -> Tensor:
        """x: (b, t, width); places: (b, t, width / heads); same: (b, 1, t, t); readable: (b, 1, 1, t)."""
        query, own, other, value = self._heads(self.project(x), 4)
        place_query, own_place, other_place = self._heads(self.project_places(places), 3)
        # Scores of content and of place add up, so that one product of twice the width gives both.
        query = torch.cat([query, place_query], -1) * self.scale
        scores = torch.where(
            same,
            query @ torch.cat([own, own_place], -1).mT,
            query @ torch.cat([other, other_place], -1).mT,
        )
        # Finite, because a row of infinities has no softmax.
        scores = scores.masked_fill(~readable, torch.finfo(scores.dtype).min)
        read = self.dropout(scores.softmax(-1)) @ value
        x = self.attention_norm(x + self.output(read.transpose(1, 2).flatten(2)))
        fed: Tensor = self.feed_norm(x + self.feed(x))
        return fed

    def _heads(self, projected: Tensor, parts: int) -> tuple[Tensor, ...]:
        """`parts` blocks of shape (b, heads, t, width / heads) of (b, t, parts · width)."""
        rows, turns, width = projected.shape
        blocks = projected.view(rows, turns, parts, self.heads, width // (parts * self.heads))
        return blocks.permute(2, 0, 3, 1, 4).unbind()


def _places(mask: Tensor, width: int) -> Tensor:
    """Sines and cosines of each turn's place, counted from the middle of its dialogue; shape (b, t, width).

    Wavelengths from 2π to 10,000 · 2π turns (Vaswani et al., NeurIPS 2017, section 3.5).
    """
    turns = torch.arange(mask.shape[1], device=mask.device)
    place = turns - mask.sum(1, keepdim=True) // 2
    rates = torch.exp(torch.arange(0, width, 2, device=mask.device) * (-math.log(10_000.0) / width))
    angles = place[..., None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(2)
