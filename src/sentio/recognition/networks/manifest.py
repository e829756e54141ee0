"""What a training run leaves.

runs/emotionic-meld/model/
  model.json              this
  seed-42.safetensors …   the network's weights, for each seed
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError
from safetensors.torch import load_file

from sentio.errors import SentioError
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.training.manifest_file import read_manifest, require_files

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


def weights(model: Path, seed: int) -> Path:
    """The file with the weights of a seed."""
    return model / f"seed-{seed}.safetensors"


def read(model: Path, system: str) -> Manifest:
    """The manifest in a run's model folder.

    Raises `SentioError` where there is none, it is damaged, files lack, or it is of another system.
    """
    manifest = read_manifest(model / NAME, Manifest)
    if manifest.system != system:
        raise SentioError(f"{model} holds a model of {manifest.system}, not of {system}")
    require_files(weights(model, seed) for seed in manifest.seeds)
    return manifest


def restored(network: DialogueNetwork, model: Path, seed: int) -> DialogueNetwork:
    """The network with the weights of a seed, ready to answer; raises `SentioError` where they are damaged."""
    path = weights(model, seed)
    try:
        network.load_state_dict(load_file(path))
    except (RuntimeError, SafetensorError) as error:
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error
    return network.eval()
