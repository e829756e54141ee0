"""Training of the part of `mini` that reads conversations, on a CPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from sentio.curriculum import Indices
from sentio.nn.contextual_encoder import ContextualEncoder, Heard, together
from sentio.training.epochs import Epoch, Steps, run_epochs

RARE = 1e-6
"""The least probability an emotion is given, so that its logarithm is a number."""


class ContextualTuning(Steps):
    """Settings of one training.

    The upper layers learn with `learning_rate`, what is new with `new_rate` times as much. `absence` is how often a
    turn's history is hidden. Beside each batch of conversations so many texts that stand alone are drawn (`rehearsed`),
    so that what they taught is not forgotten (rehearsal, Robins, Connection Science 1995); `fine_weight` is the weight
    of the fine emotions that are marked, against the votes for the broad ones.
    """

    epochs: int = Field(default=8, gt=0)
    learning_rate: float = Field(default=1e-4, gt=0)
    new_rate: float = Field(default=5.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    context_dropout: float = Field(default=0.3, ge=0, lt=1)
    absence: float = Field(default=0.2, ge=0, lt=1)
    rehearsed: int = Field(default=32, ge=0)
    fine_weight: float = Field(default=0.3, ge=0)


@dataclass(frozen=True)
class Lesson:
    """A conversation as the encoder reads it; each turn's `votes`, the shares of the broad emotions, shape (turns,
    broad); and its `marks` of the fine ones, 0 or 1, shape (turns, labels)."""

    heard: Heard
    votes: Tensor
    marks: Tensor


@dataclass(frozen=True)
class Rehearsal:
    """Texts that stand alone: the states of their tokens, and targets in 0..1 of shape (texts, labels)."""

    states: Sequence[Tensor]
    targets: Tensor

    def drawn(self, number: int, span: int) -> tuple[Heard, Tensor]:
        """Some at random, without a history."""
        rows = torch.randint(len(self.states), (number,))
        nobody = torch.full((number, span), -1)
        return Heard([self.states[row] for row in rows.tolist()], nobody, torch.zeros_like(nobody)), self.targets[rows]


@dataclass(frozen=True)
class Loss:
    """What is minimised; `broad` carries probabilities of the fine emotions over to the broad ones, shape (labels,
    broad)."""

    broad: Tensor
    rehearsal: Rehearsal
    settings: ContextualTuning
    span: int

    def of(self, model: ContextualEncoder, lessons: Sequence[Lesson]) -> Tensor:
        """Cross-entropy of the votes with what the scores say, as they are used: each divided by their sum, carried
        over to the broad emotions. Besides, binary cross-entropy of the marks and of the rehearsal's targets."""
        rehearsed, targets = self.rehearsal.drawn(self.settings.rehearsed, self.span)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(together([*(lesson.heard for lesson in lessons), rehearsed]))
        turns = sum(len(lesson.votes) for lesson in lessons)
        said, alone = logits[:turns], logits[turns:]
        votes, marks = (torch.cat([getattr(each, part) for each in lessons]) for part in ("votes", "marks"))
        loss = cross_entropy(said, votes, self.broad) + self.settings.fine_weight * _of_marks(said, marks)
        return loss + _of_marks(alone, targets) if len(alone) else loss


def cross_entropy(logits: Tensor, votes: Tensor, broad: Tensor) -> Tensor:
    """Of the votes with the carried probabilities, the mean over turns."""
    carried = torch.sigmoid(logits) @ broad
    probabilities = carried / carried.sum(-1, keepdim=True)
    return -(votes * probabilities.clamp(min=RARE).log()).sum(-1).mean()


def _of_marks(logits: Tensor, targets: Tensor) -> Tensor:
    # Summed over labels: the mean over 28 mostly absent labels would shrink the gradient 28 times.
    return binary_cross_entropy_with_logits(logits, targets, reduction="sum") / len(logits)


def tune(
    model: ContextualEncoder,
    lessons: Sequence[Lesson],
    loss: Loss,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[ContextualEncoder]]:
    """Train `model` in place on all lessons, an epoch at a time; see `run_epochs`."""
    orders: list[Indices] = [
        np.random.default_rng((seed, number)).permutation(len(lessons)) for number in range(loss.settings.epochs)
    ]
    return run_epochs(
        model,
        lambda batch: loss.of(model, [lessons[i] for i in batch]),
        orders,
        loss.settings,
        _groups(model, loss.settings),
        seed,
        checkpoint,
        step_done,
    )


def predict(model: ContextualEncoder, lessons: Sequence[Lesson]) -> NDArray[np.float32]:
    """Logits, shape (turns, labels), of all lessons' turns in their order."""
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        return np.concatenate([model(lesson.heard).numpy() for lesson in lessons])


def _groups(model: nn.Module, settings: ContextualTuning) -> list[dict[str, Any]]:
    groups = []
    for name, parameter in model.named_parameters():
        known = name.startswith(("layers.", "query.", "head."))
        rate = settings.learning_rate * (1 if known else settings.new_rate)
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups
