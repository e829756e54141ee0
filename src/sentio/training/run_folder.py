"""A run folder is the truth: the recipe, the environment, the metrics and the model of one training.

runs/mini/
  config.toml        the recipe, as given
  environment.json   versions, platform, command, time
  metrics.json       what was measured
  model/             what a system loads
  checkpoints/       what a killed run goes on from; deleted at the end
"""

import json
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentio.errors import OutputError, RecipeError

Arrays = Mapping[str, NDArray[Any]]


class RunFolder:
    """One training's folder. Opening it again with the same recipe goes on with what is there."""

    def __init__(self, path: Path, recipe: str, facts: Mapping[str, Any] | None = None) -> None:
        """Create the folder, or open one made by the same recipe text; a finished run is not touched.

        `facts` go into the environment beside versions, platform, command and time, which stay those of the
        run's first call.

        Raises `RecipeError` when the folder holds another recipe's run, `OutputError` when it cannot
        be made.
        """
        self.path = path
        config = path / "config.toml"
        if config.exists() and config.read_text("utf8") != recipe:
            raise RecipeError(f"{path} holds a run of another recipe; choose another --out or remove it")
        if self.metrics is not None:
            return
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot make the run folder: {error.strerror}") from error
        config.write_text(recipe, "utf8")
        if not (path / "environment.json").exists():
            self._write_json("environment.json", {**_environment(), **(facts or {})})

    @property
    def metrics(self) -> dict[str, Any] | None:
        """What was measured, when the run is finished."""
        path = self.path / "metrics.json"
        return json.loads(path.read_text("utf8")) if path.exists() else None

    @property
    def model(self) -> Path:
        """Where the model goes."""
        return self.path / "model"

    @property
    def checkpoints(self) -> Path:
        """Where a stage keeps what it needs to go on after a kill."""
        return self.path / "checkpoints"

    def once(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """The arrays of a finished stage, computed now or read from an earlier, killed run."""
        path = self.checkpoints / f"{name}.npz"
        if not path.exists():
            partial = path.with_suffix(".partial.npz")
            np.savez(partial, allow_pickle=False, **dict(compute()))
            partial.rename(path)
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored}

    def finish(self, metrics: Mapping[str, Any]) -> None:
        """Write the metrics and drop the checkpoints."""
        self._write_json("metrics.json", metrics)
        shutil.rmtree(self.checkpoints)

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        (self.path / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf8")


def _environment() -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv[1:],
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {d.name: d.version for d in sorted(distributions(), key=lambda d: d.name.lower())},
    }
