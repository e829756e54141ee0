"""What an extractor reads of a clip: ten seconds of sound, or fifteen frames and the faces in them, as tensors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from sentio.media.audio import read_audio
from sentio.media.faces import FaceDetector
from sentio.media.video import Frames, read_frames
from sentio.nn.log_mel import RATE, LogMel
from sentio.recognition.m2fnet.clips import Clip

SECONDS = 10.0
"""The most that is heard of an utterance (re-implementation by iosonopersia)."""
FRAMES = 15
"""Frames of an utterance (paper)."""
SIDE = 112
"""Height and width of scenes and faces in pixels, the usual size for faces (our design)."""

Sound = NDArray[np.float32]


def heard(clip: Clip) -> Sound:
    """The clip's sound, shape (samples,), `RATE` a second, its peak at 1 (re-implementation).

    Raises what `read_audio` raises.
    """
    start = clip.start or 0.0
    last = start + SECONDS
    sound = read_audio(clip.path, RATE, start, last if clip.end is None else min(clip.end, last))
    peak = float(np.abs(sound).max())
    return sound / np.float32(peak) if peak > 0 else sound


def pictures_of(sounds: Sequence[Sound], log_mel: LogMel) -> tuple[Tensor, Tensor]:
    """Log-mel pictures (n, 1, bands, frames) of sounds, and how wide each is, (n,)."""
    waves = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(sound) for sound in sounds], batch_first=True)
    bands, frames = log_mel(waves, torch.tensor([len(sound) for sound in sounds]))
    return bands[:, None], frames


@dataclass(frozen=True)
class Seen:
    """A clip's pictures, `SIDE` pixels high and wide, 0..255: `scenes` (frames, 3, SIDE, SIDE), `faces` (faces, 3,
    SIDE, SIDE), and of each face its area in pixels of the frame and its frame's number, both (faces,)."""

    scenes: Tensor
    faces: Tensor
    areas: Tensor
    frames: Tensor


def seen(frames: int, detector: FaceDetector) -> Callable[[Clip], Seen]:
    """What reads that many frames of a clip; it raises what `read_frames` raises."""

    def read(clip: Clip) -> Seen:
        pictures = read_frames(clip.path, frames, start=clip.start, end=clip.end)
        crops, areas, places = [], [], []
        for number, picture in enumerate(pictures):
            for left, top, width, height in detector.find(picture).tolist():
                crops.append(squares(picture[None, top : top + height, left : left + width]))
                areas.append(float(width * height))
                places.append(number)
        return Seen(
            squares(pictures),
            torch.cat([torch.empty(0, 3, SIDE, SIDE, dtype=torch.uint8), *crops]),
            torch.tensor(areas),
            torch.tensor(places, dtype=torch.long),
        )

    return read


def squares(pictures: Frames) -> Tensor:
    """Pictures (n, height, width, 3) made `SIDE` pixels high and wide: (n, 3, SIDE, SIDE), whole numbers 0..255.

    >>> tuple(squares(np.zeros((2, 36, 64, 3), np.uint8)).shape)
    (2, 3, 112, 112)
    """
    given = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    return interpolate(given, (SIDE, SIDE), mode="bilinear", antialias=True).round().clamp(0, 255).to(torch.uint8)
