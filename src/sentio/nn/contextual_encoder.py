"""The part of `mini` that reads conversations: its upper layers once more, and what was said before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sentio.nn.conversation_encoder import EncoderShape, by_length, encoder_layers, through
from sentio.nn.emotion_encoder import by_label
from sentio.nn.history_means import HistoryMeans, HistoryShape


@dataclass(frozen=True)
class Heard:
    """Turns of some conversations as the encoder reads them.

    `states`: what the lower layers made of each turn's tokens, shape (tokens, width). `history` and `same`: see
    `HistoryMeans`.
    """

    states: Sequence[Tensor]
    history: Tensor
    same: Tensor


def together(parts: Iterable[Heard]) -> Heard:
    """Several conversations as one batch."""
    states: list[Tensor] = []
    histories, sames = [], []
    for part in parts:
        histories.append(torch.where(part.history >= 0, part.history + len(states), -1))
        sames.append(part.same)
        states.extend(part.states)
    return Heard(states, torch.cat(histories), torch.cat(sames))


class ContextualEncoder(nn.Module):
    """States of tokens in, logits of each turn out, from its words and from those before it.

    The words go through the `upper` layers and a label-wise attention (`nn.emotion_encoder`), which start as those of
    `mini`. A turn's logits and some numbers read from the mean of its tokens are what later turns know of it.
    """

    def __init__(
        self, shape: EncoderShape, history: HistoryShape, dropout: float, context_dropout: float, absence: float
    ) -> None:
        super().__init__()
        self.layers = encoder_layers(shape, shape.upper, dropout)
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Linear(shape.width, shape.labels, bias=False)
        self.head = nn.Linear(shape.width, shape.labels)
        self.inputs = nn.Linear(shape.width, history.wide)
        self.history = HistoryMeans(history, shape.labels, context_dropout, absence)

    def forward(self, heard: Heard) -> Tensor:
        """Logits of shape (turns, labels)."""
        own, turns = self.words(heard.states)
        # The history is small and its sums are long: in 32 bits, whatever the layers run in.
        with torch.autocast("cpu", enabled=False):
            logits: Tensor = own + self.history(torch.cat([own, turns], -1), heard.history, heard.same)
        return logits

    def words(self, states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """What the words say by themselves: logits of shape (turns, labels), and what is handed on besides, shape
        (turns, wide); turns of like length are computed together."""
        found, order = [], []
        for rows, padded, mask in by_length(states):
            tokens = self.dropout(through(self.layers, padded, mask))
            logits = by_label(tokens, ~mask, self.query, self.head).float()
            mean = ((tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).float()
            with torch.autocast("cpu", enabled=False):
                found.append((logits, self.inputs(mean)))
            order += rows
        place = torch.argsort(torch.tensor(order))
        own, turns = (torch.cat(part)[place] for part in zip(*found, strict=True))
        return own, turns
