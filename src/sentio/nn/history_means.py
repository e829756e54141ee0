"""What was said before, as far as it bears on an utterance: means of the last turns by who said them."""

import math

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn.functional import gelu

GROUPS = 3
"""Turns before are averaged three times: those of the same speaker, of the others, and all."""
FADING = 0.6
"""How much less a turn counts than the one behind it, as training begins."""
LOW = -1e4
"""Added to the weights of turns that do not belong; finite, because a softmax of infinities is no number."""


class HistoryShape(BaseModel):
    """Sizes: `span` turns before are read, `wide` numbers of each besides its logits, in a layer of `hidden`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    span: int = Field(default=8, ge=1)
    wide: int = Field(default=64, ge=1)
    hidden: int = Field(default=96, ge=1)


class HistoryMeans(nn.Module):
    """Turns in, for each the change that its history makes to its logits.

    What the same person, the others and all said within the last `span` turns is averaged, nearer turns counting more:
    moods last, and they spread. No turn sees a later one. Our design, of few weights, because few conversations are
    there to learn from: attention with learned queries over the same turns found nothing in them (docs/everyday.md).
    The last layers start at zero, so that training begins with what the words say. In training a turn's history is
    hidden with the probability `absence`.
    """

    def __init__(self, shape: HistoryShape, labels: int, dropout: float, absence: float) -> None:
        super().__init__()
        read = labels + shape.wide
        self.fading = nn.Parameter(math.log(FADING) * torch.arange(shape.span).repeat(GROUPS, 1))
        self.own, self.before = nn.Linear(read, shape.hidden), nn.Linear(GROUPS * (read + 1), shape.hidden)
        self.outputs = nn.Linear(shape.hidden, labels)
        self.straight = nn.Linear(GROUPS * (read + 1), labels, bias=False)
        self.dropout, self.absence = nn.Dropout(dropout), absence
        for weight in (self.outputs.weight, self.outputs.bias, self.straight.weight):
            nn.init.zeros_(weight)

    def forward(self, words: Tensor, history: Tensor, same: Tensor) -> Tensor:
        """Shape (turns, labels). `words`: what each turn says by itself, logits first, shape (turns, labels + wide).
        `history`: the rows of the turns before each, the nearest first, -1 where there is none, shape (turns, span);
        `same`: 1 where its speaker said that, else 0.
        """
        there = history >= 0
        if self.training and self.absence:
            there = there & (torch.rand(len(there), 1) >= self.absence)
        mine = same == 1
        belongs = torch.stack([there & mine, there & ~mine, there], 1)
        some = belongs.any(-1, keepdim=True).float()
        weights = (self.fading + LOW * (~belongs)).softmax(-1) * some
        means = weights @ words[history.clamp(min=0)]
        before = torch.cat([means, some], -1).flatten(1)
        read = self.dropout(gelu(self.own(words) + self.before(self.dropout(before))))
        change: Tensor = self.outputs(read) + self.straight(before)
        return change
