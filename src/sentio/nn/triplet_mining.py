"""Which triplets an extractor learns from: anchors of every class alike, negatives ever harder.

The paper of M2FNet does not say how its triplets are chosen; the order random, semi-hard, hardest is that of the
re-implementation by iosonopersia, the turns in it are ours.
"""

from typing import Literal

import torch
from torch import Tensor

Miner = Literal["random", "semi-hard", "hardest"]
MINERS: tuple[Miner, ...] = ("random", "semi-hard", "hardest")


def miner_of(epoch: int, epochs: int) -> Miner:
    """The miner of an epoch from 0: a third of the training each (our design).

    >>> [miner_of(epoch, 6) for epoch in (0, 1, 2, 5)]
    ['random', 'random', 'semi-hard', 'hardest']
    """
    return MINERS[min(epoch * len(MINERS) // max(epochs, 1), len(MINERS) - 1)]


def class_uniform_pairs(labels: Tensor, count: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
    """`count` anchors and positives, as rows of `labels` (n,): an anchor's class is drawn uniformly, then two of it.

    Classes with a single member give no pair; where no class gives one, or all rows are of one class, so that there is
    no negative, the answer is empty.
    """
    classes, sizes = torch.unique(labels, return_counts=True)
    usable = torch.nonzero(sizes > 1).flatten()
    if len(usable) == 0 or len(classes) < 2:
        return labels.new_empty(0), labels.new_empty(0)
    rows = torch.argsort(labels, stable=True)  # the members of a class stand together
    drawn = usable[torch.randint(len(usable), (count,), generator=dice).to(usable.device)]
    first, size = (sizes.cumsum(0) - sizes)[drawn], sizes[drawn]
    one = _below(size, dice)
    other = (one + 1 + _below(size - 1, dice)) % size
    return rows[first + one], rows[first + other]


def mined_negatives(
    vectors: Tensor, labels: Tensor, anchors: Tensor, positives: Tensor, miner: Miner, dice: torch.Generator
) -> Tensor:
    """A negative for each pair, as rows of `vectors` (n, width) and `labels` (n,); shape of `anchors`.

    `random`: any of another class. `semi-hard`: the nearest of those farther from the anchor than the positive is
    (Schroff et al., CVPR 2015), the farthest of all where none is. `hardest`: the nearest.
    """
    foreign = labels[anchors][:, None] != labels[None]
    if miner == "random":
        drawn = torch.rand(foreign.shape, generator=dice).to(foreign.device)
        return drawn.masked_fill(~foreign, -1.0).argmax(dim=1)
    with torch.no_grad():
        distances = torch.cdist(vectors[anchors], vectors, compute_mode="donot_use_mm_for_euclid_dist")
    nearest_from = distances.gather(1, positives[:, None]) if miner == "semi-hard" else distances.new_tensor(-1.0)
    candidates = foreign & (distances > nearest_from)
    nearest = distances.masked_fill(~candidates, torch.inf).argmin(dim=1)
    farthest = distances.masked_fill(~foreign, -1.0).argmax(dim=1)
    return torch.where(candidates.any(dim=1), nearest, farthest)


def _below(limits: Tensor, dice: torch.Generator) -> Tensor:
    """A whole number from 0 on below each limit."""
    drawn = torch.rand(limits.shape, generator=dice, dtype=torch.float64).to(limits.device)
    return (drawn * limits).long()
