"""Sound of files: the right samples at the right rate, from a stretch as from a file of its own."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soundfile")
pytest.importorskip("av")

from tests.recordings import moving_square, tone, write_sound, write_video

from sentio.errors import InputError
from sentio.media.audio import Sound, read_audio, resampled

RATE = 16_000


def strongest(sound: Sound, rate: int = RATE) -> float:
    """The loudest frequency in Hz."""
    return float(np.abs(np.fft.rfft(sound)).argmax() * rate / len(sound))


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_file_without_loss_comes_back(suffix: str, tmp_path: Path) -> None:
    sound = tone(440, 0.5)
    read = read_audio(write_sound(tmp_path / f"a{suffix}", sound), RATE)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, sound, atol=1 / 32768)


@pytest.mark.parametrize("suffix", [".mp3", ".ogg"])
def test_a_file_with_loss_is_about_what_it_was(suffix: str, tmp_path: Path) -> None:
    read = read_audio(write_sound(tmp_path / f"a{suffix}", tone(440, 1)), RATE)
    assert len(read) == pytest.approx(RATE, rel=0.1)
    assert strongest(read) == pytest.approx(440, abs=2)


def test_the_suffix_may_be_in_capitals_and_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack([tone(300, 0.2), np.zeros(3200, np.float32)], axis=1)
    read = read_audio(write_sound(tmp_path / "A.WAV", both), RATE)
    np.testing.assert_allclose(read, tone(300, 0.2) / 2, atol=1 / 16384)


@pytest.mark.parametrize("native", [8_000, 22_050, 44_100, 48_000])
def test_another_rate_keeps_pitch_and_length(native: int, tmp_path: Path) -> None:
    read = read_audio(write_sound(tmp_path / "a.wav", tone(1000, 1, native), native), RATE)
    assert len(read) == RATE
    np.testing.assert_allclose(read[800:-800], tone(1000, 1)[800:-800], atol=2e-3)


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    """6 kHz stays of 6 + 11 kHz: left in, 11 kHz would come back as 5 kHz."""
    mixed = resampled(tone(6000, 1, 44_100) + tone(11_000, 1, 44_100), 44_100, RATE)
    amplitudes = np.abs(np.fft.rfft(mixed)) * 2 / RATE
    assert amplitudes[6000] == pytest.approx(0.5, abs=0.005)
    assert amplitudes[5000] < 1e-3


def test_a_stretch_is_that_part_of_the_file(tmp_path: Path) -> None:
    sound = np.concatenate([tone(300, 1), tone(600, 1), tone(900, 1)])
    path = write_sound(tmp_path / "a.wav", sound)
    np.testing.assert_array_equal(read_audio(path, RATE, 0.5, 1.5), read_audio(path, RATE)[8_000:24_000])
    assert len(read_audio(path, RATE, 2.5)) == 8_000
    assert len(read_audio(path, RATE, 2.5, 99)) == 8_000


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_container_gives_its_sound_and_a_stretch_of_it(suffix: str, tmp_path: Path) -> None:
    sound = np.concatenate([tone(300, 1), tone(600, 1), tone(900, 1)])
    path = write_video(tmp_path / f"a{suffix}", moving_square((255, 0, 0), 30), sound=sound)
    whole = read_audio(path, RATE)
    assert len(whole) == pytest.approx(3 * RATE, abs=3000)
    assert strongest(whole[1000:15_000]) == pytest.approx(300, abs=4)
    middle = read_audio(path, RATE, 1.2, 1.8)
    assert len(middle) == pytest.approx(0.6 * RATE, abs=2)
    assert strongest(middle) == pytest.approx(600, abs=4)
    # Matroska writes times in whole milliseconds: up to 16 samples to and fro.
    shifts = range(-16, 17)
    errors = [np.abs(middle - whole[19_200 + shift : 19_200 + shift + len(middle)]).max() for shift in shifts]
    assert min(errors) < 1e-3
    assert suffix == ".mkv" or errors[16] < 1e-3


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (None, "a.wav", "no file"),
        (b"", "a.wav", "cannot be read as sound"),
        (b"these are words" * 100, "a.wav", "cannot be read as sound"),
        (b"these are words" * 100, "a.mp3", "cannot be read as sound"),
        (b"these are words" * 100, "a.mp4", "cannot be read as sound"),
        (b"", "a.mp4", "cannot be read as sound"),
    ],
)
def test_what_is_no_recording_is_told_in_a_line(content: bytes | None, name: str, told: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}: {told}") as raised:
        read_audio(tmp_path / name, RATE)
    assert "\n" not in str(raised.value)


def test_no_sound_no_stretch_and_no_number_are_told(tmp_path: Path) -> None:
    empty = write_sound(tmp_path / "empty.wav", np.zeros(0, np.float32))
    with pytest.raises(InputError, match="no sound"):
        read_audio(empty, RATE)
    some = write_sound(tmp_path / "some.wav", tone(300, 1))
    with pytest.raises(InputError, match="no sound after 2 seconds"):
        read_audio(some, RATE, 2, 3)
    with pytest.raises(InputError, match="no stretch from 1 to 1"):
        read_audio(some, RATE, 1, 1)
    with pytest.raises(InputError, match="no stretch from -1"):
        read_audio(some, RATE, -1, 1)
    silent = write_video(tmp_path / "silent.mp4", moving_square((255, 0, 0), 5))
    with pytest.raises(InputError, match="no sound"):
        read_audio(silent, RATE)
    import soundfile

    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan]), RATE, subtype="FLOAT")
    with pytest.raises(InputError, match="no numbers"):
        read_audio(tmp_path / "nan.wav", RATE)


def test_a_container_that_was_cut_off_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", moving_square((255, 0, 0), 30), sound=tone(300, 3))
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(InputError, match="cannot be read as sound"):
            read_audio(path, RATE)


def test_recordings_of_a_corpus(data: Path) -> None:
    files = sorted((data / "ravdess" / "flac").glob("*.flac"))
    if not files:
        pytest.skip("the recordings are not at hand")
    for path in files:
        sound = read_audio(path, RATE)
        assert 2 * RATE < len(sound) < 8 * RATE
        assert 0.001 < np.abs(sound).max() <= 1.001
