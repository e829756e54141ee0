"""The sound of a recording as one channel of numbers: wav, flac, ogg and mp3 by soundfile, containers by PyAV."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sentio.errors import InputError, MissingExtra
from sentio.media.stretch import beginning, require_stretch, seek_to

if TYPE_CHECKING:
    import av

Sound = NDArray[np.float32]

PLAIN = (".wav", ".flac", ".ogg", ".mp3")
"""What soundfile reads to the sample; everything else is opened as a container."""

RUN_UP = 0.2
"""Seconds that are decoded before a stretch: the first packet after a jump lacks what overlaps with it."""


def read_audio(path: Path, rate: int, start: float | None = None, end: float | None = None) -> Sound:
    """The sound of a file, or of its stretch from `start` to `end` in seconds: shape (samples,), about -1..1.

    Channels are averaged and the sound is resampled to `rate` samples a second. A stretch that ends behind the file
    ends with it. Raises `InputError` for a file that is missing, damaged or without sound there, and `MissingExtra`
    without `media`.

    >>> import soundfile
    >>> path = getfixture("tmp_path") / "tone.wav"
    >>> soundfile.write(path, np.zeros((8000, 2)), 8000)
    >>> read_audio(path, 16000, start=0.25, end=0.75).shape
    (8000,)
    """
    require_stretch(path, start, end)
    read = _plain if path.suffix.lower() in PLAIN else _contained
    channels, native = read(path, start or 0.0, end)
    if not channels.size:
        raise InputError("no sound" if start is None else f"no sound after {start:g} seconds", path=path)
    if not np.isfinite(channels).all():
        raise InputError("samples that are no numbers", path=path)
    sound: Sound = np.ascontiguousarray(channels.mean(axis=0, dtype=np.float32))
    return resampled(sound, native, rate)


def resampled(sound: Sound, native: int, rate: int) -> Sound:
    """Sound of `native` samples a second at `rate` a second; frequencies the lower rate cannot hold are filtered out.

    >>> resampled(np.zeros(44100, np.float32), 44100, 16000).shape
    (16000,)
    """
    if native == rate:
        return sound
    import av

    frame = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
    frame.sample_rate = native
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    parts = [part.to_ndarray()[0] for given in (frame, None) for part in resampler.resample(given)]
    # The filter may end some samples early or late.
    wanted = max(1, round(len(sound) * rate / native))
    joined = np.concatenate([np.empty(0, np.float32), *parts])[:wanted]
    return np.pad(joined, (0, wanted - len(joined))).astype(np.float32)


def _plain(path: Path, start: float, end: float | None) -> tuple[Sound, int]:
    """Channels of shape (channels, samples), and their rate."""
    try:
        import soundfile
    except ImportError:
        raise MissingExtra("media") from None
    try:
        with soundfile.SoundFile(path) as file:
            first = min(round(start * file.samplerate), file.frames)
            file.seek(first)
            count = -1 if end is None else max(0, round(end * file.samplerate) - first)
            sound: Sound = file.read(count, dtype="float32", always_2d=True).T
            return sound, int(file.samplerate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise InputError(f"cannot be read as sound: {error}", path=path) from error


def _contained(path: Path, start: float, end: float | None) -> tuple[Sound, int]:
    """Channels of shape (channels, samples), and their rate."""
    try:
        import av
    except ImportError:
        raise MissingExtra("media") from None
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise InputError("no sound", path=path)
            return _decoded(container, container.streams.audio[0], start, end)
    except (av.FFmpegError, OSError) as error:
        raise InputError(f"cannot be read as sound: {error}", path=path) from error


def _decoded(
    container: "av.container.InputContainer", stream: "av.AudioStream", start: float, end: float | None
) -> tuple[Sound, int]:
    import av

    if start > 0:
        seek_to(container, stream, max(0.0, start - RUN_UP))
    rate, zero = stream.rate, beginning(container)
    planar = av.AudioResampler(format="fltp", rate=rate)
    parts: list[Sound] = []
    begin = 0.0
    for frame in container.decode(stream):
        time = (frame.time or 0.0) - zero
        if end is not None and time >= end:
            break
        if not parts:
            begin = time
        parts += [part.to_ndarray().astype(np.float32) for part in planar.resample(frame)]
    if not parts:
        return np.empty((1, 0), np.float32), rate
    first = round((start - begin) * rate)
    # A stream may begin later than its container: what comes before is silence, as beside the picture.
    whole = np.pad(np.concatenate(parts, axis=1), ((0, 0), (max(0, -first), 0)))[:, max(0, first) :]
    return (whole if end is None else whole[:, : round((end - start) * rate)]), rate
