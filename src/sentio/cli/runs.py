"""`sentio runs`: what has been run."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

    from sentio.evaluation.folders import RunOnDisk
    from sentio.evaluation.outcome import Outcome

_HELP = """See what has been run.

For example:

sentio runs ls
sentio runs ls experiments | grep unfinished
"""

MARKS = {"this split": "chosen on this split", "unknown": "chosen on what is unknown"}


def runs() -> "App":
    """The group of commands."""
    from cyclopts import App

    app = App(name="runs", help=_HELP, help_format="plaintext")
    app.command(ls)
    return app


def ls(folder: Path = Path("runs"), /) -> int:
    """List run folders, evaluations and trainings, finished or not.

    For example:

    sentio runs ls
    sentio runs ls experiments | grep unfinished

    Parameters
    ----------
    folder
        Where to look; every run in it, however deep.
    """
    from sentio.cli.alignment import aligned
    from sentio.evaluation.folders import below
    from sentio.files.writers.terminal import literal

    rows = [[literal(cell) for cell in _cells(run, folder)] for run in below(folder)]
    heading = ["run", "system", "corpus", "target", "headline", "score", "95 % interval", "state"]
    print(aligned([heading, *rows]) if rows else f"{folder}: no runs")
    return 0


def _cells(run: "RunOnDisk", folder: Path) -> list[str]:
    name = str(run.path.relative_to(folder)) if run.path != folder else run.path.name
    state = run.problem or ("finished" if run.finished else "unfinished")
    if run.evaluation is None:
        kind = "" if run.problem else "training"
        return [name, str(run.config.get("system", "")), kind, "", "", "", "", state]
    asked = [str(run.evaluation.get(key, "")) for key in ("system", "corpus", "split", "target")]
    place = [asked[0], f"{asked[1]}/{asked[2]}", asked[3]]
    return [name, *place, *(["", "", ""] if run.outcome is None else _came_out(run.outcome)), _state(state, run)]


def _came_out(outcome: "Outcome") -> list[str]:
    from sentio.cli import figures

    row = outcome.rows[0]
    return [outcome.headline, figures.spread(row.metrics.get(outcome.headline)), figures.interval(row.interval)]


def _state(state: str, run: "RunOnDisk") -> str:
    mark = "" if run.outcome is None else MARKS.get(run.outcome.chosen_on, "")
    return f"{state}, {mark}" if mark else state
