"""M2FNet's fusion attention: what was heard and seen decides which words are looked at."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sentio.nn.masked_attention import masked_attention


class FusionAttention(nn.Module):
    """One fusion layer: query and value are the main stream, keys another modality, one attention for each.

    Audio and video only shape the attention; what is carried on is the main stream's content. What the heads found is
    joined by a linear map back to `width` and added to the stream. That sum is ours: in print the heads' finds replace
    the stream, and where the keys of a dialogue are alike every utterance would become the mean of all; the
    re-implementation by iosonopersia puts the stream beside them for the same map. The maps that usually end an
    attention are one with the joining map. Both are linear.
    """

    def __init__(self, width: int, others: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.p = heads, dropout
        self.query = nn.ModuleList(nn.Linear(width, width) for _ in range(others))
        self.key = nn.ModuleList(nn.Linear(width, width) for _ in range(others))
        self.value = nn.ModuleList(nn.Linear(width, width) for _ in range(others))
        self.joined = nn.Linear(others * width, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, stream: Tensor, others: Sequence[Tensor], keys: Sequence[Tensor]) -> Tensor:
        """The next stream, shape (b, t, width).

        `stream` and each of `others`: shape (b, t, width). `keys`: of each other modality, shape (b, t), true where
        both it and the main one are present; in a dialogue where that is nowhere, each turn keeps its own content.
        """
        found = torch.cat(self.found(stream, others, keys), dim=-1)
        following: Tensor = self.norm(stream + self.dropout(self.joined(found)))
        return following

    def found(self, stream: Tensor, others: Sequence[Tensor], keys: Sequence[Tensor]) -> list[Tensor]:
        """What the heads of each modality's attention found, side by side, shape (b, t, width) each."""
        p = self.p if self.training else 0.0
        return [
            masked_attention(query(stream), key(other), value(stream), readable, self.heads, p)
            for query, key, value, other, readable in zip(self.query, self.key, self.value, others, keys, strict=True)
        ]
