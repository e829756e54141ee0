"""Where a stretch of a recording begins and ends."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import InputError

if TYPE_CHECKING:
    import av


def require_stretch(path: Path, start: float | None, end: float | None) -> None:
    """Raise `InputError` where the file is missing or `start` and `end`, in seconds, enclose nothing.

    >>> require_stretch(getfixture("tmp_path"), 2.0, 1.0)
    Traceback (most recent call last):
    sentio.errors.InputError: ...: no file
    """
    if not path.is_file():
        raise InputError("no file", path=path)
    first = 0.0 if start is None else start
    if not 0 <= first < math.inf or (end is not None and not first < end < math.inf):
        raise InputError(f"no stretch from {first:g} to {end} seconds", path=path)


def seek_to(
    container: "av.container.InputContainer", stream: "av.AudioStream | av.VideoStream", seconds: float
) -> None:
    """Move to the last place before `seconds` from the beginning where decoding can begin."""
    if stream.time_base is not None:
        container.seek(int((seconds + beginning(container)) / stream.time_base), stream=stream)


def beginning(container: "av.container.InputContainer") -> float:
    """The time that the container writes at its beginning, in seconds: transport streams do not begin at 0."""
    return (container.start_time or 0) / 1_000_000
