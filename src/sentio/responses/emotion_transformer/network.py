"""The network: an encoder that is told the emotion, a decoder that writes the reply, and what both remember."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn
from torch.nn.functional import linear

from sentio.nn.emotion_embedding import EmotionEmbedding
from sentio.nn.transformer_xl import Memory, TransformerXL, between


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


class Whole(NamedTuple):
    """Conversations to learn from, each as one row, padded: `said` (b, N) are the turns one after the other, `felt`
    the emotion at each place, numbers (b, N), shares (b, N, emotions) or None, and `replies` (b, L) the turns that
    answer them. What a place may read lies between two others, in `heard` (2, b, N) for places of `said` among
    themselves, in `written` (2, b, L) for those of the replies, in `answered` (2, b, L) for what a reply answers;
    nothing for padding.
    """

    said: Tensor
    felt: Tensor | None
    replies: Tensor
    heard: Tensor
    written: Tensor
    answered: Tensor


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

    def start(self, counts: Mapping[int, int]) -> None:
        """Before it learns: tokens are as likely as they are frequent, one added to each count."""
        every = torch.tensor([counts.get(token, 0) + 1.0 for token in range(len(self.bias))])
        self.bias.data.copy_((every / every.sum()).log())

    def hear(self, ids: Tensor, there: Tensor, emotion: Tensor | None, memory: Memory) -> Heard:
        """Read a turn (b, T), said in an emotion: numbers (b,) or shares (b, emotions), None for none.

        The decoder may look at the turn and at what is remembered of those before.
        """
        x = self.dropout(self.embedding(ids, None if emotion is None else emotion[:, None]))
        output, segment = self.encoder(x, there, memory)
        states = torch.cat([memory.states[-1].detach(), output], 1)
        return Heard(states, torch.cat([memory.there, there], 1), memory.then(segment, self.size.memory))

    def write(self, ids: Tensor, there: Tensor, heard: Heard, memory: Memory) -> Written:
        """What could come after each of the tokens `ids` (b, L) of a reply to what was heard."""
        x = self.dropout(self.embedding(ids))
        output, segment = self.decoder(x, there, memory, (heard.states, heard.there[:, None]))
        return Written(self._logits(output), segment)

    def foretell(self, whole: Whole) -> Tensor:
        """Logits of what comes after each token of the replies, padding left out: shape (tokens, vocabulary).

        The same as `hear` and `write` turn by turn, in one pass.
        """
        said, replies = whole.said.shape[1], whole.replies.shape[1]
        x = self.dropout(self.embedding(whole.said, whole.felt))
        states = self.encoder.at_once(x, between(whole.heard, said))
        y = self.dropout(self.embedding(whole.replies))
        source = states, between(whole.answered, said)
        output = self.decoder.at_once(y, between(whole.written, replies), source)
        return self._logits(output[whole.written[1] > 0])

    def _logits(self, output: Tensor) -> Tensor:
        return linear(self.dropout(output), self.embedding.words.weight, self.bias)
