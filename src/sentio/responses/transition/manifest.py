"""What a training run leaves: how exchanges are read, and by which weights.

runs/transition-peld/model/
  model.json              this
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.nn.conversation_encoder import EncoderShape
from sentio.nn.emotion_transition import Mode
from sentio.training.manifest_file import read_manifest
from sentio.training.tuned_encoder import NAME, require_encoder


class Manifest(BaseModel):
    """`model.json`. `seeds` are the macro F1 of each seed on validation, `window` is in tokens, `flipped` says that
    neuroticism was read as 1 - neuroticism."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str
    mode: Mode
    flipped: bool
    window: int
    shape: EncoderShape
    seeds: dict[int, float]


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_encoder(model, manifest.seeds)
    return manifest
