"""Training of a feature extractor by triplets, as M2FNet does it (arXiv 2206.02187, section 3.1.3)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn.functional import normalize

from sentio.errors import RecipeError
from sentio.nn.adaptive_margin import extractor_loss
from sentio.nn.resnet18 import ResNet18
from sentio.nn.triplet_mining import class_uniform_pairs, mined_negatives, miner_of
from sentio.training import checkpoint as checkpoint_file

Draw = Callable[[Tensor, torch.Generator], tuple[Tensor, Tensor | None]]
"""Pictures of some rows of the training data, drawn anew for each step: images (n, channels, height, width) and, where
they are not all as wide as the block, their widths (n,)."""


class ExtractorTuning(BaseModel):
    """Settings of one training.

    `epochs` are 60 for sound and 100 for pictures in the paper, `learning_rate` and `weight_decay` (Adam) are the
    paper's. A step compares `batch_size` triplets (our design); an epoch has as many steps as show each utterance as
    an anchor once, were the classes of one size. `hinge` keeps the losses above 0; without it they are to the letter of
    the paper. `base` is the number of channels of ResNet18's first stage, 64 in the paper.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(default=60, gt=0)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=1e-6, ge=0)
    hinge: bool = True
    base: int = Field(default=64, gt=0)


@dataclass(frozen=True)
class Epoch:
    """A finished epoch: its number from 1, the mean loss, and the mean distances of the triplets at unit length.

    The margin grows with the distance of the negative, so that the loss of a good extractor may be the higher one:
    look at the gap between `positive` (D_ap) and `negative` (D_an), 0..2.
    """

    number: int
    loss: float
    positive: float
    negative: float


def tune(
    model: ResNet18,
    labels: Tensor,
    draw: Draw,
    settings: ExtractorTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch]:
    """Train `model` in place; `labels` (n,) are the classes of the rows that `draw` gives pictures of.

    Anchors are of every class alike; negatives come from the same step, at random in the first third of the epochs,
    semi-hard in the second, the hardest in the last. After each epoch weights and moments are in `checkpoint`: started
    again with the same file, the loop goes on after the last finished epoch and ends with the weights of an
    uninterrupted run. `step_done` gets the share of the work done, 0..1. Raises `RecipeError` where two classes with
    two members each are not there, or the loss is no number any more.
    """
    if not teachable(labels):
        raise RecipeError("an extractor needs two classes with two utterances each that have a recording")
    optimizer = torch.optim.Adam(model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    done = 0
    if found := checkpoint_file.restore(checkpoint, optimizer):
        weights, at = found
        model.load_state_dict(weights["model"])
        done = at["epoch"]
    steps = math.ceil(len(labels) / settings.batch_size)
    for number in range(done + 1, settings.epochs + 1):
        # Seeded by epoch, so that a resumed run draws what an uninterrupted one would.
        dice = torch.Generator().manual_seed(seed * 1_000 + number)
        model.train()
        measured = []
        for step in range(steps):
            measured.append(_update(model, optimizer, labels, draw, settings, number - 1, dice))
            if not math.isfinite(measured[-1][0]):
                raise RecipeError(f"the loss is {measured[-1][0]} in epoch {number}: lower learning_rate")
            step_done((number - 1 + (step + 1) / steps) / settings.epochs)
        checkpoint_file.save(checkpoint, {"model": model.state_dict()}, optimizer, epoch=number)
        loss, positive, negative = torch.tensor(measured, dtype=torch.float64).mean(0).tolist()
        yield Epoch(number, loss, positive, negative)


def _update(
    model: ResNet18,
    optimizer: torch.optim.Optimizer,
    labels: Tensor,
    draw: Draw,
    settings: ExtractorTuning,
    epoch: int,
    dice: torch.Generator,
) -> tuple[float, float, float]:
    """One step; the loss before it and the mean distances of positives and negatives."""
    device = model.project.weight.device
    rows = _pairs(labels, settings.batch_size, dice)
    images, widths = draw(rows, dice)
    vectors = model(images.to(device), None if widths is None else widths.to(device))
    anchors = torch.arange(settings.batch_size, device=device)
    positives = anchors + settings.batch_size
    classes = labels[rows].to(device)
    with torch.no_grad():
        unit = normalize(vectors, dim=-1)
        miner = miner_of(epoch, settings.epochs)
        negatives = mined_negatives(unit, classes, anchors, positives, miner, dice)
        gaps = [vector_norm(unit[anchors] - unit[others], dim=-1).mean().item() for others in (positives, negatives)]
    loss = extractor_loss(vectors[anchors], vectors[positives], vectors[negatives], hinge=settings.hinge)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.item(), gaps[0], gaps[1]


def _pairs(labels: Tensor, count: int, dice: torch.Generator) -> Tensor:
    """`count` anchors and behind them their positives, as rows; of two classes at least, or there were no negative."""
    while True:
        anchors, positives = class_uniform_pairs(labels, count, dice)
        if (labels[anchors] != labels[anchors[0]]).any():
            return torch.cat([anchors, positives])


def teachable(labels: Tensor) -> bool:
    """Whether the rows' classes, (n,), allow triplets: two of them have two members each.

    >>> teachable(torch.tensor([0, 0, 1])), teachable(torch.tensor([0, 0, 1, 1]))
    (False, True)
    """
    return int((torch.unique(labels, return_counts=True)[1] > 1).sum()) > 1
