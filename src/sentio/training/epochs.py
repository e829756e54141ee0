"""The loop of every training over conversations: one schedule over all phases of a curriculum, resumable epochs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.curriculum import Indices
from sentio.errors import RecipeError
from sentio.training import checkpoint as checkpoint_file
from sentio.training.ordered import batches

Network = TypeVar("Network", bound=nn.Module)
Groups = Sequence[dict[str, Any]]
"""Parameter groups as an optimiser takes them, each with its full learning rate."""


class Steps(BaseModel):
    """How an optimiser goes through the conversations.

    A batch is `batch_size` conversations. The learning rate rises over the first `warmup` of all steps and then falls
    to 0, both linearly. `memory` is how much of the running average of the weights stays from step to step: the
    average is what is kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=8, gt=0)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    memory: float = Field(default=0.99, ge=0, lt=1)


@dataclass(frozen=True)
class Epoch(Generic[Network]):
    """A finished epoch: its number from 1, the mean loss, and the model with the averaged weights."""

    number: int
    loss: float
    model: Network


def run_epochs(
    model: Network,
    loss_of: Callable[[Indices], Tensor],
    epochs: Sequence[Indices],
    steps: Steps,
    groups: Groups,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[Network]]:
    """Train `model` in place on what each of the `epochs` names, in its order.

    `loss_of` gives the loss of the batch of conversations with these indices. One optimiser and one learning rate run
    over all epochs. After each epoch weights, averages and moments are in `checkpoint`; started again with the same
    file, the loop goes on after the last finished epoch and ends with the weights of an uninterrupted run. `step_done`
    gets the share of the work done, 0..1. Raises `RecipeError` where the loss is no number any more.
    """
    plan = [batches([epoch], steps.batch_size) for epoch in epochs]
    total = sum(map(len, plan))
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    average = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    done, step = 0, 0
    if found := checkpoint_file.restore(checkpoint, optimizer):
        weights, at = found
        model.load_state_dict(weights["model"])
        # A checkpoint is read where the processor is, the model may be on another device.
        average = {name: weights["average"][name].to(tensor.device) for name, tensor in average.items()}
        done, step = at["epoch"], at["step"]
    for number, of_epoch in enumerate(plan[done:], start=done + 1):
        # Seeded by epoch, so that a resumed run draws what an uninterrupted one would.
        torch.manual_seed(seed * 1_000 + number)
        model.train()
        losses = []
        for batch in of_epoch:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * _share(step, total, steps.warmup)
            losses.append(_update(model, optimizer, loss_of(batch), steps.clip_norm))
            if not math.isfinite(losses[-1]):
                raise RecipeError(f"the loss is {losses[-1]} after {step} updates: lower the learning rate")
            step += 1
            _follow(average, model, min(steps.memory, (1 + step) / (10 + step)))
            step_done(step / total)
        trained = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        model.load_state_dict(average)
        # Saved only after the caller has looked at the epoch: killed in between, the epoch is run again.
        yield Epoch(number, float(np.mean(losses)), model)
        model.load_state_dict(trained)
        checkpoint_file.save(checkpoint, {"model": trained, "average": average}, optimizer, epoch=number, step=step)


def _update(model: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, clip_norm: float) -> float:
    """One step; the loss before it."""
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss.item()


def _follow(average: Mapping[str, Tensor], model: nn.Module, memory: float) -> None:
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            average[name].lerp_(tensor, 1 - memory)
        else:
            average[name].copy_(tensor)


def _share(step: int, steps: int, warmup: float) -> float:
    """Of the full learning rate at a step, at most 1: linear up, then linear down to 0.

    >>> [round(_share(step, 5, warmup=0.3), 2) for step in range(5)]
    [0.67, 1.0, 0.86, 0.57, 0.29]
    """
    ramp = max(1.0, warmup * steps)
    return min(1.0, (step + 1) / ramp) if step < ramp else (steps - step) / (steps - ramp)
