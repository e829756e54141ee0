"""Systems by name or by run folder: what a verb's `load` does, whatever the verb.

A system is a component with a `class Options` (a pydantic model: its flags) and `load(options)`. One that was trained
is named by its run folder; its options then have the field `model`, the folder of the model (see `sentio.trained`).
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sentio import registry
from sentio.errors import SentioError, UnknownName


def component(kind: registry.Kind, system: str) -> registry.Component:
    """The system of that name, or the one that was trained in that run folder; its card and options tell of it.

    A name that is registered wins over a folder of that name; `./mini` is the folder. Raises `UnknownName` for an
    unknown one, `SentioError` where the run folder is damaged.
    """
    config = Path(system) / "config.toml"
    if config.is_file() and system not in registry.components(kind):
        system = _trained(config)
    return registry.find(kind, system)


def load(kind: registry.Kind, system: str, given: Mapping[str, object]) -> Any:  # noqa: ANN401  (the verb knows)
    """What the system's own `load` gives for these options.

    Raises `UnknownName` for an unknown system or option, `MissingExtra` when an optional package is absent,
    `SentioError` when an option's value does not fit or the run folder is damaged.
    """
    found = component(kind, system)
    if found.id != system:
        given = {"model": Path(system) / "model"} | dict(given)
    module = found.load()
    checked = _checked(found.id, module.Options, given)
    with found.extra_named():
        return module.load(checked)


def _trained(config: Path) -> str:
    """The system whose model is in a run folder."""
    try:
        system = tomllib.loads(config.read_text("utf8")).get("system")
    except (OSError, ValueError) as error:
        raise SentioError(f"{config}: cannot be read: {error}") from error
    if not isinstance(system, str):
        raise SentioError(f'{config}: names no system (system = "mini"); is this the folder of a training run?')
    return system


def _checked(system: str, options: type[BaseModel], given: Mapping[str, object]) -> BaseModel:
    for name in given:
        if name not in options.model_fields:
            raise UnknownName(f"option of {system}", name, options.model_fields)
    try:
        return options.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise SentioError(f"option {'.'.join(map(str, first['loc']))} of {system}: {first['msg'].lower()}") from error
