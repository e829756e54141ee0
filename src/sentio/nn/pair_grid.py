"""Pairs of an utterance and one of its history as a grid, in which a pair is read beside those next to it.

After the grids in which pairs of emotion and cause are judged together in texts (ECPE-2D, Ding et al., ACL 2020); ours
has three neighbours instead of attention, so that its cost grows with the pairs, and no target reads a later one.
"""

import torch
from torch import Tensor, nn

SIDES = 3
"""Pairs next to a pair that it is read beside."""


class Beside(nn.Module):
    """A pair beside the pairs next to it."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm, self.all = nn.LayerNorm(hidden), nn.Linear((1 + SIDES) * hidden, hidden)

    def forward(self, states: Tensor, neighbours: Tensor) -> Tensor:
        """What is added to states of shape (pairs, hidden); `neighbours` is that of `grid`."""
        normed = self.norm(states)
        nobody = torch.cat([normed, torch.zeros(1, normed.shape[1])])
        added: Tensor = nn.functional.gelu(self.all(torch.cat([normed, *(nobody[side] for side in neighbours.T)], -1)))
        return added


def grid(turns: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of each target and every utterance up to it, shape (pairs, 2), and the numbers of the pairs next to each,
    shape (pairs, `SIDES`): with the candidate before, the one after, and with the target before; `len(pairs)` for none.

    `turns` counts the utterances before each in its conversation, one behind the other, and `targets` are numbers of
    utterances in ascending order.

    >>> pairs, neighbours = grid(torch.tensor([0, 1, 0]), torch.tensor([0, 1, 2]))
    >>> pairs.tolist()
    [[0, 0], [1, 0], [1, 1], [2, 2]]
    >>> neighbours.tolist()
    [[4, 4, 4], [4, 2, 0], [1, 4, 4], [4, 4, 4]]
    """
    before = turns[targets]
    owner = torch.repeat_interleave(torch.arange(len(targets)), before + 1)
    firsts = (before + 1).cumsum(0) - before - 1
    row = torch.arange(len(owner))
    place = row - firsts[owner]
    start = targets - before
    follows = torch.cat([torch.zeros(1, dtype=torch.bool), start[1:] == start[:-1]])
    above = follows[owner] & (place <= before.roll(1)[owner])
    sides = (
        (place > 0, row - 1),
        (place < before[owner], row + 1),
        (above, firsts.roll(1)[owner] + place),
    )
    neighbours = torch.stack([torch.where(there, side, len(row)) for there, side in sides], dim=1)
    return torch.stack([targets[owner], start[owner] + place], dim=1), neighbours
