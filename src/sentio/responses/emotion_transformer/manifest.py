"""What a training run leaves: how texts are split, who hears the emotions, and who replies.

runs/emotion-transformer-meld/model/
  model.json                  this
  tokens.json                 byte pairs
  detector-1.safetensors …    the layer that hears emotions, for each seed
  seed-1.safetensors …        the network that replies, for each seed
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.responses.emotion_transformer.lessons import Source
from sentio.responses.emotion_transformer.network import Size
from sentio.training.manifest_file import read_manifest, require_files
from sentio.training.weights_file import seed_file

NAME, TOKENS = "model.json", "tokens.json"


class Manifest(BaseModel):
    """`model.json`. `labels` are the emotions, `words` is the size of the vocabulary, `hidden` that of the detector's
    layer, `window` how many tokens of a turn are read at once; `seeds` have the perplexity of each on validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[str, ...]
    corpus: str
    source: Source
    size: Size
    words: int
    hidden: int
    window: int
    seeds: dict[int, float]


def detector(model: Path, seed: int) -> Path:
    """The file with a seed's detector."""
    return model / f"detector-{seed}.safetensors"


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_files([model / TOKENS, *(one(model, seed) for one in (seed_file, detector) for seed in manifest.seeds)])
    return manifest
