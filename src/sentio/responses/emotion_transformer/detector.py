"""What the one feels who is answered: a layer on what `mini` makes of a turn and of the one before it.

The paper trains a detector first and says no more of it. Ours is the smallest that hears well: `mini` has read feelings
into 22 million weights already, so only a layer is trained, in seconds.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sentio.encoders.base import unit
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.encoders.onnx_graph import Encoder

Floats = NDArray[np.float32]
TOLD = 384 + 28
"""Of a turn: the mean of the token vectors and the log-odds of GoEmotions' labels."""
SURE = 1e-4
"""Scores are read as at least this, and at most one minus this: their log-odds stay finite."""


class Detector(nn.Module):
    """Log-odds of the emotions of a turn."""

    def __init__(self, emotions: int, hidden: int, p: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(2 * TOLD), nn.Dropout(p), nn.Linear(2 * TOLD, hidden), nn.GELU(), nn.Dropout(p),
            nn.Linear(hidden, emotions),
        )  # fmt: skip

    def forward(self, told: Tensor) -> Tensor:
        """Shape (turns, emotions) for what `with_turns_before` tells, (turns, 2 x TOLD)."""
        logits: Tensor = self.layers(told)
        return logits


class Ear:
    """What `mini` makes of texts."""

    def __init__(self) -> None:
        self._mini = Encoder(MODEL, read_manifest(MODEL).window)

    def told(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, TOLD); zeros for a text without a token."""
        scores, vectors = self._mini.encode(texts, "scores", "vectors")
        some = scores.any(axis=1, keepdims=True)
        scores = scores.clip(SURE, 1 - SURE)
        odds = np.where(some, np.log(scores / (1 - scores)), 0.0) / 2  # they spread twice as far as the vectors' parts
        return np.concatenate([unit(vectors) * vectors.shape[1] ** 0.5, odds], axis=1).astype(np.float32)


def with_turns_before(told: Floats, before: Floats | None = None) -> Floats:
    """Each turn beside the one before it, shape (turns, 2 x TOLD); before the first stands `before`, or nothing."""
    first = np.zeros((1, TOLD), np.float32) if before is None else before[None]
    return np.concatenate([told, np.concatenate([first, told])[: len(told)]], axis=1)


def shares(detector: Detector, told: Floats) -> Floats:
    """How probable each emotion is, rows sum to 1: shape (turns, emotions)."""
    detector.eval()
    with torch.no_grad():
        found: Floats = detector(torch.from_numpy(told)).softmax(-1).numpy()
    return found
