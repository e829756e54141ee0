"""The folder of a `mini` model: what it must hold, and what its manifest says."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.encoders.files import version_of
from sentio.errors import SentioError

FILES = ("model.json", "model.onnx", "tokenizer.json")
HISTORY = "history.onnx"
"""Beside them where the model reads conversations."""


class Context(BaseModel):
    """How a model reads conversations: so many turns before an utterance, and from which score on each label is active
    in one; `vectors` is the version of the vectors before it learned to, which it left as they were."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    span: int
    thresholds: tuple[float, ...]
    vectors: str
    training: dict[str, object] = {}


class Manifest(BaseModel):
    """`model.json`: labels in the order of the scores, from which score on each is active, the window
    in tokens, and facts about the training, for people. Without `context` utterances are read by themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    window: int
    training: dict[str, object] = {}
    context: Context | None = None


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a complete folder; raises `SentioError` that says what is missing or wrong."""
    _require(folder, FILES)
    try:
        manifest = Manifest.model_validate_json((folder / "model.json").read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise SentioError(f"{folder / 'model.json'}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if manifest.context is not None:
        _require(folder, (HISTORY,))
    return manifest


def version_of_vectors(folder: Path, manifest: Manifest) -> str:
    """The hash of what decides the vectors; labels and thresholds do not touch them, nor does the reading of
    conversations."""
    if manifest.context is not None:
        return manifest.context.vectors
    return version_of((folder / name for name in FILES[1:]), manifest.window)


def _require(folder: Path, names: tuple[str, ...]) -> None:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise SentioError(f"no model at {folder}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
