"""What a training run leaves: how conversations are read, and by which weights.

runs/prc-encoder-meld/model/
  model.json              this
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
  demos/                  the repository whose labels are the evidence
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.nn.conversation_encoder import EncoderShape
from sentio.recognition.prc_encoder.evidence import Evidence
from sentio.training.manifest_file import read_manifest
from sentio.training.tuned_encoder import NAME, require_encoder

DEMOS = "demos"


class Manifest(BaseModel):
    """`model.json`. `seeds` are the weighted F1 of each seed on validation, `names` the speakers known by name,
    `window` is in tokens. `evidence` is None where nothing is retrieved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str
    corpus: str
    window: int
    shape: EncoderShape
    names: tuple[str, ...]
    evidence: Evidence | None
    seeds: dict[int, float]


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    manifest = read_manifest(model / NAME, Manifest)
    require_encoder(model, manifest.seeds)
    return manifest
