"""Vectors at the scale of the training data, the first thing that a network makes of any features."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

FURTHEST = 10.0
"""Standard deviations from the mean at which a value stands still: one that training never saw in a feature that was
all but constant would be thousands away and drown the others (our design)."""


class Standardised(nn.Module):
    """What reads vectors of `size` numbers at their scale. Until one is taken they stay as they are, but for the limit.

    >>> layer = Standardised(2)
    >>> layer.standardise([torch.tensor([[1.0, 7.0], [3.0, 7.0]])])
    >>> layer.scaled(torch.tensor([[4.0, 7.5], [99.0, 7.0]])).tolist()
    [[2.0, 0.5], [10.0, 0.0]]
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))

    @torch.no_grad()
    def standardise(self, rows: Iterable[Tensor]) -> None:
        """Take mean and standard deviation of every feature of vectors (rows, size), which come some rows at a time."""
        sums = torch.zeros(3, len(self.mean), dtype=torch.float64)
        for some in rows:
            seen = some.double().cpu()
            sums += torch.stack([torch.ones_like(seen), seen, seen**2]).sum(1)
        mean, squares = sums[1:] / sums[0].clamp(min=1)
        deviation = (squares - mean**2).clamp(min=0).sqrt()
        # Of MELD's openSMILE features 122 of 300 are constant: they are 0, and no noise is blown up.
        deviation[deviation < 1e-6 * (1 + mean.abs())] = 1.0
        self.mean.copy_(mean)
        self.deviation.copy_(deviation)

    def scaled(self, vectors: Tensor) -> Tensor:
        """Vectors (…, size) with the mean 0 and the deviation 1 of what training saw, within ±`FURTHEST`."""
        return ((vectors - self.mean) / self.deviation).clamp(-FURTHEST, FURTHEST)
