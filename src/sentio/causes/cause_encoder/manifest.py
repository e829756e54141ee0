"""What a training run leaves: how conversations are read, by which weights, and from where on a pair is a cause.

runs/cause-encoder-reccon/model/
  model.json              this
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.nn.cause_pairs import CauseShape
from sentio.training.manifest_file import read_manifest
from sentio.training.tuned_encoder import NAME, require_encoder


class Manifest(BaseModel):
    """`model.json`. `thresholds` are the log-odds from which on a pair is a cause for each seed, `window` is in tokens
    of an utterance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str
    corpus: str
    window: int
    shape: CauseShape
    thresholds: dict[int, float]


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_encoder(model, manifest.thresholds)
    return manifest
