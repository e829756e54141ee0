"""The n-grams of an utterance as one vector, learned from nothing."""

import torch
from torch import Tensor, nn

PADDING = 0
"""The number of no n-gram; the others begin at 1."""

SPREAD = 0.1
"""Standard deviation of a vector's numbers at first: with torch's own 1 the sums drown what is learned. Our choice."""


class NgramReader(nn.Module):
    """The sum of the n-grams' vectors, divided by the square root of their number.

    After Joulin, Grave, Bojanowski and Mikolov, "Bag of Tricks for Efficient Text Classification", EACL 2017, who
    take the mean; the square root leaves long utterances more to say (our design). `size` counts the numbers, that of
    padding included.
    """

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, width, padding_idx=PADDING)
        with torch.no_grad():
            self.embedding.weight[PADDING + 1 :].normal_(0.0, SPREAD)
        self.width = width

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors, shape (n, width), of n-grams numbered as (n, l), padded at the end; zero where there is none.

        >>> read = NgramReader(5, 2)
        >>> _ = read.embedding.weight.data.copy_(torch.tensor([[0.0, 0], [1, 0], [0, 2], [3, 0], [0, 4]]))
        >>> read(torch.tensor([[1, 2, 3, 4], [2, 0, 0, 0], [0, 0, 0, 0]])).tolist()
        [[2.0, 3.0], [0.0, 2.0], [0.0, 0.0]]
        """
        counts = (codes != PADDING).sum(1)
        codes = codes[:, : max(1, int(counts.max()) if len(counts) else 1)]
        found: Tensor = self.embedding(codes).sum(1) / counts.clamp(min=1).sqrt()[:, None]
        return found
