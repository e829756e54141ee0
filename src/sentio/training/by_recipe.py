"""Train a system by a recipe: the recipe names the system, the system's `train` module does the rest."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sentio import registry
from sentio.errors import MissingExtra, RecipeError, UnknownName
from sentio.training import recipe as recipes
from sentio.training.run_folder import RunFolder


def train(
    recipe: str | Path,
    *,
    out: str | Path | None = None,
    data: str | Path | None = None,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> dict[str, Any]:
    """Run a recipe and return the metrics; the run folder `out` is `runs/<recipe's name>` by default.

    `data` is the folder of the corpora (`SENTIO_DATA` by default). A killed training goes on where it
    was when called again, a finished one is not repeated. Raises `InputError`, `RecipeError`,
    `MissingExtra` or `OutputError`.
    """
    path = Path(recipe)
    text, tables = recipes.read(path)
    component = _component(tables["system"])
    trainer = trainer_of(component)
    if trainer is None:
        raise RecipeError(f"{path}: the system {component.id!r} cannot be trained")
    settings = recipes.checked(path, tables, trainer.Recipe)
    run = RunFolder(Path(out or Path("runs") / path.stem), text)
    return run.complete(lambda: trainer.train(settings, run, None if data is None else Path(data), progress))


def _component(system: str) -> registry.Component:
    """The system of that name, of whatever verb; raises `UnknownName`."""
    known = {name: component for kind in registry.METHODS for name, component in registry.components(kind).items()}
    if system not in known:
        raise UnknownName("system", system, known)
    return known[system]


def trainer_of(component: registry.Component) -> ModuleType | None:
    """What has `Recipe` and `train`: the module `train` of a folder, or the one file of a system; else None."""
    module = component.load()
    if not hasattr(module, "__path__"):
        return module if hasattr(module, "Recipe") else None
    if find_spec(f"{component.module}.train") is None:
        return None
    try:
        return import_module(f"{component.module}.train")
    except ModuleNotFoundError as error:
        raise MissingExtra("train") from error
