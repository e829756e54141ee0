"""Log-mel pictures: frames and bands by hand, the filters of a peer, no padding seen."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import pad

from sentio.nn.log_mel import BANDS, HOP, RATE, WINDOW, LogMel, hertz, mel, mel_filters


def tone(frequency: float, seconds: float = 1.0) -> torch.Tensor:
    return torch.sin(2 * math.pi * frequency * torch.arange(round(RATE * seconds)) / RATE)[None]


def centres() -> torch.Tensor:
    top = float(mel(torch.tensor(RATE / 2, dtype=torch.float64)))
    return hertz(torch.linspace(0, top, BANDS + 2, dtype=torch.float64))[1:-1]


def test_a_second_has_98_frames_and_101_with_half_a_window_at_both_ends() -> None:
    wave = tone(440)
    bands, frames = LogMel()(wave, torch.tensor([RATE]))
    assert (tuple(bands.shape), frames.tolist()) == ((1, BANDS, 98), [98])
    centred = pad(wave, (WINDOW // 2, WINDOW // 2))
    assert LogMel()(centred, torch.tensor([centred.shape[1]]))[1].tolist() == [101]


@pytest.mark.parametrize("frequency", [80.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_peaks_in_the_band_of_its_frequency(frequency: float) -> None:
    bands, _ = LogMel()(tone(frequency), torch.tensor([RATE]))
    nearest = int((centres() - frequency).abs().argmin())
    assert set(bands[0].argmax(dim=0).tolist()) == {nearest}


def test_440_hz_lies_in_band_18() -> None:
    """6.6 mel of 45.2456 in 129 steps: between the centres of bands 17 (6.3135) and 18 (6.6643), nearer to the
    second."""
    bands, _ = LogMel()(tone(440), torch.tensor([RATE]))
    assert int(bands[0, :, 50].argmax()) == 18


def test_every_band_hears_a_frequency_and_every_frequency_is_heard_once() -> None:
    filters = mel_filters()
    assert tuple(filters.shape) == (BANDS, WINDOW // 2 + 1)
    assert (filters.max(dim=1).values > 0).all()
    assert (filters >= 0).all()
    # Two triangles that overlap add up to 1 between the first top and the last.
    frequencies = torch.linspace(0, RATE / 2, WINDOW // 2 + 1, dtype=torch.float64)
    inside = (frequencies >= centres()[0]) & (frequencies <= centres()[-1])
    torch.testing.assert_close(filters.sum(dim=0)[inside], torch.ones(int(inside.sum())))


def test_the_filters_are_those_of_a_peer() -> None:
    audio_utils = pytest.importorskip("transformers.audio_utils")
    peer = audio_utils.mel_filter_bank(WINDOW // 2 + 1, BANDS, 0, RATE / 2, RATE, norm=None, mel_scale="slaney")
    torch.testing.assert_close(mel_filters().double(), torch.from_numpy(peer.T), atol=1e-6, rtol=1e-5)


@given(st.floats(0, 8000))
def test_the_scale_has_an_inverse(frequency: float) -> None:
    there = torch.tensor(frequency, dtype=torch.float64)
    torch.testing.assert_close(hertz(mel(there)), there, atol=1e-7, rtol=1e-9)


def test_a_band_is_the_filtered_magnitude_of_a_windowed_fourier_transform() -> None:
    wave = torch.randn(1, 1000, generator=torch.Generator().manual_seed(0))
    bands, frames = LogMel()(wave, torch.tensor([1000]))
    for frame in range(int(frames)):
        piece = wave[0, frame * HOP : frame * HOP + WINDOW] * torch.hann_window(WINDOW)
        expected = torch.log(mel_filters() @ torch.fft.rfft(piece).abs() + 1e-5)
        torch.testing.assert_close(bands[0, :, frame], expected, atol=1e-4, rtol=1e-4)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=4))
def test_a_row_is_the_same_alone_and_in_a_batch(lengths: list[int]) -> None:
    dice = torch.Generator().manual_seed(1)
    waves = [torch.randn(length, generator=dice) for length in lengths]
    block = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
    bands, frames = LogMel()(block, torch.tensor(lengths))
    for row, wave in enumerate(waves):
        alone, count = LogMel()(wave[None], torch.tensor([len(wave)]))
        assert int(count) == int(frames[row])
        torch.testing.assert_close(bands[row, :, : int(count)], alone[0], atol=1e-4, rtol=1e-4)
        assert not bands[row, :, int(count) :].any()


def test_silence_is_finite() -> None:
    bands, _ = LogMel()(torch.zeros(1, 800), torch.tensor([800]))
    torch.testing.assert_close(bands, torch.full_like(bands, math.log(1e-5)))
