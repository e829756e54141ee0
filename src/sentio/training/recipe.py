"""Recipes: a TOML file that says which system to train and how.

system = "mini"
seed = 1
[teachers]
epochs = 3
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from sentio.errors import InputError, RecipeError

Settings = TypeVar("Settings", bound=BaseModel)


def _each_once(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(seeds)) < len(seeds):
        raise ValueError("a seed is there twice")
    return seeds


Seeds = Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1), AfterValidator(_each_once)]
"""The seeds of a recipe that trains one model each."""


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """A recipe's text and its tables.

    Raises `InputError` when the file cannot be read, `RecipeError` when it is not TOML or names no
    system.
    """
    try:
        text = path.read_text("utf8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the recipe: {getattr(error, 'strerror', None) or error}", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: not valid TOML: {error}") from error
    if not isinstance(tables.get("system"), str):
        raise RecipeError(f'{path}: a recipe names its system in the first line: system = "mini"')
    return text, tables


def checked(path: Path, tables: dict[str, Any], settings: type[Settings]) -> Settings:
    """The tables as a system's settings; raises `RecipeError` that names the first wrong key."""
    try:
        return settings.model_validate(tables)
    except ValidationError as error:
        raise RecipeError(f"{path}: {first_wrong(error)}") from error


def first_wrong(error: ValidationError) -> str:
    """The first thing that is wrong, in a line: the key and what is the matter with it, or what a validator of the
    whole says.

    >>> class Seed(BaseModel):
    ...     seed: int
    >>> try:
    ...     Seed(seed="one")
    ... except ValidationError as error:
    ...     first_wrong(error)
    'seed: input should be a valid integer, unable to parse string as an integer'
    """
    first = error.errors()[0]
    said = first.get("ctx", {}).get("error", first["msg"].lower())
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), str(said))))
