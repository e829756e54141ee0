"""Characters of an utterance as one vector, learned from nothing."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

PADDING, UNKNOWN = 0, 1
"""Numbers of no character and of one that training has not seen; the others begin at 2."""


class CharReader(nn.Module):
    """Convolutions over the characters, of several widths, the largest answer of each filter kept.

    The network of Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014, on characters instead
    of words. `size` counts numbers of characters, those for padding and for unknown ones included; a vector has
    `channels` numbers for each of the `widths`.
    """

    def __init__(self, size: int, embedding: int, channels: int, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(dropout)
        self.filters = nn.ModuleList(nn.Conv1d(embedding, channels, width, padding=width - 1) for width in widths)
        self.width = channels * len(widths)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors, shape (n, width), of characters numbered as (n, l), padded at the end.

        Padding says nothing: a vector is the same however much of it there is.
        """
        lengths = (codes != PADDING).sum(1)
        codes = codes[:, : max(1, int(lengths.max()) if len(lengths) else 1)]
        x = self.dropout(self.embedding(codes)).transpose(1, 2)
        found = [self._largest(torch.relu(filters(x)), lengths) for filters in self.filters]
        return torch.cat(found, dim=-1)

    def _largest(self, answers: Tensor, lengths: Tensor) -> Tensor:
        """The largest answer of each filter among those that have seen a character; 0 where there is none."""
        beyond = answers.shape[-1] - int(lengths.max()) if len(lengths) else 0
        places = torch.arange(answers.shape[-1], device=answers.device)
        ends = torch.where(lengths > 0, lengths + beyond, 0)
        return (answers * (places < ends[:, None])[:, None]).amax(-1)
