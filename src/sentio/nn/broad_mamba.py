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
from torch.nn.functional import one_hot

from sentio.errors import RecipeError
from sentio.nn.broad_learning import BroadNodes, Ridge
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_network import NO_LABEL, DialogueNetwork, masked_cross_entropy
from sentio.nn.guided_fusion import certainty, guidance
from sentio.nn.mamba_block import BidirectionalMamba

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
    `floor` is shared among those present. `unimodal` is the weight of the modalities' own losses, `penalty` the ridge's.
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
        """Raises `RecipeError` where no modality is named."""
        super().__init__()
        if not widths:
            raise RecipeError("broad_mamba needs features of at least one modality")
        self.settings, self.labels = settings, labels
        self.voices = nn.Embedding(VOICES, settings.width)
        self.ways = nn.ModuleDict({name: _Way(width, labels, settings) for name, width in widths.items()})
        self.dropout, self.outputs = nn.Dropout(settings.dropout), nn.Linear(settings.width, labels)

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels)."""
        return self.read(batch).logits

    def read(self, batch: DialogueBatch) -> Reading:
        """Logits, and what they come from."""
        voices = self.voices(batch.speakers.clamp(min=0) % VOICES)
        read = [way(*_modality(batch, name), voices) for name, way in self._named()]
        states, own = (torch.stack(each, dim=2) for each in zip(*read, strict=True))
        present = torch.stack([_modality(batch, name)[1] for name in self.ways], dim=2)
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
        """With the classic broad layer, fit each modality's head; else nothing.

        The nodes are random functions of a modality's vectors as they come in, scaled by their mean and deviation over
        these batches, not of what the network makes of them: so the head stays right while the network is trained. It
        is fitted to the labels of all utterances that have the modality and a label, every label as heavy as any other,
        and its scores are one more input of the network.
        """
        if self.settings.broad != "classic":
            return
        labels = torch.cat([each.flatten() for _, each in batches])
        counts = torch.bincount(labels[labels != NO_LABEL], minlength=self.labels)
        for name, way in self._named():
            if isinstance(way.broad, _ClassicBroad):
                seen = [(*_modality(batch, name), each) for batch, each in batches]
                way.broad.scale(torch.cat([x[present] for x, present, _ in seen]))
                way.broad.fit(_labelled(seen), 1 / counts.clamp(min=1), self.settings.penalty)

    def _named(self) -> Iterator[tuple[str, "_Way"]]:
        for name, way in self.ways.items():
            assert isinstance(way, _Way)
            yield name, way


class _Way(nn.Module):
    """From one modality's vectors to its states and its own prediction."""

    def __init__(self, width: int, labels: int, settings: Settings) -> None:
        super().__init__()
        self.width = width
        self.inputs, self.dropout = nn.Linear(width, settings.width), nn.Dropout(settings.dropout)
        self.mamba = BidirectionalMamba(settings.width, settings.dropout, settings.bidirectional)
        self.broad: nn.Module | None = None
        if settings.broad == "deep":
            self.broad = _DeepBroad(settings.width, settings.dropout)
        elif settings.broad == "classic":
            self.broad = _ClassicBroad(width, labels, settings.width)
        self.outputs = nn.Linear(settings.width, labels)

    def forward(self, x: Tensor, present: Tensor, voices: Tensor) -> tuple[Tensor, Tensor]:
        """States (b, t, settings.width), 0 where absent, and logits (b, t, labels)."""
        # Present utterances to the front, so that to the scan the others are padding.
        order = (~present).to(torch.int8).argsort(dim=1, stable=True)
        back = order.argsort(dim=1).unsqueeze(-1)
        h = self.dropout(self.inputs(x) + voices).take_along_dim(order.unsqueeze(-1), 1)
        h = self.mamba(h, present.take_along_dim(order, 1)).take_along_dim(back, 1)
        if isinstance(self.broad, _ClassicBroad):
            h = h + self.broad(x)
        elif self.broad is not None:
            h = h + self.broad(h)
        return h.masked_fill(~present.unsqueeze(-1), 0), self.outputs(self.dropout(h))


class _DeepBroad(nn.Sequential):
    """Nodes of a state and their sum, trained with the rest."""

    def __init__(self, width: int, dropout: float) -> None:
        nodes = BroadNodes(width)
        super().__init__(nodes, nn.Dropout(dropout), nn.Linear(nodes.size, width))


class _ClassicBroad(nn.Module):
    """Fixed random nodes of a modality's vectors and a head in closed form, whose scores a linear layer reads."""

    mean: Tensor
    deviation: Tensor
    head: Tensor

    def __init__(self, width: int, labels: int, out: int) -> None:
        super().__init__()
        self.nodes = BroadNodes(width).requires_grad_(False)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))
        self.register_buffer("head", torch.zeros(self.nodes.size, labels))
        self.outputs = nn.Linear(labels, out)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (b, t, width) to (b, t, out)."""
        out: Tensor = self.outputs(self._nodes(x) @ self.head)
        return out

    def scale(self, x: Tensor) -> None:
        """Take mean and deviation of vectors (rows, width); what does not vary in them is left at its scale."""
        if len(x):
            deviation, mean = torch.std_mean(x.double(), dim=0, correction=0)
            self.mean.copy_(mean)
            self.deviation.copy_(torch.where(deviation > 1e-6, deviation, 1.0))

    def fit(self, rows: Iterator[tuple[Tensor, Tensor]], heavy: Tensor, penalty: float) -> None:
        """Fit the head to vectors (rows, width) and labels (rows,), whose rows are as `heavy` (labels,) as theirs."""
        ridge = None
        for x, labels in rows:
            nodes, targets, weights = self._nodes(x), one_hot(labels, len(heavy)), heavy[labels]
            ridge = ridge.with_rows(nodes, targets, weights) if ridge else Ridge.fit(nodes, targets, penalty, weights)
        if ridge is not None:
            self.head.copy_(ridge.weights)

    def _nodes(self, x: Tensor) -> Tensor:
        nodes: Tensor = self.nodes((x - self.mean) / self.deviation)
        return nodes


def _modality(batch: DialogueBatch, name: str) -> tuple[Tensor, Tensor]:
    raise NotImplementedError


def _labelled(seen: Sequence[tuple[Tensor, Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    """Vectors and labels of the utterances that have both, some rows at a time."""
    for x, present, labels in seen:
        chosen = present & (labels != NO_LABEL)
        yield from zip(x[chosen].split(ROWS), labels[chosen].split(ROWS), strict=True)
