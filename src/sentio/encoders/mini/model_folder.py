"""The folder of a `mini` model: what it must hold, and what its manifest says."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.errors import SentioError

FILES = ("model.json", "model.onnx", "tokenizer.json")


class Manifest(BaseModel):
    """`model.json`: labels in the order of the scores, from which score on each is active, the window
    in tokens, and facts about the training, for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    window: int
    training: dict[str, object] = {}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a complete folder; raises `SentioError` that says what is missing or wrong."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SentioError(f"no model at {folder}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    try:
        return Manifest.model_validate_json((folder / "model.json").read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise SentioError(f"{folder / 'model.json'}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
