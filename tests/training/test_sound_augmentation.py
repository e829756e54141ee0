"""Sounds in training: as long as before, moved by no more than a tenth, with noise as strong as drawn."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from sentio.training.sound_augmentation import NOISE, WARP, _warped, augmented


@given(st.integers(0, 1000))
def test_noise_lies_in_its_range(seed: int) -> None:
    """A constant sound stays constant under any warp: what is left is noise."""
    sound = np.full(16_000, 0.5, np.float32)
    noise = augmented(sound, torch.Generator().manual_seed(seed)) - sound
    below = 20 * np.log10(0.5 / noise.std())
    assert NOISE[0] - 0.3 < below < NOISE[1] + 0.3
    assert abs(noise.mean()) < 0.005


@given(st.floats(0.2, 0.8), st.floats(-WARP, WARP))
def test_a_moment_is_moved_and_both_ends_stay(moment: float, shift: float) -> None:
    clock = np.linspace(0, 1, 2001, dtype=np.float32)
    warped = _warped(clock, moment, shift)
    assert warped[0] == 0
    assert warped[-1] == 1
    assert (np.diff(warped) >= 0).all()
    assert abs(warped[round((moment + shift) * 2000)] - moment) < 2e-3
    assert np.abs(warped - clock).max() <= WARP + 2e-3


def test_the_same_seed_gives_the_same_sound() -> None:
    sound = np.sin(np.arange(800, dtype=np.float32))
    one, again, other = (augmented(sound, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one.dtype == np.float32


def test_silence_and_a_single_sample_are_finite() -> None:
    for sound in (np.zeros(100, np.float32), np.ones(1, np.float32)):
        assert np.isfinite(augmented(sound, torch.Generator().manual_seed(0))).all()
