"""The fine-tuning loop of a multi-label encoder on the CPU: AdamW, linear schedule, resumable epochs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.training import batches
from sentio.training import checkpoint as checkpoint_file

Floats = NDArray[np.float32]


class FineTuning(BaseModel):
    """Settings of one fine-tuning. `learning_rate` is that of the top encoder layer; each layer below
    has `layer_decay` times the rate of the one above, and the new head has `head_rate` times as much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    layer_decay: float = Field(gt=0, le=1)
    head_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    warmup: float = Field(ge=0, lt=1)
    dropout: float = Field(ge=0, lt=1)
    clip_norm: float = Field(gt=0)


@dataclass(frozen=True)
class Epoch:
    """A finished epoch: its number from 1, the mean loss, and the model as it stands."""

    number: int
    loss: float
    model: EmotionEncoder


def fine_tune(
    model: EmotionEncoder,
    rows: Sequence[Sequence[int]],
    targets: Floats,
    settings: FineTuning,
    seed: int,
    checkpoint: Path,
    step_done: Callable[[float], None],
) -> Iterator[Epoch]:
    """Train `model` in place on token ids and soft targets of shape (rows, labels), an epoch at a time.

    After each epoch the weights and optimiser moments are in `checkpoint` (safetensors); started again
    with the same file, the loop goes on after the last finished epoch and ends with the same weights as
    an uninterrupted run. `step_done` gets the share of the work done, 0..1.
    """
    lengths = np.array([len(row) for row in rows])
    steps = settings.epochs * len(batches.shuffled(lengths, settings.batch_size, seed))
    optimizer = torch.optim.AdamW(_groups(model, settings), betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, settings.warmup))
    done = _restore(checkpoint, model, optimizer, schedule)
    for epoch in range(done + 1, settings.epochs + 1):
        # Seeded by epoch, so that a resumed run draws what an uninterrupted one would.
        torch.manual_seed(seed * 1_000 + epoch)
        model.train()
        losses = []
        for batch in batches.shuffled(lengths, settings.batch_size, seed * 1_000 + epoch):
            loss = _loss(model, [rows[i] for i in batch], torch.from_numpy(targets[batch]))
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            losses.append(loss.item())
            step_done(schedule.last_epoch / steps)
        # Saved only after the caller has looked at the epoch: killed in between, the epoch is run again.
        yield Epoch(epoch, float(np.mean(losses)), model)
        state = {"model": model.state_dict()}
        checkpoint_file.save(checkpoint, state, optimizer, epoch=epoch, step=schedule.last_epoch)


def predict(model: EmotionEncoder, rows: Sequence[Sequence[int]], exact: bool = False) -> Floats:
    """Sigmoid scores of shape (rows, labels), in bf16 products or, `exact`, in fp32."""
    model.eval()
    scores = np.zeros((len(rows), model.head.out_features), dtype=np.float32)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=not exact):
        for batch in batches.by_length(np.array([len(row) for row in rows]), size=64):
            scores[batch] = torch.sigmoid(model(*batches.padded([rows[i] for i in batch]))).numpy()
    return scores


def _loss(model: EmotionEncoder, rows: Sequence[Sequence[int]], targets: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(*batches.padded(rows))
    # Summed over labels: the mean over 28 mostly absent labels would shrink the gradient 28 times.
    return nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum") / len(rows)


def _rate(step: int, steps: int, warmup: float) -> float:
    ramp = warmup * steps
    return step / ramp if step < ramp else max(0.0, (steps - step) / (steps - ramp))


def _groups(model: EmotionEncoder, settings: FineTuning) -> list[dict[str, object]]:
    depth = model.encoder.config.num_hidden_layers
    groups: list[dict[str, object]] = []
    for name, parameter in model.named_parameters():
        rate = settings.learning_rate
        if name.startswith("encoder.embeddings."):
            rate *= settings.layer_decay ** (depth + 1)
        elif name.startswith("encoder.encoder.layer."):
            rate *= settings.layer_decay ** (depth - int(name.split(".")[3]))
        else:
            rate *= settings.head_rate
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def _restore(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
) -> int:
    """Load a checkpoint where there is one; the number of finished epochs."""
    if (found := checkpoint_file.restore(path, optimizer)) is None:
        return 0
    weights, at = found
    model.load_state_dict(weights["model"])
    schedule.last_epoch = at["step"]
    for group, base in zip(optimizer.param_groups, schedule.base_lrs, strict=True):
        group["lr"] = base * schedule.lr_lambdas[0](at["step"])
    return at["epoch"]
