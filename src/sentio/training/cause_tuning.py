"""Training of the encoder that finds causes, on a CPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from sentio.curriculum import Indices
from sentio.nn.cause_pairs import CauseEncoder, Heard
from sentio.training.epochs import Epoch, Steps, run_epochs


class CauseTuning(Steps):
    """Settings of one training.

    `learning_rate` is that of the top layer; each layer below has `layer_decay` times the rate of the one above, and
    what is new has `new_rate` times as much. A pair with a cause counts `positive` times as much as one without.
    `span_weight` is the share of the loss of the words; 0 leaves them out.
    """

    learning_rate: float = Field(default=1.5e-4, gt=0)
    layer_decay: float = Field(default=0.9, gt=0, le=1)
    new_rate: float = Field(default=6.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    pair_dropout: float = Field(default=0.3, ge=0, lt=1)
    smoothing: float = Field(default=0.05, ge=0, lt=1)
    positive: float = Field(default=1.0, gt=0)
    span_weight: float = Field(default=0.3, ge=0)


@dataclass(frozen=True)
class CauseLesson:
    """A conversation to learn from.

    `targets` are the numbers of its emotional utterances, shape (targets,). `rows` are (pair, whether it is a cause),
    shape (rows, 2), the pairs numbered as `nn.pair_grid.grid` has them, and `spans` causing words as (row, first
    token, last token), shape (spans, 3), tokens counted from the candidate's first word.
    """

    heard: Heard
    targets: Tensor
    rows: Tensor
    spans: Tensor


def tune(
    model: CauseEncoder,
    lessons: Sequence[CauseLesson],
    epochs: Sequence[Indices],
    settings: CauseTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[CauseEncoder]]:
    """Train `model` in place on the lessons that each of the `epochs` names, in its order; see `run_epochs`."""
    return run_epochs(
        model,
        lambda batch: loss(model, [lessons[i] for i in batch], settings),
        epochs,
        settings,
        _groups(model, settings),
        seed,
        checkpoint,
        step_done,
    )


def loss(model: CauseEncoder, lessons: Sequence[CauseLesson], settings: CauseTuning) -> Tensor:
    """Cross-entropy of the pairs, and of the first and last tokens of the causes, in 32 bits but for the layers."""
    targets, rows, spans = _together(lessons)
    with torch.autocast("cpu", torch.bfloat16):
        said = model.read([lesson.heard for lesson in lessons])
    judged = model.judge(said, targets)
    causes = rows[:, 1].float()
    smooth = causes * (1 - settings.smoothing) + settings.smoothing / 2
    weights = torch.where(causes > 0, settings.positive, 1.0)
    found = binary_cross_entropy_with_logits(judged.logits[rows[:, 0]], smooth, weights)
    if not settings.span_weight or not len(spans):
        return found
    pairs = rows[spans[:, 0], 0]
    first, last = model.point(said, judged.pairs[pairs, 1], judged.states[pairs])
    words = cross_entropy(first, spans[:, 1]) + cross_entropy(last, spans[:, 2])
    return found + settings.span_weight * words / 2


def _together(lessons: Sequence[CauseLesson]) -> tuple[Tensor, Tensor, Tensor]:
    """Targets, rows and spans of several conversations, whose utterances, pairs and rows are counted on."""
    targets, rows, spans = [], [], []
    said = pairs = judged = 0
    for lesson in lessons:
        targets.append(lesson.targets + said)
        rows.append(lesson.rows + torch.tensor([pairs, 0]))
        spans.append(lesson.spans + torch.tensor([judged, 0, 0]))
        said += len(lesson.heard.states)
        pairs += int((lesson.targets + 1).sum())
        judged += len(lesson.rows)
    return torch.cat(targets), torch.cat(rows), torch.cat(spans)


def _groups(model: CauseEncoder, settings: CauseTuning) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for name, parameter in model.named_parameters():
        rate = settings.learning_rate
        if name.startswith("layers."):
            rate *= settings.layer_decay ** (model.shape.upper - 1 - int(name.split(".")[1]))
        else:
            rate *= settings.new_rate
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups
