"""The network of `broad_mamba`: each modality read by itself in linear time, fused by how sure each is.

A reconstruction after the abstract of arXiv 2404.17858. Each modality's own way: projection and speaker, a state-space
block a direction, a broad layer, a prediction. `WIDTH` makes 1.75 million parameters of three modalities of 1024, 300
and 342 numbers and seven labels; 1.73 million are reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.nn.broad_learning import ClassicBroad, DeepBroad
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_network import NO_LABEL, DialogueNetwork, masked_cross_entropy
from sentio.nn.guided_fusion import certainty, guidance
from sentio.nn.mamba_block import BidirectionalMamba
from sentio.nn.modality_inputs import in_order
from sentio.nn.standardised import Standardised

WIDTH = 160
VOICES = 9
"""Speaker embeddings: the tenth speaker of a dialogue shares the first one's. In the order of first appearance, so
that names do not matter."""
ROWS = 512
"""Rows the closed form takes in at once."""

Broad = Literal["deep", "classic", "none"]


class Settings(BaseModel):
    """Sizes and switches; the defaults are our design, but for the dropout (`yuntaoshou/LMAM`, of the same group).

    `broad`: the nodes of the broad layer are trained with the rest ("deep"), are random and fixed with a head in closed
    form ("classic", see `BroadMamba.prepare`), or are left out. `bidirectional`: what is said later is read, too.
    `guidance`: modalities weigh by how sure they are ("certainty") or alike ("none"); `temperature` evens out,
    `floor` is shared by those present. `unimodal` is the weight of the modalities' own losses, `penalty` the ridge's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=WIDTH, ge=1)
    dropout: float = Field(default=0.5, ge=0, lt=1)
    broad: Broad = "deep"
    bidirectional: bool = True
    guidance: Literal["certainty", "none"] = "certainty"
    temperature: float = Field(default=1.0, gt=0)
    floor: float = Field(default=0.1, ge=0, le=1)
    unimodal: float = Field(default=0.5, ge=0)
    penalty: float = Field(default=1e-2, gt=0)


@dataclass(frozen=True)
class Reading:
    """What the network makes of a batch: `logits`, shape (b, t, labels), `own` logits of the m modalities, shape
    (b, t, m, labels), their `weights` in the fusion and whether they are `present`, both of shape (b, t, m)."""

    logits: Tensor
    own: Tensor
    weights: Tensor
    present: Tensor


class BroadMamba(DialogueNetwork):
    """Modalities of these `widths` in, logits of so many `labels` out.

    Where an utterance lacks a modality, that modality's way passes it over: every answer is the one that would be given
    if the modality did not exist there. Utterances that have none get what the fusion makes of nothing.
    """

    def __init__(self, widths: Mapping[str, int], labels: int, settings: Settings) -> None:
        """Raises as `in_order`."""
        super().__init__()
        self.settings, self.labels = settings, labels
        self.voices = nn.Embedding(VOICES, settings.width)
        self.ways = nn.ModuleDict({name: _Way(widths[name], labels, settings) for name in in_order(widths)})
        self.dropout, self.outputs = nn.Dropout(settings.dropout), nn.Linear(settings.width, labels)

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels)."""
        return self.read(batch).logits

    def read(self, batch: DialogueBatch) -> Reading:
        """Logits, and what they come from."""
        voices = self.voices(batch.speakers.clamp(min=0) % VOICES)
        vectors = [_vectors(batch, name, way.width) for name, way in self._named()]
        read = [way(x, there, voices) for (x, there), (_, way) in zip(vectors, self._named(), strict=True)]
        states, own = (torch.stack(each, dim=2) for each in zip(*read, strict=True))
        present = torch.stack([there for _, there in vectors], dim=2)
        sure = certainty(own) if self.settings.guidance == "certainty" else own.new_zeros(own.shape[:-1])
        weights = guidance(sure, present, self.settings.temperature, self.settings.floor)
        fused = (weights.unsqueeze(-1) * states).sum(2)
        return Reading(self.outputs(self.dropout(fused)), own, weights, present)

    def loss(self, batch: DialogueBatch, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
        """Cross-entropy of the fused answer and, times `unimodal`, of each modality's where it is present."""
        reading = self.read(batch)
        total = masked_cross_entropy(reading.logits, labels, weights, smoothing)
        for own, present in zip(reading.own.unbind(2), reading.present.unbind(2), strict=True):
            seen = labels.masked_fill(~present, NO_LABEL)
            if bool((seen != NO_LABEL).any()):  # a mean over nothing is no number
                total = total + self.settings.unimodal * masked_cross_entropy(own, seen, weights, smoothing)
        return total

    @torch.no_grad()
    def prepare(self, batches: Sequence[tuple[DialogueBatch, Tensor]]) -> None:
        """Take each modality's scale and, with the classic broad layer, fit its heads.

        The scale is that of all utterances that have the modality. The nodes of the classic layer are random functions
        of the vectors at that scale, not of what the network makes of them: so the head stays right while the network
        is trained. It is fitted to the labels of all utterances that have the modality and a label, every label as
        heavy in all as any other, and its scores are one more input of the network.
        """
        labels = torch.cat([each.flatten() for _, each in batches])
        counts = torch.bincount(labels[labels != NO_LABEL], minlength=self.labels)
        heavy = counts.sum() / (self.labels * counts.clamp(min=1))
        for name, way in self._named():
            seen = [(*_vectors(batch, name, way.width), each) for batch, each in batches]
            way.standardise(x[present] for x, present, _ in seen)
            if isinstance(way.broad, ClassicBroad):
                rows = ((way.scaled(x), each) for x, each in _labelled(seen))
                way.broad.fit(rows, heavy, self.settings.penalty)

    def _named(self) -> Iterator[tuple[str, "_Way"]]:
        for name, way in self.ways.items():
            assert isinstance(way, _Way)
            yield name, way


class _Way(Standardised):
    """From one modality's vectors to its states and its own prediction."""

    def __init__(self, width: int, labels: int, settings: Settings) -> None:
        super().__init__(width)
        self.width = width
        self.inputs, self.dropout = nn.Linear(width, settings.width), nn.Dropout(settings.dropout)
        self.mamba = BidirectionalMamba(settings.width, settings.dropout, settings.bidirectional)
        self.broad: DeepBroad | ClassicBroad | None = None
        if settings.broad == "deep":
            self.broad = DeepBroad(settings.width, settings.dropout)
        elif settings.broad == "classic":
            self.broad = ClassicBroad(width, labels, settings.width)
        self.outputs = nn.Linear(settings.width, labels)

    def forward(self, x: Tensor, present: Tensor, voices: Tensor) -> tuple[Tensor, Tensor]:
        """States (b, t, settings.width), 0 where absent, and logits (b, t, labels)."""
        # Present utterances to the front, so that to the scan the others are padding.
        order = (~present).to(torch.int8).argsort(dim=1, stable=True)
        back = order.argsort(dim=1).unsqueeze(-1)
        x = self.scaled(x)
        h = self.dropout(self.inputs(x) + voices).take_along_dim(order.unsqueeze(-1), 1)
        h = self.mamba(h, present.take_along_dim(order, 1)).take_along_dim(back, 1)
        if self.broad is not None:
            h = h + self.broad(h, x)
        return h.masked_fill(~present.unsqueeze(-1), 0), self.outputs(self.dropout(h))


def _vectors(batch: DialogueBatch, name: str, width: int) -> tuple[Tensor, Tensor]:
    """A modality's vectors, 0 where it is absent, and where it is present; absent all over if the batch has none."""
    if name not in batch.vectors:
        return torch.zeros(*batch.mask.shape, width, device=batch.mask.device), torch.zeros_like(batch.mask)
    present = batch.present[name] & batch.mask
    return batch.vectors[name].masked_fill(~present.unsqueeze(-1), 0), present


def _labelled(seen: Sequence[tuple[Tensor, Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    """Vectors and labels of the utterances that have both, some rows at a time."""
    for x, present, labels in seen:
        chosen = present & (labels != NO_LABEL)
        yield from zip(torch.split(x[chosen], ROWS), torch.split(labels[chosen], ROWS), strict=True)
