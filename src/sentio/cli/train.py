"""`sentio train`: a recipe in, a run folder with a model out."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def train(
    recipe: Path,
    *,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    data: Path | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Train a system by a recipe. Killed and called again, it goes on where it was.

    Examples:

    sentio train recipes/mini.toml --data DATA
    sentio recognize chat.txt --system runs/mini

    Parameters
    ----------
    recipe
        A TOML file of `recipes/`.
    out
        The run folder; runs/NAME-OF-THE-RECIPE by default.
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    quiet
        No progress.
    """
    import json

    from sentio.cli.progress import Progress
    from sentio.training.by_recipe import train as run

    with Progress(shown=not quiet and sys.stderr.isatty()) as progress:
        metrics = run(recipe, out=out, data=data, progress=progress.share)
    print(json.dumps(metrics, indent=2))
    return 0
