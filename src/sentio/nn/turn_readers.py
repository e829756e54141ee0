"""Recurrent reading of dialogues: along the dialogue, and along each speaker's own turns."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class TurnReader(nn.Module):
    """A GRU over the turns of each row, both ways unless `causal`; padding reaches no state.

    `width` is that of the states; read both ways it is shared by the two directions and must be even.
    """

    def __init__(self, size: int, width: int, causal: bool) -> None:
        super().__init__()
        self.gru = nn.GRU(size, width if causal else width // 2, batch_first=True, bidirectional=not causal)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """States, shape (b, t, width), zero at padding, for x (b, t, size) and mask (b, t), padded at the end."""
        lengths = mask.sum(1).clamp(min=1).cpu()
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=x.shape[1])
        return states * mask[..., None]


class SpeakerReader(nn.Module):
    """A `TurnReader` over each speaker's own turns, as if nobody else had spoken."""

    def __init__(self, size: int, width: int, causal: bool) -> None:
        super().__init__()
        self.reader = TurnReader(size, width, causal)
        self.width = width

    def forward(self, x: Tensor, speakers: Tensor) -> Tensor:
        """States, shape (b, t, width), zero at padding, for x (b, t, size) and speakers (b, t), -1 at padding."""
        there = speakers >= 0
        states = x.new_zeros(*x.shape[:2], self.width)
        if bool(there.any()):
            row, place = own_turns(speakers)
            block = x.new_zeros(int(row.max()) + 1, int(place.max()) + 1, x.shape[-1])
            mask = torch.zeros(block.shape[:2], dtype=torch.bool, device=x.device)
            block[row, place], mask[row, place] = x[there], True
            states[there] = self.reader(block, mask)[row, place].to(states.dtype)
        return states


def own_turns(speakers: Tensor) -> tuple[Tensor, Tensor]:
    """For each turn, row by row: which of all dialogues' speakers has it, and how many of its own came before.

    >>> row, place = own_turns(torch.tensor([[0, 1, 0, 2], [0, 0, -1, -1]]))
    >>> row.tolist(), place.tolist()
    ([0, 1, 0, 2, 3, 3], [0, 0, 1, 0, 0, 1])
    """
    dialogue, turn = torch.nonzero(speakers >= 0, as_tuple=True)
    who = dialogue * (int(speakers.max()) + 1) + speakers[dialogue, turn]
    _, row, counts = torch.unique(who, return_inverse=True, return_counts=True)
    order = torch.argsort(row, stable=True)
    place = torch.empty_like(row)
    place[order] = torch.arange(len(row), device=row.device) - (counts.cumsum(0) - counts)[row[order]]
    return row, place
