"""Attention over a whole dialogue that tells the speaker's own turns from those of others.

IMMHA, identity-masked multi-head attention, of EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024,
doi 10.1007/s11432-023-3908-6).
"""

import torch
from torch import Tensor, nn


class IdentityAttention(nn.Module):
    """`layers` layers; `width` a multiple of 2 · `heads`."""

    def __init__(self, width: int, inner: int, layers: int, heads: int, dropout: float, scale: bool = True) -> None:
        super().__init__()

    def forward(self, x: Tensor, speakers: Tensor, mask: Tensor) -> Tensor:
        """States of shape (b, t, width) for x of the same shape."""
        raise NotImplementedError
