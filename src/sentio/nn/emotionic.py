"""The network of EmotionIC: attention, a recurrent layer and a random field that all follow the speakers.

Liu et al., "EmotionIC: emotional inertia and contagion-driven dependency modeling for emotion recognition in
conversation", SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6. The paper reads vectors of text;
here vectors of any modalities stand beside each other.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges
from sentio.nn.dialogue_gru import DialogueGRU
from sentio.nn.dialogue_network import NO_LABEL, DialogueNetwork, masked_cross_entropy
from sentio.nn.identity_attention import IdentityAttention
from sentio.nn.modality_inputs import ModalityInputs
from sentio.nn.skip_crf import SkipCRF


class Settings(BaseModel):
    """Sizes and parts of the network.

    `width` is that of the attention, `hidden` that of the recurrent states and of the network inside each attention
    layer. `attention`, `gru` and `crf` switch the three parts on: without the field, each utterance is labelled by
    itself, and class weights and label smoothing are read, none unless a recipe asks; with it a recipe that asks is
    refused. `scale` divides the attention's scores by the root of a head's width. `decode` says what answers: each
    utterance's likeliest label ("marginals"), or the likeliest labels of the dialogue together ("viterbi").

    The paper's network is width 1024, hidden 768, 5 and 3 layers, 8 heads, no scale (released code), 62 million
    weights. These are smaller, for vectors of some hundred numbers (our design).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=256, ge=2, description="width of the attention")
    hidden: int = Field(default=192, ge=1, description="width of the recurrent states")
    attention_layers: int = Field(default=2, ge=1, description="layers of attention")
    gru_layers: int = Field(default=1, ge=1, description="recurrent layers")
    heads: int = Field(default=4, ge=1, description="heads of the attention")
    dropout: float = Field(default=0.3, ge=0, lt=1, description="dropout")
    scale: bool = Field(default=True, description="whether scores of the attention are divided by the root of a head")
    attention: bool = Field(default=True, description="whether there is attention")
    gru: bool = Field(default=True, description="whether there are recurrent layers")
    crf: bool = Field(default=True, description="whether there is a random field over the labels")
    decode: Literal["marginals", "viterbi"] = Field(default="marginals", description="what the field answers by")

    @model_validator(mode="after")
    def _whole_heads(self) -> Self:
        if self.width % (2 * self.heads):
            raise ValueError(f"width {self.width} is no multiple of twice the {self.heads} heads")
        return self


CRF_RATE = 7.0
"""How many times as fast as the others the field's weights learn: 7e-3, as in the released code, beside our 1e-3 (there
2e-5)."""


class EmotionIC(DialogueNetwork):
    """Reads vectors of the sizes `widths`, by modality, and tells `labels` labels apart.

    The attention sees the whole dialogue, the recurrent layers what came before. What both find and the utterance
    itself are normalised and stand beside each other; two linear maps make logits of them, which are the field's
    emissions.

    >>> network = EmotionIC({"text": 384}, labels=7, settings=Settings())
    >>> sum(weights.numel() for weights in network.parameters())
    1610487
    """

    def __init__(self, widths: Mapping[str, int], labels: int, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        width, hidden, dropout = settings.width, settings.hidden, settings.dropout
        self.inputs = ModalityInputs(widths, width)
        self.attention = (
            IdentityAttention(width, hidden, settings.attention_layers, settings.heads, dropout, settings.scale)
            if settings.attention
            else None
        )
        layers = settings.gru_layers if settings.gru else 0
        self.gru = nn.ModuleList(DialogueGRU(hidden if n else width, hidden) for n in range(layers))
        parts = [width] + [width] * settings.attention + [hidden] * settings.gru
        self.norms = nn.ModuleList(nn.LayerNorm(part) for part in parts)
        self.dropout = nn.Dropout(dropout)
        # No bend between the two maps, as in the released code.
        self.head = nn.Sequential(nn.Linear(sum(parts), hidden), nn.Dropout(dropout), nn.Linear(hidden, labels))
        self.crf = SkipCRF(labels) if settings.crf else None

    def rate(self, parameter: str) -> float:
        """The field's few weights learn faster."""
        return CRF_RATE if parameter.startswith("crf.") else 1.0

    def prepare(self, batches: Sequence[tuple[DialogueBatch, Tensor]]) -> None:
        """Standardises the inputs by the training data."""
        self.inputs.fit(batch for batch, _ in batches)

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels). Those of a field are read together: their softmax is not its answer."""
        return self._logits(batch, dialogue_edges(batch.speakers, batch.mask))

    def probabilities(self, batch: DialogueBatch) -> Tensor:
        """The field's marginals, shape (b, t, labels); without a field, the softmax of the logits.

        With `decode` "viterbi" the likeliest label of each utterance changes places with the one that the likeliest
        sequence has there, so that the first of an utterance's labels is that of the sequence; where they are equally
        likely nothing tells them apart.
        """
        edges = dialogue_edges(batch.speakers, batch.mask)
        logits = self._logits(batch, edges)
        if self.crf is None:
            return logits.softmax(-1)
        marginals = self.crf.marginals(logits, edges, batch.mask)
        if self.settings.decode == "marginals":
            return marginals
        path, _ = self.crf.viterbi(logits, edges, batch.mask)
        return _with_first(marginals, path.clamp(min=0)[..., None])

    def loss(self, batch: DialogueBatch, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
        """The field's negative log-likelihood divided by the number of labelled utterances.

        The field scores sequences, and a sequence has no class: `weights` and `smoothing` are read without it only.
        (The released code adds a weighted cross-entropy, times 0.)
        """
        edges = dialogue_edges(batch.speakers, batch.mask)
        logits = self._logits(batch, edges)
        if self.crf is None:
            return masked_cross_entropy(logits, labels, weights, smoothing)
        log_likelihood = self.crf.log_likelihood(logits, labels, edges, batch.mask).sum()
        return -log_likelihood / (labels != NO_LABEL).sum().clamp(min=1)

    def _logits(self, batch: DialogueBatch, edges: DialogueEdges) -> Tensor:
        x = self.inputs.joined(batch)
        read = [x]
        if self.attention is not None:
            read.append(self.attention(x, batch.speakers, batch.mask))
        local = x
        for n, layer in enumerate(self.gru):
            local = layer(self.dropout(local) if n else local, edges)
        if len(self.gru):
            read.append(local)
        normed = [norm(part) for norm, part in zip(self.norms, read, strict=True)]
        logits: Tensor = self.head(torch.cat(normed, -1))
        return logits


def _with_first(probabilities: Tensor, label: Tensor) -> Tensor:
    """The same probabilities, the highest one exchanged with that of `label`, shape (b, t, 1)."""
    first = probabilities.argmax(-1, keepdim=True)
    highest, other = probabilities.gather(-1, first), probabilities.gather(-1, label)
    return probabilities.scatter(-1, first, other).scatter(-1, label, highest)
