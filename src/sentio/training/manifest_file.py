"""The file that says what lies in a run's model folder: read in one way, with one set of errors."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sentio.errors import SentioError
from sentio.training.recipe import first_wrong

Manifest = TypeVar("Manifest", bound=BaseModel)


def read_manifest(path: Path, kind: type[Manifest]) -> Manifest:
    """The manifest at `path`; raises `SentioError` where there is none or it is damaged."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SentioError(f"no model at {path.parent}: {path.name} is missing; is the training finished?") from error
    except ValidationError as error:
        raise SentioError(f"{path}: {first_wrong(error)}") from error


def require_files(paths: Iterable[Path]) -> None:
    """Raise `SentioError` where one of the files that belong to a model is missing."""
    for path in paths:
        if not path.is_file():
            raise SentioError(f"no complete model at {path.parent}: {path.name} is missing")
