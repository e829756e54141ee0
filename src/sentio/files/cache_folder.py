"""Where sentio keeps what it can make again."""

import os
from pathlib import Path

from sentio.errors import OutputError


def cache_folder() -> Path:
    """The folder of what is kept to save work: $XDG_CACHE_HOME/sentio, or ~/.cache/sentio; it need not be there yet.

    Raises `OutputError` where neither is known.
    """
    root = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(root) if root else Path.home() / ".cache") / "sentio"
    except RuntimeError as error:
        raise OutputError("there is no home folder to keep anything in; name one with XDG_CACHE_HOME") from error
