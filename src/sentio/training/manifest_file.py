"""The file that says what lies in a run's model folder: written last, and read in one way, with one set of errors."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sentio.errors import SentioError
from sentio.training.recipe import first_wrong
from sentio.training.run_folder import replacing

Manifest = TypeVar("Manifest", bound=BaseModel)


def write_manifest(path: Path, manifest: BaseModel) -> None:
    """Put the manifest at `path`: it says that all other files of the model are there.

    Raises `OutputError` where the system refuses.
    """
    with replacing(path) as beside:
        beside.write_text(manifest.model_dump_json(indent=2) + "\n", "utf8")


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


def asked_seeds(model: Path, seeds: Iterable[int], asked: int | None) -> list[int]:
    """The seeds that answer: all that a run's model folder has, or the one that is asked for.

    Raises `SentioError` for one that it has not.

    >>> asked_seeds(Path("runs/mine/model"), (42, 43), None)
    [42, 43]
    >>> asked_seeds(Path("runs/mine/model"), (42, 43), 7)
    Traceback (most recent call last):
        ...
    sentio.errors.SentioError: runs/mine/model has no seed 7; it has 42, 43
    """
    known = list(seeds)
    if asked is not None and asked not in known:
        raise SentioError(f"{model} has no seed {asked}; it has {', '.join(map(str, known))}")
    return known if asked is None else [asked]
