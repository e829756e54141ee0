"""What a training run leaves: how conversations are read, and by which weights.

runs/prc-encoder-meld/model/
  model.json              this
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
  demos/                  the repository whose labels are the evidence
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.errors import SentioError
from sentio.nn.conversation_encoder import EncoderShape
from sentio.recognition.prc_encoder.evidence import Evidence

NAME, LOWER, TOKENIZER, DEMOS = "model.json", "lower.safetensors", "tokenizer.json", "demos"


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


def weights(model: Path, seed: int) -> Path:
    """The file with the weights of a seed."""
    return model / f"seed-{seed}.safetensors"


def read(model: Path) -> Manifest:
    """The manifest in a run's model folder. Raises `SentioError` where there is none, it is damaged or files lack."""
    try:
        manifest = Manifest.model_validate_json((model / NAME).read_bytes())
    except OSError as error:
        raise SentioError(f"no model at {model}: {NAME} is missing; is the training finished?") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise SentioError(f"{model / NAME}: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error
    for path in (model / LOWER, model / TOKENIZER, *(weights(model, seed) for seed in manifest.seeds)):
        if not path.is_file():
            raise SentioError(f"no complete model at {model}: {path.name} is missing")
    return manifest
