"""Run folders as they lie on disk: what came out, and what each contender answered.

A contender is named by a path: that of a run folder is its system, `runs/mini/baselines/majority.parquet`
one of the baselines that were scored beside it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sentio.errors import InputError
from sentio.evaluation import predictions
from sentio.evaluation.outcome import Chosen, Outcome, Row

if TYPE_CHECKING:
    import polars

SYSTEM = "predictions.parquet"


@dataclass(frozen=True)
class RunOnDisk:
    """A folder with a `config.toml`: an evaluation or a training, finished or not.

    `outcome` is None for a training and for an evaluation without its metrics; `problem` says why a folder
    cannot be read.
    """

    path: Path
    config: dict[str, Any]
    finished: bool
    outcome: Outcome | None = None
    problem: str = ""

    @property
    def evaluation(self) -> dict[str, Any] | None:
        """What `sentio evaluate` was asked; None for a training."""
        found: dict[str, Any] | None = self.config.get("evaluation")
        return found


@dataclass(frozen=True)
class Contender:
    """Who answered in a finished evaluation, what came out, and the answers."""

    path: Path
    outcome: Outcome
    row: Row

    @property
    def chosen_on(self) -> Chosen:
        """Whether the scored split was used to fit or choose this contender; a baseline is fitted, never chosen."""
        if self.outcome.learned_from_scored(self.row):
            return "this split"
        if self.row == self.outcome.rows[0]:
            return self.outcome.chosen_on
        return "another split" if self.row.learned else "nothing"

    def answers(self) -> "polars.DataFrame":
        """The rows of `sentio.evaluation.predictions`; raises `InputError` where the table is missing or broken."""
        return predictions.read(self.path)


def contender(path: Path) -> Contender:
    """The contender of a path; raises `InputError` where that is no run, a training, or not finished."""
    folder, answers = _places(path)
    outcome = _outcome(folder)
    if answers == folder / SYSTEM:
        return Contender(answers, outcome, outcome.rows[0])
    for row in outcome.rows[1:]:
        if Path(row.name).name == answers.stem:
            return Contender(answers, outcome, row)
    raise InputError(f"the run in {folder} has no such baseline", path=path)


def below(folder: Path) -> Iterator[RunOnDisk]:
    """Every run folder below a folder, or the folder itself, by name; raises `InputError` where it does not exist."""
    if not folder.is_dir():
        raise InputError("no such folder", path=folder)
    for config in sorted(folder.rglob("config.toml")):
        try:
            yield _found(config.parent)
        except InputError as error:
            yield RunOnDisk(config.parent, {}, finished=False, problem=error.cause)


def _places(path: Path) -> tuple[Path, Path]:
    """The run folder and the answers that a path means."""
    if path.suffix != ".parquet":
        return path, path / SYSTEM
    if path.name == SYSTEM:
        return path.parent, path
    if path.parent.name != "baselines":
        raise InputError("neither a run folder nor the answers of one of its baselines", path=path)
    return path.parent.parent, path


def _outcome(folder: Path) -> Outcome:
    if not (folder / "config.toml").is_file():
        raise InputError("no run folder: it has no config.toml", path=folder)
    run = _found(folder)
    if run.evaluation is None:
        raise InputError("a training, not an evaluation; score it with: sentio evaluate --system FOLDER", path=folder)
    if run.outcome is None:
        raise InputError("not finished; the same call of sentio evaluate goes on with it", path=folder)
    return run.outcome


def _found(folder: Path) -> RunOnDisk:
    try:
        config = tomllib.loads((folder / "config.toml").read_text("utf8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", path=folder / "config.toml") from error
    metrics = folder / "metrics.json"
    if not isinstance(config.get("evaluation", {}), dict):
        raise InputError("[evaluation] is no table", path=folder / "config.toml")
    try:
        if "evaluation" not in config or not metrics.is_file():
            return RunOnDisk(folder, config, metrics.is_file())
        outcome = Outcome.model_validate_json(metrics.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError("not what sentio evaluate writes", path=metrics) from error
    return RunOnDisk(folder, config, finished=True, outcome=outcome)
