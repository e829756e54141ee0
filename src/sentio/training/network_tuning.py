"""Training of networks over dialogues, on vectors that were computed before: on a processor or a GPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from sentio.curriculum import Indices
from sentio.nn.dialogue_batch import Dialogue, DialogueBatch
from sentio.nn.dialogue_network import NO_LABEL, DialogueNetwork
from sentio.training.epochs import Epoch, Steps, run_epochs


class NetworkTuning(Steps):
    """Settings of one training.

    `smoothing` is that of the labels. With `class_weights` each label weighs as much as every other in the loss.
    A training ends when `patience` epochs in a row were no better on validation, counted once everything was read. The
    defaults suit vectors of some hundred numbers (our design).
    """

    batch_size: int = Field(default=16, gt=0)
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    smoothing: float = Field(default=0.05, ge=0, lt=1)
    class_weights: bool = False
    patience: int = Field(default=6, ge=1)


@dataclass(frozen=True)
class LabelledDialogue:
    """A dialogue and the number of each utterance's label, shape (t,), -1 for none."""

    dialogue: Dialogue
    labels: Tensor


Examples = Sequence[LabelledDialogue]


def tune(
    network: DialogueNetwork,
    examples: Examples,
    n_labels: int,
    epochs: Sequence[Indices],
    settings: NetworkTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[DialogueNetwork]]:
    """Train `network` in place, where it is, on the examples that each of the `epochs` names; see `run_epochs`."""
    device = next(network.parameters()).device
    weights = class_weights(examples, n_labels).to(device) if settings.class_weights else None
    if not checkpoint.exists():
        network.prepare([_batch([example], device) for example in examples])

    def loss(rows: Indices) -> Tensor:
        batch, labels = _batch([examples[row] for row in rows], device)
        # The layers of a GPU run in 16 bits; sums over long dialogues stay in 32, as autocast has it.
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            return network.loss(batch, labels, weights, settings.smoothing)

    return run_epochs(network, loss, epochs, settings, _groups(network, settings), seed, checkpoint, step_done)


def predict(network: DialogueNetwork, examples: Examples, together: int = 32) -> NDArray[np.float32]:
    """Log-probabilities, shape (utterances, labels), of all utterances in their order."""
    network.eval()
    device = next(network.parameters()).device
    found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(examples)
    order = sorted(range(len(examples)), key=lambda row: len(examples[row].labels))
    with torch.no_grad():
        for first in range(0, len(order), together):
            rows = order[first : first + together]
            batch, _ = _batch([examples[row] for row in rows], device)
            told = network.probabilities(batch).float().clamp(min=1e-12).log().cpu()
            for row, one in zip(rows, told, strict=True):
                found[row] = one[: len(examples[row].labels)].numpy()
    return np.concatenate(found)


def class_weights(examples: Examples, n_labels: int) -> Tensor:
    """Inverse to each label's share, 1 on average over the utterances; labels that never occur weigh nothing.

    >>> turns = Dialogue({}, {}, torch.tensor([0, 1, 0, 1]))
    >>> class_weights([LabelledDialogue(turns, torch.tensor([0, 0, 0, 1]))], 3).tolist()
    [0.6666666865348816, 2.0, 0.0]
    """
    labels = torch.cat([example.labels for example in examples])
    counts = torch.bincount(labels[labels != NO_LABEL], minlength=n_labels).float()
    known = counts > 0
    return torch.where(known, counts.sum() / (known.sum() * counts.clamp(min=1)), 0.0)


def _batch(examples: Examples, device: torch.device) -> tuple[DialogueBatch, Tensor]:
    labels = pad_sequence([example.labels for example in examples], batch_first=True, padding_value=NO_LABEL)
    return DialogueBatch.of([example.dialogue for example in examples], device), labels.to(device)


def _groups(network: DialogueNetwork, settings: NetworkTuning) -> list[dict[str, Any]]:
    return [
        {
            "params": [parameter],
            "lr": settings.learning_rate * network.rate(name),
            "weight_decay": settings.weight_decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    ]
