"""Training of the conversation encoder on a CPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sentio.curriculum import Indices
from sentio.nn.conversation_encoder import ConversationEncoder, Turns
from sentio.training.epochs import Epoch, Steps, run_epochs


class ConversationTuning(Steps):
    """Settings of one training.

    `learning_rate` is that of the top layer; each layer below has `layer_decay` times the rate of the one above, and
    what is new has `new_rate` times as much. `own_weight` is the share of the loss of utterances by themselves,
    `smoothing` that of the labels.
    """

    learning_rate: float = Field(default=1.5e-4, gt=0)
    layer_decay: float = Field(default=0.9, gt=0, le=1)
    new_rate: float = Field(default=6.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    context_dropout: float = Field(default=0.4, ge=0, lt=1)
    smoothing: float = Field(default=0.1, ge=0, lt=1)
    own_weight: float = Field(default=0.3, ge=0)


@dataclass(frozen=True)
class Lesson:
    """A conversation to learn from: `turns` of it alone and the number of each utterance's label, -1 for none."""

    turns: Turns
    labels: Tensor


def tune(
    model: ConversationEncoder,
    lessons: Sequence[Lesson],
    epochs: Sequence[Indices],
    settings: ConversationTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[ConversationEncoder]]:
    """Train `model` in place on the lessons that each of the `epochs` names, in its order; see `run_epochs`."""
    return run_epochs(
        model,
        lambda batch: _loss(model, [lessons[i] for i in batch], settings),
        epochs,
        settings,
        groups(model, settings),
        seed,
        checkpoint,
        step_done,
    )


def predict(model: ConversationEncoder, lessons: Sequence[Lesson]) -> NDArray[np.float32]:
    """Log-probabilities, shape (utterances, labels), of all lessons' utterances in their order."""
    model.eval()
    found = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for lesson in lessons:
            found.append(model(lesson.turns)[0].float().log_softmax(-1).numpy())
    return np.concatenate(found)


def _loss(model: ConversationEncoder, lessons: Sequence[Lesson], settings: ConversationTuning) -> Tensor:
    labels = torch.cat([lesson.labels for lesson in lessons])
    with torch.autocast("cpu", torch.bfloat16):
        logits, own = model(together([lesson.turns for lesson in lessons]))
    smoothing = settings.smoothing
    loss = cross_entropy(logits.float(), labels, ignore_index=-1, label_smoothing=smoothing)
    return loss + settings.own_weight * cross_entropy(own.float(), labels, ignore_index=-1, label_smoothing=smoothing)


def together(turns: Sequence[Turns]) -> Turns:
    """Several conversations as one batch."""
    firsts = np.cumsum([0, *(len(each.states) for each in turns)]).tolist()

    def moved(of_each: Sequence[Tensor]) -> Tensor:
        pairs = zip(firsts, of_each, strict=False)
        rows = [torch.where(row >= 0, row + first, row) for first, some in pairs for row in some]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-1)

    return Turns(
        states=[state for each in turns for state in each.states],
        conversations=moved([each.conversations for each in turns]),
        speakers=moved([each.speakers for each in turns]),
        names=torch.cat([each.names for each in turns]),
        evidence=torch.cat([each.evidence for each in turns]),
        sentences=torch.cat([each.sentences for each in turns]),
    )


def groups(model: ConversationEncoder, settings: ConversationTuning) -> list[dict[str, Any]]:
    """The encoder's parameters with the learning rate of each, as an optimiser takes them."""
    found: list[dict[str, Any]] = []
    for name, parameter in model.named_parameters():
        rate = settings.learning_rate
        if name.startswith("layers."):
            rate *= settings.layer_decay ** (model.shape.upper - 1 - int(name.split(".")[1]))
        elif not name.startswith("scores."):
            rate *= settings.new_rate
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        found.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return found
