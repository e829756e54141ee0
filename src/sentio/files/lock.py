"""Files that one process at a time appends to."""

from pathlib import Path
from typing import BinaryIO

from sentio.errors import OutputError


def lock(file: BinaryIO, path: Path, option: str) -> None:
    """Hold the open file until it is closed or the process dies. Where the system has no such locks (Windows, some
    network drives) it is left to the user.

    Raises `OutputError` where another process holds it; `option` is the flag that names another file.
    """
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(
            f"{path}: another process is writing it; wait for it or name another file with {option}"
        ) from error
    except (ModuleNotFoundError, OSError):
        pass
