"""Training of the conversation encoder on a CPU: one schedule over all phases of a curriculum, resumable epochs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sentio.curriculum import Indices
from sentio.errors import RecipeError
from sentio.nn.conversation_encoder import ConversationEncoder, Turns
from sentio.training import checkpoint as checkpoint_file
from sentio.training.ordered import batches


class ConversationTuning(BaseModel):
    """Settings of one training.

    A batch is `batch_size` conversations. `learning_rate` is that of the top layer; each layer below has `layer_decay`
    times the rate of the one above, and what is new has `new_rate` times as much. `own_weight` is the share of the
    loss of utterances by themselves, `smoothing` that of the labels. `memory` is how much of the running average of
    the weights stays from step to step: the average is what is kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=8, gt=0)
    learning_rate: float = Field(default=1.5e-4, gt=0)
    layer_decay: float = Field(default=0.9, gt=0, le=1)
    new_rate: float = Field(default=6.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    context_dropout: float = Field(default=0.4, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    smoothing: float = Field(default=0.1, ge=0, lt=1)
    own_weight: float = Field(default=0.3, ge=0)
    memory: float = Field(default=0.99, ge=0, lt=1)


@dataclass(frozen=True)
class Lesson:
    """A conversation to learn from: `turns` of it alone and the number of each utterance's label, -1 for none."""

    turns: Turns
    labels: Tensor


@dataclass(frozen=True)
class Epoch:
    """A finished epoch: its number from 1, the mean loss, and the model with the averaged weights."""

    number: int
    loss: float
    model: ConversationEncoder


def tune(
    model: ConversationEncoder,
    lessons: Sequence[Lesson],
    epochs: Sequence[Indices],
    settings: ConversationTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch]:
    """Train `model` in place on the lessons that each of the `epochs` names, in its order.

    One optimiser and one learning rate, linear up and down, run over all epochs. After each epoch weights, averages and
    moments are in `checkpoint`; started again with the same file, the loop goes on after the last finished epoch and
    ends with the weights of an uninterrupted run. `step_done` gets the share of the work done, 0..1. Raises
    `RecipeError` where the loss is no number any more.
    """
    plan = [batches([epoch], settings.batch_size) for epoch in epochs]
    steps = sum(map(len, plan))
    optimizer = torch.optim.AdamW(_groups(model, settings), betas=(0.9, 0.98), fused=True)
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    average = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    done, step = 0, 0
    if found := checkpoint_file.restore(checkpoint, optimizer):
        weights, at = found
        model.load_state_dict(weights["model"])
        average, done, step = weights["average"], at["epoch"], at["step"]
    for number, of_epoch in enumerate(plan[done:], start=done + 1):
        # Seeded by epoch, so that a resumed run draws what an uninterrupted one would.
        torch.manual_seed(seed * 1_000 + number)
        model.train()
        losses = []
        for batch in of_epoch:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * _share(step, steps, settings.warmup)
            losses.append(_update(model, optimizer, [lessons[i] for i in batch], settings))
            if not math.isfinite(losses[-1]):
                raise RecipeError(f"the loss is {losses[-1]} after {step} updates: lower learning_rate or new_rate")
            step += 1
            _follow(average, model, min(settings.memory, (1 + step) / (10 + step)))
            step_done(step / steps)
        trained = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        model.load_state_dict(average)
        # Saved only after the caller has looked at the epoch: killed in between, the epoch is run again.
        yield Epoch(number, float(np.mean(losses)), model)
        model.load_state_dict(trained)
        checkpoint_file.save(checkpoint, {"model": trained, "average": average}, optimizer, epoch=number, step=step)


def predict(model: ConversationEncoder, lessons: Sequence[Lesson]) -> NDArray[np.float32]:
    """Log-probabilities, shape (utterances, labels), of all lessons' utterances in their order."""
    model.eval()
    found = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for lesson in lessons:
            found.append(model(lesson.turns)[0].float().log_softmax(-1).numpy())
    return np.concatenate(found)


def _update(
    model: ConversationEncoder,
    optimizer: torch.optim.Optimizer,
    lessons: Sequence[Lesson],
    settings: ConversationTuning,
) -> float:
    """One step; the loss before it."""
    labels = torch.cat([lesson.labels for lesson in lessons])
    with torch.autocast("cpu", torch.bfloat16):
        logits, own = model(together([lesson.turns for lesson in lessons]))
    smoothing = settings.smoothing
    loss = cross_entropy(logits.float(), labels, ignore_index=-1, label_smoothing=smoothing)
    loss = loss + settings.own_weight * cross_entropy(own.float(), labels, ignore_index=-1, label_smoothing=smoothing)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
    optimizer.step()
    return loss.item()


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


def _follow(average: Mapping[str, Tensor], model: nn.Module, memory: float) -> None:
    for name, tensor in model.state_dict().items():
        average[name].lerp_(tensor, 1 - memory)


def _share(step: int, steps: int, warmup: float) -> float:
    """Of the full learning rate at a step: linear up, then linear down to 0."""
    ramp = max(1.0, warmup * steps)
    return (step + 1) / ramp if step < ramp else (steps - step) / (steps - ramp)


def _groups(model: ConversationEncoder, settings: ConversationTuning) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    for name, parameter in model.named_parameters():
        rate = settings.learning_rate
        if name.startswith("layers."):
            rate *= settings.layer_decay ** (model.shape.upper - 1 - int(name.split(".")[1]))
        elif not name.startswith("scores."):
            rate *= settings.new_rate
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups
