"""Frames of files: those in the middle of equal parts, in their colours, from a stretch as from a file of its own."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

from tests.recordings import moving_square, tone, write_video

from sentio.errors import InputError
from sentio.media.video import Frames, read_frames


def counted(frames: int, height: int = 48, width: int = 64) -> Frames:
    """Frame i is grey of brightness 4 i + 40."""
    grey = (4 * np.arange(frames) + 40).astype(np.uint8)
    return np.broadcast_to(grey[:, None, None, None], (frames, height, width, 3)).copy()


def numbers(frames: Frames) -> list[int]:
    """Which frames of `counted` these are."""
    return [round((frame.mean() - 40) / 4) for frame in frames]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".ts"])
@pytest.mark.parametrize(("count", "expected"), [(3, [5, 15, 25]), (5, [3, 9, 15, 21, 27]), (1, [15])])
def test_the_middles_of_equal_parts(suffix: str, count: int, expected: list[int], tmp_path: Path) -> None:
    path = write_video(tmp_path / f"a{suffix}", counted(30))
    assert numbers(read_frames(path, count)) == expected


def test_a_short_clip_gives_what_it_has(tmp_path: Path) -> None:
    assert numbers(read_frames(write_video(tmp_path / "a.mp4", counted(4)))) == [0, 1, 2, 3]
    assert numbers(read_frames(write_video(tmp_path / "b.mp4", counted(1)))) == [0]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_stretch_is_that_part_of_the_file(suffix: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / f"a{suffix}", counted(50), sound=tone(300, 5))
    assert numbers(read_frames(path, 15, start=2.0, end=2.5)) == [20, 21, 22, 23, 24]
    assert numbers(read_frames(path, 2, start=4.0)) == [42, 47]


def test_colours_and_sizes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", moving_square((250, 20, 30), 3))
    frames = read_frames(path)
    assert frames.shape == (3, 48, 64, 3)
    assert frames.dtype == np.uint8
    np.testing.assert_allclose(frames[0, 20:28, 4:12].mean(axis=(0, 1)), (250, 20, 30), atol=20)
    np.testing.assert_allclose(frames[2, 20:28, 52:60].mean(axis=(0, 1)), (250, 20, 30), atol=20)
    assert read_frames(path, longest_side=32).shape == (3, 24, 32, 3)


@pytest.mark.parametrize("content", [None, b"", b"these are words" * 100])
def test_what_is_no_video_is_told_in_a_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp4: (no file|cannot be read as pictures)") as raised:
        read_frames(path)
    assert "\n" not in str(raised.value)


def test_no_picture_and_no_stretch_are_told(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    from tests.recordings import write_sound

    with pytest.raises(InputError, match="no picture"):
        read_frames(write_sound(tmp_path / "a.wav", tone(300, 0.2)))
    path = write_video(tmp_path / "a.mp4", counted(10))
    with pytest.raises(InputError, match="no picture after 7 seconds"):
        read_frames(path, start=7)
    with pytest.raises(InputError, match="no stretch from 2 to 1"):
        read_frames(path, start=2, end=1)
