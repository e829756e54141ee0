"""Pictures of a recording, spread evenly over it, by PyAV."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sentio.errors import InputError, MissingExtra
from sentio.media.stretch import beginning, require_stretch, seek_to

if TYPE_CHECKING:
    import av

Frames = NDArray[np.uint8]


def read_frames(
    path: Path, count: int = 15, longest_side: int = 640, start: float | None = None, end: float | None = None
) -> Frames:
    """At most `count` frames of a file, or of its stretch from `start` to `end` in seconds: (frames, height, width, 3).

    The stretch is cut into `count` equal parts and the frame in the middle of each is taken; one with fewer frames
    gives all of them. M2FNet (arXiv 2206.02187) takes 15 successive frames and does not say which: spread over the
    utterance they show more of it (our design). Colours are red, green, blue, 0..255; a picture with a longer side
    than `longest_side` pixels is made smaller, the proportions stay. Raises `InputError` for a file that is missing,
    damaged or without a picture there, and `MissingExtra` without `media`.
    """
    require_stretch(path, start, end)
    try:
        import av
    except ImportError:
        raise MissingExtra("media") from None
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise InputError("no picture", path=path)
            stream = container.streams.video[0]
            wanted = _spread(_times(container, stream, start or 0.0, end), count)
            if not wanted:
                raise InputError("no picture" if start is None else f"no picture after {start:g} seconds", path=path)
            seek_to(container, stream, start or 0.0)
            frames = _taken(container, stream, wanted, longest_side)
    except (av.FFmpegError, OSError) as error:
        raise InputError(f"cannot be read as pictures: {error}", path=path) from error
    if not frames:
        raise InputError("no picture", path=path)
    return np.stack(frames)


def _times(
    container: "av.container.InputContainer", stream: "av.VideoStream", start: float, end: float | None
) -> list[int]:
    """When each frame of the stretch is shown, in the stream's unit, in order; read without decoding."""
    seek_to(container, stream, start)
    unit, zero = float(stream.time_base or 1), beginning(container)
    times = []
    for packet in container.demux(stream):
        shown = packet.dts if packet.pts is None else packet.pts
        if shown is None:
            continue
        # Frames arrive in the order of decoding, which is never later than that of showing.
        if end is not None and packet.dts is not None and packet.dts * unit - zero >= end:
            break
        time = shown * unit - zero
        if time >= start - unit / 2 and (end is None or time < end):
            times.append(shown)
    return sorted(times)


def _spread(times: list[int], count: int) -> list[int]:
    """The middles of `count` equal parts.

    >>> _spread([0, 10, 20, 30, 40, 50], 2), _spread([0, 10], 15)
    ([10, 40], [0, 10])
    """
    if len(times) <= count:
        return times
    return [times[(2 * part + 1) * len(times) // (2 * count)] for part in range(count)]


def _taken(
    container: "av.container.InputContainer", stream: "av.VideoStream", wanted: list[int], longest_side: int
) -> list[Frames]:
    frames: list[Frames] = []
    for frame in container.decode(stream):
        shown = frame.dts if frame.pts is None else frame.pts
        if shown is None or shown < wanted[len(frames)]:
            continue
        share = min(1.0, longest_side / max(frame.width, frame.height))
        width, height = (max(1, round(side * share)) for side in (frame.width, frame.height))
        frames.append(frame.to_ndarray(format="rgb24", width=width, height=height).astype(np.uint8, copy=False))
        if len(frames) == len(wanted):
            break
    return frames
