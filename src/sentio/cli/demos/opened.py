"""A repository as it is named on the command line."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.retrieval import Repository


def opened(repository: Path) -> "Repository":
    """The repository; progress on a terminal while the default one is made."""
    from sentio.cli.progress import Progress
    from sentio.retrieval import DEFAULT, load

    with Progress(shown=repository == DEFAULT and sys.stderr.isatty()) as progress:
        return load(repository, progress.advance)
