"""Sound as a picture: how strong each pitch is in each hundredth of a second.

M2FNet (arXiv 2206.02187) cuts 16 kHz sound into windows of 400 samples every 160 and takes 128 mel bands. Magnitudes,
not powers, and a Hann window are those of the re-implementation by iosonopersia. The mel scale is Slaney's (Auditory
Toolbox, 1998), linear up to 1 kHz: with HTK's, logarithmic from the bottom, the lowest of 128 bands fall between two
of the 201 frequencies and stay empty.
"""

import math

import torch
from torch import Tensor, nn

RATE, WINDOW, HOP, BANDS = 16_000, 400, 160, 128
"""Samples a second, samples of a window and from one to the next, bands (paper)."""
FLOOR = 1e-5
"""What is added before the logarithm, far below the noise of a 16-bit recording with full amplitude (our design)."""

LINEAR, STEP, OCTAVE = 1_000.0, 200 / 3, math.log(6.4) / 27
"""Slaney's scale: `STEP` Hz a mel up to `LINEAR` Hz, from there `OCTAVE` of a natural logarithm a mel."""


class LogMel(nn.Module):
    """Sound in, logarithms of the magnitudes of its mel bands out. Nothing is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.window: Tensor
        self.filters: Tensor
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        self.register_buffer("filters", mel_filters(), persistent=False)

    def forward(self, waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Bands of shape (b, BANDS, frames), 0 behind a row's end, and the number of frames of each row, (b,).

        `waves` has the shape (b, samples), about -1..1, and zeros behind the `lengths` (b,). A row has the frames that
        lie wholly in it, 98 for a second; one that is shorter than a window has one.

        >>> bands, frames = LogMel()(torch.zeros(2, 16_000), torch.tensor([16_000, 300]))
        >>> tuple(bands.shape), frames.tolist()
        ((2, 128, 98), [98, 1])
        """
        waves = nn.functional.pad(waves, (0, max(0, WINDOW - waves.shape[1])))
        spectrum = torch.stft(
            waves, WINDOW, HOP, window=self.window, center=False, onesided=True, return_complex=True
        ).abs()
        frames = (lengths - WINDOW).clamp(min=0) // HOP + 1
        there = torch.arange(spectrum.shape[-1], device=waves.device) < frames[:, None]
        bands = torch.log(self.filters @ spectrum + FLOOR)
        return bands * there[:, None], frames


def mel_filters() -> Tensor:
    """Triangles of height 1 over the frequencies of a window: shape (BANDS, WINDOW // 2 + 1).

    Their tops stand at equal distances on Slaney's scale between 0 and half of `RATE`; each reaches to the tops beside
    it.
    """
    top = torch.tensor(RATE / 2, dtype=torch.float64)
    corners = hertz(torch.linspace(0, float(mel(top)), BANDS + 2, dtype=torch.float64))
    frequencies = torch.linspace(0, float(top), WINDOW // 2 + 1, dtype=torch.float64)
    below, centre, above = (corners[i : i + BANDS, None] for i in range(3))
    rising, falling = (frequencies - below) / (centre - below), (above - frequencies) / (above - centre)
    return torch.minimum(rising, falling).clamp(min=0).float()


def mel(frequencies: Tensor) -> Tensor:
    """Hz on Slaney's mel scale, any shape.

    >>> [round(float(value), 4) for value in mel(torch.tensor([440.0, 1000.0, 6400.0]))]
    [6.6, 15.0, 42.0]
    """
    return torch.where(
        frequencies < LINEAR,
        frequencies / STEP,
        LINEAR / STEP + torch.log(frequencies.clamp(min=LINEAR) / LINEAR) / OCTAVE,
    )


def hertz(mels: Tensor) -> Tensor:
    """The inverse of `mel`."""
    linear = LINEAR / STEP
    return torch.where(mels < linear, mels * STEP, LINEAR * torch.exp(OCTAVE * (mels - linear).clamp(min=0)))
