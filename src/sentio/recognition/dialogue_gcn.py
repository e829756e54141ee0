"""DialogueGCN: a GRU over the dialogue, then graph convolutions over the turns near each other.

After Ghosal, Majumder, Poria, Chhaya and Gelbukh, "DialogueGCN: A Graph Convolutional Neural Network for Emotion
Recognition in Conversation", EMNLP 2019. A peer for comparisons, not a copy: relations do not depend on the speakers'
numbers (the paper's do, and are made for two speakers), the mean of the neighbours stands for their sum, and the
attention over the whole dialogue before the last layers is left out.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.card import Card
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_graph import EdgeWeights, GraphConvolution, RelationalConvolution, relations
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.nn.modality_inputs import ModalityInputs
from sentio.nn.turn_readers import TurnReader
from sentio.recognition.networks import recipe as recipes
from sentio.recognition.networks import recognizer, training
from sentio.recognition.networks.options import NetworkOptions

card = Card(
    title="DialogueGCN",
    summary="a graph of the turns near each other, by speaker and by before and after; a peer for comparisons",
    paper="https://aclanthology.org/D19-1015/",
    modalities=("text", "audio", "video"),
    labels="meld",
    extra="train",
    reconstruction=True,
    method="tuned.full",
)


class Settings(BaseModel):
    """Sizes for vectors of a small encoder (our design)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(default=128, ge=2, multiple_of=2, description="width of the states")
    dropout: float = Field(default=0.3, ge=0, lt=1, description="dropout")


class DialogueGCN(DialogueNetwork):
    """Reads whole dialogues, in any of the modalities of `widths` (vector sizes by modality), put side by side."""

    def __init__(self, widths: Mapping[str, int], labels: int, settings: Settings) -> None:
        super().__init__()
        hidden = settings.hidden
        self.inputs = ModalityInputs(widths, hidden)
        self.dropout = nn.Dropout(settings.dropout)
        self.context = TurnReader(hidden, hidden, causal=False)
        self.weights = EdgeWeights(hidden)
        self.relational, self.graph = RelationalConvolution(hidden, hidden), GraphConvolution(hidden)
        self.outputs = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.ReLU(), nn.Dropout(settings.dropout), nn.Linear(hidden, labels)
        )

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels)."""
        context = self.context(self.dropout(torch.tanh(self.inputs.joined(batch))), batch.mask)
        edges = relations(batch.speakers)
        near = self.relational(context, self.weights(context, edges), edges)
        around = self.graph(self.dropout(near), edges)
        logits: Tensor = self.outputs(self.dropout(torch.cat([context, around], dim=-1)))
        return logits

    def prepare(self, batches: Sequence[tuple[DialogueBatch, Tensor]]) -> None:
        """Take the scale of the inputs from the training data."""
        self.inputs.fit(batch for batch, _ in batches)


class Options(NetworkOptions):
    """Those of every network over features."""


Recipe = recipes.Recipe[Settings]
train = partial(training.train, DialogueGCN)
load = partial(recognizer.load, DialogueGCN, Settings, "dialogue_gcn")
