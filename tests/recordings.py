"""Recordings made up for the tests: sounds of a class, moving shapes of a colour, a face that a detector finds."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
Frames = NDArray[np.uint8]


def tone(frequency: float, seconds: float, rate: int = 16_000) -> Sound:
    """A sine at half of full amplitude."""
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_sound(path: Path, sound: Sound, rate: int = 16_000) -> Path:
    """A file by its suffix, of sound (samples,) or (samples, channels)."""
    import soundfile

    soundfile.write(path, sound, rate)
    return path


def write_video(path: Path, frames: Frames, rate: int = 10, sound: Sound | None = None) -> Path:
    """A container of frames (n, height, width, 3) and, where given, sound at 16 kHz."""
    import av

    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 2_000_000
        voice = None if sound is None else container.add_stream("aac", rate=16_000)
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
        if voice is not None and sound is not None:
            heard = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            heard.sample_rate = 16_000
            container.mux(voice.encode(heard))
            container.mux(voice.encode())
    return path


def moving_square(colour: tuple[int, int, int], frames: int, height: int = 48, width: int = 64) -> Frames:
    """A square of a colour that walks over grey from left to right."""
    made = np.full((frames, height, width, 3), 90, np.uint8)
    for number in range(frames):
        left = number * (width - 16) // max(frames - 1, 1)
        made[number, 16:32, left : left + 16] = colour
    return made


def drawn_face(height: int, width: int, left: int, top: int, side: int) -> Frames:
    """A picture (height, width, 3) with a drawn face in the square of that side: skin, eyes, brows, nose, mouth."""
    import cv2

    picture = np.full((height, width, 3), 90, np.uint8)

    def ellipse(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        centre = (left + round(x * side), top + round(y * side))
        cv2.ellipse(picture, centre, (round(wide * side), round(high * side)), 0, 0, 360, colour, -1)

    ellipse(0.5, 0.5, 0.42, 0.55, (205, 160, 135))
    for x in (0.32, 0.68):
        ellipse(x, 0.38, 0.1, 0.055, (60, 40, 30))
        ellipse(x, 0.28, 0.12, 0.03, (70, 45, 30))
    ellipse(0.5, 0.78, 0.16, 0.05, (130, 60, 60))
    ellipse(0.5, 0.53, 0.035, 0.09, (225, 185, 160))
    ellipse(0.5, 0.64, 0.07, 0.025, (150, 105, 90))
    return cv2.GaussianBlur(picture, (0, 0), side / 60).astype(np.uint8)
