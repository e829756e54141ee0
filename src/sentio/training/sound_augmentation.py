"""What an audio extractor hears in training instead of the recording: time warped, with white noise.

M2FNet (arXiv 2206.02187) names both and gives no strengths: those here are ours. The warp is that of SpecAugment (Park
et al., Interspeech 2019), one moment moved and the rest drawn along, on the sound itself.
"""

import numpy as np
import torch
from numpy.typing import NDArray

WARP = 0.1
"""The farthest that a moment is moved, as a share of the length."""
NOISE = (15.0, 40.0)
"""How far noise is below the sound, in dB: drawn evenly from this range."""


def augmented(sound: NDArray[np.float32], dice: torch.Generator) -> NDArray[np.float32]:
    """A sound of shape (samples,), warped and noisy; as long and, apart from the noise, as loud as before.

    >>> changed = augmented(np.ones(100, np.float32), torch.Generator().manual_seed(0))
    >>> changed.shape, round(float(changed.mean()), 1)
    ((100,), 1.0)
    """
    moment, shift, level = torch.rand(3, generator=dice, dtype=torch.float64).tolist()
    noise = torch.randn(len(sound), generator=dice).numpy()
    warped = _warped(sound, 0.2 + 0.6 * moment, WARP * (2 * shift - 1))
    loudness = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    below = NOISE[0] + (NOISE[1] - NOISE[0]) * level
    noisy: NDArray[np.float32] = (warped + noise * loudness * 10 ** (-below / 20)).astype(np.float32)
    return noisy


def _warped(sound: NDArray[np.float32], moment: float, shift: float) -> NDArray[np.float32]:
    """What happened at `moment` happens `shift` later, both as shares of the length; beginning and end stay."""
    last = len(sound) - 1
    places = np.arange(len(sound))
    read = np.interp(places, [0, (moment + shift) * last, last], [0, moment * last, last])
    warped: NDArray[np.float32] = np.interp(read, places, sound).astype(np.float32)
    return warped
