"""The network: an encoder that is told the emotion, a decoder that writes the reply, and what both remember."""

from typing import NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn
from torch.nn.functional import linear

from sentio.nn.emotion_embedding import EmotionEmbedding
from sentio.nn.transformer_xl import Memory, TransformerXL


class Size(BaseModel):
    """How large the network is: `width` of the vectors, `inner` widths within a layer, `memory` places of each stack.

    Vocabulary and labels are those of the run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=128, ge=2)
    layers: int = Field(default=2, ge=1)
    heads: int = Field(default=4, ge=1)
    inner: int = Field(default=4, ge=1)
    memory: int = Field(default=64, ge=0)

    @model_validator(mode="after")
    def _even(self) -> "Size":
        if self.width % (2 * self.heads):
            raise ValueError("width is shared out among heads in pairs of a sine and a cosine: a multiple of 2 x heads")
        return self


class Heard(NamedTuple):
    """A turn as the encoder leaves it: what the decoder attends to, states (b, S, width) and which are `there`
    (b, S), and what the encoder remembers."""

    states: Tensor
    there: Tensor
    memory: Memory

    def row(self, row: int) -> "Heard":
        """What was heard in one row of the batch; the memory stays that of all."""
        return Heard(self.states[row : row + 1], self.there[row : row + 1], self.memory)

    def spread(self, rows: int) -> "Heard":
        """The one row that was heard, so many times."""
        return Heard(self.states.expand(rows, -1, -1), self.there.expand(rows, -1), self.memory)


class Written(NamedTuple):
    """Logits of the next token at each place, (b, L, vocabulary), and what of the places can be remembered."""

    logits: Tensor
    segment: Memory


class Network(nn.Module):
    """Goel et al.'s network in our sizes; words have one vector in encoder, decoder and output layer."""

    def __init__(self, size: Size, words: int, emotions: int, p: float) -> None:
        super().__init__()
        self.size = size
        self.embedding = EmotionEmbedding(words, emotions, size.width)
        self.dropout = nn.Dropout(p)
        shape = (size.width, size.heads, size.inner * size.width, size.layers, p)
        self.encoder = TransformerXL(*shape, causal=False, crossed=False)
        self.decoder = TransformerXL(*shape, causal=True, crossed=True)
        self.bias = nn.Parameter(torch.zeros(words))

    def hear(self, ids: Tensor, there: Tensor, emotion: Tensor | None, memory: Memory) -> Heard:
        """Read a turn (b, T), said in an emotion: numbers (b,) or shares (b, emotions), None for none.

        The decoder may look at the turn and at what is remembered of those before.
        """
        x = self.dropout(self.embedding(ids, emotion))
        output, segment = self.encoder(x, there, memory)
        states = torch.cat([memory.states[-1].detach(), output], 1)
        return Heard(states, torch.cat([memory.there, there], 1), memory.then(segment, self.size.memory))

    def write(self, ids: Tensor, there: Tensor, heard: Heard, memory: Memory) -> Written:
        """What could come after each of the tokens `ids` (b, L) of a reply to what was heard."""
        x = self.dropout(self.embedding(ids))
        output, segment = self.decoder(x, there, memory, (heard.states, heard.there))
        return Written(linear(self.dropout(output), self.embedding.words.weight, self.bias), segment)
