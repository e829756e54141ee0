"""What a training run leaves.

runs/emotionic-meld/model/
  model.json              this
  seed-42.safetensors …   the network's weights, for each seed
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from sentio.errors import SentioError
from sentio.training.manifest_file import read_manifest, require_files
from sentio.training.weights_file import seed_file

NAME = "model.json"


class Source(BaseModel):
    """Where a modality's vectors come from, their width, and the version that the network was trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    width: int
    version: str


class Manifest(BaseModel):
    """`model.json`. `features` are by modality, `seeds` the weighted F1 of each seed on validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    space: str
    corpus: str
    features: dict[str, Source]
    network: dict[str, Any]
    seeds: dict[int, float]


def read(model: Path, system: str) -> Manifest:
    """The manifest in a run's model folder.

    Raises `SentioError` where there is none, it is damaged, files lack, or it is of another system.
    """
    manifest = read_manifest(model / NAME, Manifest)
    if manifest.system != system:
        raise SentioError(f"{model} holds a model of {manifest.system}, not of {system}")
    require_files(seed_file(model, seed) for seed in manifest.seeds)
    return manifest
