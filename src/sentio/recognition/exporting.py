"""Take what a training run has made elsewhere: the system's module `export_forms` does it."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sentio import registry
from sentio.errors import MissingExtra, SentioError
from sentio.training import recipe as recipes


def export(
    run: str | Path, form: str, out: str | Path, *, seed: int | None = None, data: str | Path | None = None
) -> str:
    """Write the model of a training run to the folder `out` in another form, and say in a line how to use it.

    `form` is one that the system offers: merged, adapter or llama-factory of prc_emo, encoder of prc_encoder. `seed`
    chooses among the run's seeds, the best one by default; `data` is the folder of the corpora, where the form needs
    them. Raises `SentioError` where the run cannot be exported so, `OutputError` where `out` holds something.
    """
    config = Path(run) / "config.toml"
    tables = recipes.read(config)[1]
    component = registry.find("recognition", tables["system"])
    if not hasattr(component.load(), "__path__") or find_spec(f"{component.module}.export_forms") is None:
        raise SentioError(f"{run}: a run of {component.id!r} is used as it is: --system {run}")
    try:
        module = import_module(f"{component.module}.export_forms")
    except ModuleNotFoundError as error:
        raise MissingExtra("train") from error
    told: str = module.export(Path(run), form, Path(out), seed, None if data is None else Path(data))
    return told
