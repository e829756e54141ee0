"""Training of the planner: cross-entropy over the strategies that may come next, rare ones weighted up."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor

from sentio.nn.conversation_encoder import ConversationEncoder
from sentio.responses.strategy_planner.lessons import PlanLesson
from sentio.training.conversation_tuning import ConversationTuning, groups, together
from sentio.training.epochs import Epoch, run_epochs

NEVER = -1e4
"""A log-probability so low that it adds nothing to a sum."""


class PlannerTuning(ConversationTuning):
    """Settings of one training, those of the encoder and two of its own.

    `epochs` bounds the training: cross-validation chooses how many of them are run. `balance` is the power of a
    strategy's inverse frequency that its loss is weighted by: 0 for none, 1 so that all strategies weigh the same.
    """

    epochs: int = Field(default=12, gt=0)
    balance: float = Field(default=1.0, ge=0, le=1)


def tune(
    model: ConversationEncoder,
    lessons: Sequence[PlanLesson],
    settings: PlannerTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch[ConversationEncoder]]:
    """Train `model` in place; every epoch reads all lessons in an order of its own. See `run_epochs`."""
    weights = class_weights(lessons, settings.balance)
    orders = [np.random.default_rng([seed, epoch]).permutation(len(lessons)) for epoch in range(settings.epochs)]
    return run_epochs(
        model,
        lambda batch: _loss(model, [lessons[i] for i in batch], weights, settings),
        orders,
        settings,
        groups(model, settings),
        seed,
        checkpoint,
        step_done,
    )


def predict(model: ConversationEncoder, lessons: Sequence[PlanLesson]) -> NDArray[np.float32]:
    """Log-probabilities of the next strategy at every `asked` utterance, shape (asked, labels)."""
    model.eval()
    found = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for lesson in lessons:
            found.append(model(lesson.turns)[0].float().log_softmax(-1)[lesson.asked].numpy())
    return np.concatenate(found)


def class_weights(lessons: Sequence[PlanLesson], balance: float) -> Tensor:
    """The weight of each strategy, shape (labels,), with mean 1 over what is learned from; a label that may be one of
    two counts half for each."""
    rows = torch.cat([lesson.following for lesson in lessons]).double()
    rows = rows[rows.sum(1) > 0]
    counts = (rows / rows.sum(1, keepdim=True)).sum(0).clamp(min=1)
    weights = (counts.sum() / counts) ** balance
    return (weights * counts.sum() / (weights * counts).sum()).float()


def partial_loss(logits: Tensor, allowed: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Mean of -log(sum of the allowed labels' probabilities) over the rows that allow any (partial labels, Jin and
    Ghahramani, NIPS 2002), weighted by the mean weight of what is allowed; 0 where no row does.

    With one allowed label a row it is the weighted cross-entropy with smoothed labels.
    """
    some = allowed.any(1)
    rows, mask = logits[some].float().log_softmax(-1), allowed[some]
    if not len(rows):
        return logits.sum() * 0.0
    right = rows.masked_fill(~mask, NEVER).logsumexp(-1)
    losses = -(1 - smoothing) * right - smoothing * rows.mean(-1)
    weight = (mask * weights).sum(-1) / mask.sum(-1)
    return (losses * weight).sum() / weight.sum()


def _loss(
    model: ConversationEncoder, lessons: Sequence[PlanLesson], weights: Tensor, settings: PlannerTuning
) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        logits, own = model(together([lesson.turns for lesson in lessons]))
    following = partial_loss(logits, torch.cat([one.following for one in lessons]), weights, settings.smoothing)
    # What a strategy sounds like is easier to learn than which one comes next, and helps with it.
    said = partial_loss(own, torch.cat([one.own for one in lessons]), weights, settings.smoothing)
    return following + settings.own_weight * said
