"""What a training run of `hef` leaves.

runs/hef-empathetic-dialogues/model/
  model.json              this
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.training.manifest_file import read_manifest
from sentio.training.tuned_encoder import NAME, require_encoder


class Manifest(BaseModel):
    """`model.json`. The `upper` layers were trained, `seeds` have their accuracy on validation, `window` is in
    tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    window: int
    upper: int
    seeds: dict[int, float]


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_encoder(model, manifest.seeds)
    return manifest
