"""A run's figures against its own answers: what `metrics.json` says must follow from the tables beside it."""

from collections.abc import Callable
from math import isclose
from pathlib import Path

from sentio.errors import InputError, SentioError
from sentio.evaluation import predictions
from sentio.evaluation.base import Task
from sentio.evaluation.folders import SYSTEM
from sentio.evaluation.outcome import Outcome, Row, merged
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.next_emotion import NextEmotion
from sentio.evaluation.tasks.regression import Regression
from sentio.evaluation.tasks.spans import Spans
from sentio.evaluation.tasks.text import Text

TOLERANCE = 1e-9
TASKS: dict[str, Callable[[Outcome], Task]] = {
    "classification": lambda asked: Classification(asked.target, asked.labels, asked.headline),
    "next emotion": lambda asked: NextEmotion(asked.target, asked.labels, asked.headline),
    "multilabel": lambda asked: MultiLabel(asked.target, asked.labels),
    "regression": lambda asked: Regression(asked.target),
    "text": lambda asked: Text(asked.target),
    "causes": lambda asked: Causes(),
    "spans": lambda asked: Spans(),
}
"""The task of a run, without its corpus. Open vocabulary is not here: its wheels are the corpus's."""


def check(folder: Path, outcome: Outcome) -> None:
    """Score the answers of every row again.

    Raises `InputError` naming the table that is missing, cannot be scored, or gives another figure than
    metrics.json, by more than `TOLERANCE`. A metric that metrics.json has not, as it is new, is no matter.
    """
    if outcome.task not in TASKS:
        return
    task = TASKS[outcome.task](outcome)
    for number, row in enumerate(outcome.rows):
        path = folder / (f"baselines/{Path(row.name).name}.parquet" if number else SYSTEM)
        _check_row(row, path, task)


def _check_row(row: Row, path: Path, task: Task) -> None:
    try:
        metrics, _ = merged([task.score(of_seed) for _, of_seed in predictions.by_seed(predictions.read(path))])
    except (SentioError, IndexError) as error:
        raise InputError(f"refused: the answers cannot be scored again: {error}", path=path) from error
    for name, told in row.metrics.items():
        if name not in metrics:
            raise InputError(f"refused: these answers give no {name}, metrics.json has one", path=path)
        again = metrics[name]
        if (again is None) != (told is None):
            raise InputError(f"refused: {name} is defined only in one of metrics.json and these answers", path=path)
        if again is None or told is None:
            continue
        if again.n != told.n or not all(
            isclose(one or 0.0, other or 0.0, rel_tol=0, abs_tol=TOLERANCE)
            for one, other in (
                (again.mean, told.mean),
                (again.sd, told.sd),
                (again.min, told.min),
                (again.max, told.max),
            )
        ):
            figures = (
                f"metrics.json says {told.mean:.6g} ({told.n} seeds), these answers give {again.mean:.6g} ({again.n})"
            )
            raise InputError(f"refused: {name} is another figure: {figures}", path=path)
