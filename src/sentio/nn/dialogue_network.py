"""What a network over dialogues is: logits, a loss, probabilities. Each system brings one of its own."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sentio.nn.dialogue_batch import DialogueBatch

NO_LABEL = -1
"""Stands where nobody labelled an utterance, and at padding."""


class DialogueNetwork(nn.Module):
    """Reads a `DialogueBatch`. A subclass gives `forward`; the others are there for networks that decide, learn or
    begin differently."""

    def forward(self, batch: DialogueBatch) -> Tensor:
        """Logits, shape (b, t, labels); what stands at padding has no meaning, but is finite."""
        raise NotImplementedError

    def probabilities(self, batch: DialogueBatch) -> Tensor:
        """Probabilities of the labels, shape (b, t, labels)."""
        logits: Tensor = self(batch)
        return logits.softmax(-1)

    def loss(self, batch: DialogueBatch, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
        """Mean over the labelled utterances; `labels` has the shape (b, t), -1 for none, `weights` (labels,)."""
        return masked_cross_entropy(self(batch), labels, weights, smoothing)

    def rate(self, parameter: str) -> float:
        """How many times as fast as the others the parameter of this name learns."""
        return 1.0

    def prepare(self, batches: Sequence[tuple[DialogueBatch, Tensor]]) -> None:
        """Look at the training data, with its labels, before the first epoch: closed-form parts are fitted here."""


def masked_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Cross-entropy of logits (b, t, labels), averaged over the utterances that have a label; 0 where none has.

    >>> import torch
    >>> logits = torch.tensor([[[0.0, 0.0], [9.0, -9.0]]])
    >>> round(float(masked_cross_entropy(logits, torch.tensor([[1, NO_LABEL]]), None, 0.0)), 4)
    0.6931
    """
    if not (labels != NO_LABEL).any():
        return logits.sum() * 0.0
    return cross_entropy(
        logits.flatten(0, 1), labels.flatten(), weights, ignore_index=NO_LABEL, label_smoothing=smoothing
    )
