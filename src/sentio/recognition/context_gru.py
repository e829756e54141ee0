"""The floor that networks over dialogues are compared with: a GRU over the dialogue, and one over each speaker's turns.

A speaker's own earlier turns say more than the others' (Majumder et al., "DialogueRNN", AAAI 2019); these two readings
are all that is left of it.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.card import Card
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.nn.modality_inputs import ModalityInputs
from sentio.nn.turn_readers import SpeakerReader, TurnReader
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import recognizer, training
from sentio.recognition.networks.options import NetworkOptions

card = Card(
    title="Context GRU",
    summary="a GRU over the dialogue and one over each speaker's own turns: the floor for networks over dialogues",
    modalities=("text", "audio", "video"),
    labels="meld",
    extra="train",
    method="tuned.full",
)


class Settings(BaseModel):
    """Sizes for vectors of a small encoder (our design)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(default=128, ge=2, multiple_of=2, description="width of the states")
    dropout: float = Field(default=0.3, ge=0, lt=1, description="dropout")
    speaker_gru: bool = Field(default=True, description="whether each speaker's own turns are read, too")
    causal: bool = Field(default=False, description="whether nothing is read that is said later")


class ContextGRU(DialogueNetwork):
    """Reads dialogues, in any of the modalities of `widths` (vector sizes by modality), put side by side."""

    def __init__(self, widths: Mapping[str, int], labels: int, settings: Settings) -> None:
        super().__init__()
        hidden, causal = settings.hidden, settings.causal
        self.inputs = ModalityInputs(widths, hidden)
        self.dropout = nn.Dropout(settings.dropout)
        self.context = TurnReader(hidden, hidden, causal)
        self.speaker = SpeakerReader(hidden, hidden, causal) if settings.speaker_gru else None
        self.outputs = nn.Linear((3 if settings.speaker_gru else 2) * hidden, labels)

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels)."""
        inputs = self.dropout(torch.tanh(self.inputs.joined(batch)))
        read = [inputs, self.context(inputs, batch.mask)]
        if self.speaker is not None:
            read.append(self.speaker(inputs, batch.speakers))
        logits: Tensor = self.outputs(self.dropout(torch.cat(read, dim=-1)))
        return logits

    def prepare(self, batches: Sequence[tuple[DialogueBatch, Tensor]]) -> None:
        """Take the scale of the inputs from the training data."""
        self.inputs.fit(batch for batch, _ in batches)


class Options(NetworkOptions):
    """Those of every network over features."""


Recipe = recipes.Recipe[Settings]
train = partial(training.train, ContextGRU)
load = partial(recognizer.load, ContextGRU, Settings, "context_gru")
