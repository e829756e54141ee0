"""What a training run of the planner leaves.

runs/strategy-planner/model/
  model.json             this
  tokenizer.json         that of mini
  lower.safetensors      the layers that were not trained
  seed-0.safetensors …   the others, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.nn.conversation_encoder import EncoderShape
from sentio.training.manifest_file import read_manifest
from sentio.training.tuned_encoder import NAME, require_encoder


class Manifest(BaseModel):
    """`model.json`. `labels` are the strategies in the order of the logits, `window` is in tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[str, ...]
    window: int
    shape: EncoderShape
    seeds: tuple[int, ...]


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_encoder(model, manifest.seeds)
    return manifest
