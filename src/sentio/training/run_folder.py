"""A run folder is the truth: the recipe, the environment, the metrics and the model of one training.

runs/mini/
  config.toml        the recipe, as given
  environment.json   versions, platform, command, time
  metrics.json       what was measured
  model/             what a system loads
  checkpoints/       what a killed run goes on from, and its lock; deleted at the end

A file is written beside its place and then moved there, so that a kill leaves it whole or not at all.
"""

import json
import os
import platform
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sentio.errors import OutputError, RecipeError
from sentio.files.writers.output import reported

Arrays = Mapping[str, NDArray[Any]]
DAMAGE = (BadZipFile, EOFError, OSError, RuntimeError, ValueError)
"""What NumPy raises for archives that are cut or changed."""


class RunFolder:
    """One training's folder. Opening it again with the same recipe goes on with what is there."""

    def __init__(self, path: Path, recipe: str) -> None:
        """Look at the folder; nothing is written.

        Raises `RecipeError` when it holds another recipe's run, `OutputError` when it holds files that no run
        of ours has written, or cannot be read.
        """
        self.path, self._recipe = path, recipe
        self._config, self._environment = path / "config.toml", path / "environment.json"
        self._lock = self.checkpoints / "lock"
        self._check()

    @property
    def metrics(self) -> dict[str, Any] | None:
        """What was measured, when the run is finished; damaged metrics are none, and measured again."""
        found = _parsed(self.path / "metrics.json") if self._config.exists() else None
        return found if isinstance(found, dict) else None

    @property
    def model(self) -> Path:
        """Where the model goes."""
        return self.path / "model"

    @property
    def checkpoints(self) -> Path:
        """Where a stage keeps what it needs to go on after a kill."""
        return self.path / "checkpoints"

    def complete(self, work: Callable[[], object], facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The metrics: read where the run is finished, else measured by `work`, which ends with `finish`.

        `work` is alone in the folder. `facts` go into the environment beside versions, platform, command and
        time, which stay those of the run's first call. Raises `OutputError` when another process is at work
        there, or the folder cannot be made.
        """
        if self.metrics is None:
            with reported(self.path):
                self.checkpoints.mkdir(parents=True, exist_ok=True)
            with _alone(self._lock):
                self._check()  # another process may have come and gone since
                if self.metrics is None:
                    self._begin(facts or {})
                    work()
        metrics = self.metrics
        if metrics is None:
            raise RuntimeError(f"{self.path}: the work has not finished the run")
        # Another process may be doing the same, and a finished run may lie where nothing can be deleted.
        shutil.rmtree(self.checkpoints, ignore_errors=True)
        return metrics

    def once(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """The arrays of a finished stage, computed now or read from an earlier, killed run; see `stored`."""
        found = self.stored(name)
        if found is None:
            found = compute()
            with replacing(self.checkpoints / f"{name}.npz") as beside, beside.open("wb") as file:
                np.savez(file, allow_pickle=False, **dict(found))
        return found

    def stored(self, name: str) -> Arrays | None:
        """The arrays of a finished stage; a damaged file is none, so that `once` computes them again."""
        path = self.checkpoints / f"{name}.npz"
        if not path.exists():
            return None
        # NumPy leaves a file open that it opens itself and finds damaged.
        with path.open("rb") as file, suppress(*DAMAGE), np.load(file, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays}
        return None

    def finish(self, metrics: Mapping[str, Any]) -> None:
        """Write the metrics: the run is done, and `complete` drops the checkpoints."""
        _write_json(self.path / "metrics.json", metrics)

    def _check(self) -> None:
        try:
            found = self._config.read_bytes() if self._config.exists() else None
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be read: {error.strerror}") from error
        if found is None:
            self._refuse_strangers(self._lock, self.checkpoints, _beside(self._config))
        elif found != self._recipe.encode():
            raise RecipeError(f"{self.path} {_difference(found, self._recipe)}; choose another --out or remove it")
        elif self.metrics is None and not self._environment.exists():
            self._refuse_strangers(self._lock, self.checkpoints, self._config, _beside(self._environment))

    def _refuse_strangers(self, *ours: Path) -> None:
        """Raise `OutputError` where there is more than what a run that was killed at its begin has left."""
        for found in (*self.path.glob("*"), *self.checkpoints.glob("*")):
            if found not in ours:
                holds = f"holds {found.name!r} and is no run folder"
                raise OutputError(f"{self.path}: {holds}; name a new or an empty one with --out")

    def _begin(self, facts: Mapping[str, Any]) -> None:
        if not self._config.exists():
            with replacing(self._config) as beside:
                beside.write_text(self._recipe, "utf8", newline="")
        if not isinstance(_parsed(self._environment), dict):
            _write_json(self._environment, {**_surroundings(), **facts})


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, beside `path`; what was written takes its place at the end, whole or not at all.

    Raises `OutputError` where the system refuses.

    >>> chat = getfixture("tmp_path") / "chat.txt"
    >>> with replacing(chat) as beside:
    ...     _ = beside.write_text("Ann: The tulips are out!")
    ...     chat.exists()
    False
    >>> chat.read_text()
    'Ann: The tulips are out!'
    """
    beside = _beside(path)
    with reported(path):
        yield beside
        with beside.open("r+b") as file:
            os.fsync(file.fileno())  # or a machine that goes down may keep the name and lose the bytes
        beside.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock; the system releases it when the process dies. Raises `OutputError` where it is held.

    Where the system has no such locks (Windows, some network drives) it is left to the user.
    """
    with reported(lock):
        file = lock.open("w")
    with file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            where = lock.parent.parent
            raise OutputError(
                f"{where}: another process is at work in it; wait for it or choose another --out"
            ) from error
        except (ModuleNotFoundError, OSError):
            pass
        yield


def _difference(found: bytes, recipe: str) -> str:
    """What is wrong with the recipe that was found: damaged, or the first setting that differs."""
    try:
        old, new = _settings(found.decode()), _settings(recipe)
    except ValueError:
        return "has a damaged config.toml, which does not say whose run it is"
    if not old:
        return "has an empty config.toml, which does not say whose run it is"
    differing = [f" ({name} differs)" for name in {**new, **old} if old.get(name) != new.get(name)]
    return f"holds a run of another recipe{''.join(differing[:1])}"


def _settings(recipe: str) -> dict[str, object]:
    """The settings by name, those of a table as `table.name`; raises `ValueError` for what is no TOML."""
    top = tomllib.loads(recipe)
    tables = [("", top), *((f"{name}.", table) for name, table in top.items() if isinstance(table, dict))]
    named = {prefix + name: value for prefix, table in tables for name, value in table.items()}
    return {name: value for name, value in named.items() if not isinstance(value, dict)}


def _parsed(path: Path) -> object:
    """What a JSON file holds; None where there is none or it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    with replacing(path) as beside:
        beside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf8")


def _surroundings() -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv[1:],
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {d.name: d.version for d in sorted(distributions(), key=lambda d: d.name.lower())},
    }
