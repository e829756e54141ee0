"""Who speaks in dialogues written as letters, for tests of layers over dialogues."""

import torch
from torch import Tensor


def spoken(*dialogues: str) -> Tensor:
    """Speakers of dialogues like "ABA", one letter a turn, numbered as they first speak; -1 at padding."""
    longest = max(map(len, dialogues))
    numbers = [[list(dict.fromkeys(one)).index(who) for who in one] for one in dialogues]
    return torch.tensor([row + [-1] * (longest - len(row)) for row in numbers])
