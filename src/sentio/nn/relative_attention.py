"""Attention by content and by relative distance, as in Transformer-XL (Dai et al., ACL 2019, section 3.3).

The score of query i and key j, whose places in the text are p_i and p_j, is

    (q_i·k_j + q_i·r_d + u·k_j + v·r_d) / sqrt(width of a head),   d = p_i - p_j

where r_d is a projection of the sinusoids of the distance d, and u and v are learned, the same for all places. Keys
may be more than queries: those of the memory come first, and the queries are the last of the keys. Distances have both
signs, so the same attention reads in both directions or, with a mask, backwards only.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

LOW = -1e9
"""Instead of the score of a key that must not be read; finite, or a query that may read nothing would be no number."""


def sinusoids(queries: int, keys: int, width: int) -> Tensor:
    """Sines and cosines of every distance between queries and keys, farthest back first: shape (R, width).

    There are R = keys + queries - 1 distances, from keys - 1 back to queries - 1 ahead. Wave lengths are those of
    Vaswani et al. (NIPS 2017, section 3.5).

    >>> sinusoids(queries=1, keys=2, width=2).double().round(decimals=4).tolist()
    [[0.8415, 0.5403], [0.0, 1.0]]
    """
    distances = torch.arange(keys - 1, -queries, -1.0)
    rates = 10_000 ** (-torch.arange(0.0, width, 2.0) / width)
    angles = distances[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def relative_shift(scores: Tensor) -> Tensor:
    """From scores by distance those by key: (..., T, R) to (..., T, K), K = R - T + 1.

    Entry (i, j) of the answer is entry (i, T - 1 - i + j) of what is given, the score of the distance that lies between
    query i and key j. No entry is looked up: with a column more, rows that are one shorter slide by themselves.

    >>> relative_shift(torch.tensor([[2, 1, 0, -1], [2, 1, 0, -1]])).tolist()
    [[1, 0, -1], [2, 1, 0]]
    """
    queries, distances = scores.shape[-2:]
    flat = pad(scores, (0, 1)).flatten(-2)[..., queries - 1 : queries - 1 + queries * distances]
    return flat.view(*scores.shape)[..., : distances - queries + 1]


def relative_scores(query: Tensor, key: Tensor, distance: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Scores before the softmax, shape (b, heads, T, K).

    `query` (b, heads, T, h), `key` (b, heads, K, h), `distance` (heads, K + T - 1, h) in the order of `sinusoids`,
    `u` and `v` (heads, h).
    """
    by_content = (query + u[:, None]) @ key.transpose(-1, -2)
    by_distance = relative_shift((query + v[:, None]) @ distance.transpose(-1, -2))
    scores: Tensor = (by_content + by_distance) / query.shape[-1] ** 0.5
    return scores


class RelativeAttention(nn.Module):
    """Several heads of it; without biases, as in the released code, and without dropout of single shares, which took a
    third of a training's time."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.pairs = nn.Linear(width, width, bias=False), nn.Linear(width, 2 * width, bias=False)
        self.distance, self.joined = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.u, self.v = (nn.Parameter(torch.zeros(heads, width // heads)) for _ in range(2))

    def forward(self, x: Tensor, keys: Tensor, readable: Tensor) -> Tensor:
        """What each query finds: shape as `x`, (b, T, width).

        `keys` (b, K, width) end with the T queries; `readable` (b, T or 1, K) is true where a query may read a key.
        """
        key, value = (self._by_head(part) for part in self.pairs(keys).chunk(2, dim=-1))
        distances = sinusoids(x.shape[1], keys.shape[1], x.shape[2]).to(x)
        distance = self._by_head(self.distance(distances)[None])[0]
        scores = relative_scores(self._by_head(self.query(x)), key, distance, self.u, self.v)
        shares = scores.masked_fill(~readable[:, None], LOW).softmax(-1)
        joined: Tensor = self.joined((shares @ value).transpose(1, 2).flatten(2))
        return joined

    def _by_head(self, part: Tensor) -> Tensor:
        """Shape (b, heads, n, width / heads)."""
        return part.view(*part.shape[:2], self.heads, -1).transpose(1, 2)
