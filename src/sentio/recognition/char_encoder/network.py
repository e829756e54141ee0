"""The network: n-grams of each utterance, then the dialogue, then each speaker's own turns."""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.nn.ngram_reader import NgramReader
from sentio.nn.turn_readers import SpeakerReader, TurnReader


class Settings(BaseModel):
    """Sizes for ten thousand short utterances (our design). Without `context` each utterance is read by itself.

    `balance` is the power that the weights of the labels are raised to: at 1 each label weighs as much as every other,
    at 0 each utterance. A label with a dozen utterances among thousands, weighed in full, drowns all others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=96, ge=1)
    hidden: int = Field(default=96, ge=2, multiple_of=2)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    context: bool = True
    balance: float = Field(default=1.0, ge=0, le=1)


class CharContext(DialogueNetwork):
    """Reads dialogues whose "text" are numbers of n-grams, one row an utterance (`NgramNumbers.codes`)."""

    def __init__(self, ngrams: int, labels: int, settings: Settings) -> None:
        super().__init__()
        self.reader = NgramReader(ngrams, settings.width)
        self.dropout = nn.Dropout(settings.dropout)
        width, hidden = self.reader.width, settings.hidden
        self.turns = TurnReader(width, hidden, causal=False) if settings.context else None
        self.speakers = SpeakerReader(width, hidden, causal=False) if settings.context else None
        self.balance = settings.balance
        self.outputs = nn.Linear(width + (2 * hidden if settings.context else 0), labels)

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels)."""
        codes = batch.vectors["text"].long()
        read = codes.new_zeros(*codes.shape[:2], self.reader.width, dtype=self.outputs.weight.dtype)
        read[batch.mask] = self.reader(codes[batch.mask]).to(read.dtype)
        said = [self.dropout(read)]
        if self.turns is not None and self.speakers is not None:
            said += [self.turns(said[0], batch.mask), self.speakers(said[0], batch.speakers)]
        logits: Tensor = self.outputs(self.dropout(torch.cat(said, dim=-1)))
        return logits

    def loss(self, batch: DialogueBatch, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
        """See `DialogueNetwork.loss`; the weights are raised to the power of `balance`."""
        return super().loss(batch, labels, None if weights is None else weights**self.balance, smoothing)
