"""ResNet18 (He et al., CVPR 2016) for pictures of unequal width: what M2FNet's feature extractors are made of.

A log-mel picture is as wide as the utterance is long. What stands behind its end is set to zero after every layer, as
the convolutions' own padding is, so that a picture has the same vector alone and in a batch of wider ones.
"""

import torch
from torch import Tensor, nn

VECTOR = 300
"""Width of M2FNet's vectors (arXiv 2206.02187)."""
STAGES = 4


class ResNet18(nn.Module):
    """Pictures in, vectors of width `VECTOR` out.

    `channels` is 1 for a log-mel picture (the paper's three would be copies of it), 3 for colours. `base` is the
    number of the first stage's channels, 64 in the paper; it doubles from stage to stage. The inputs' scale does not
    matter: it is taken from the training data by a first normalisation (our design).
    """

    def __init__(self, channels: int, base: int = 64) -> None:
        super().__init__()
        self.scale = MaskedBatchNorm(channels)
        self.first = nn.Conv2d(channels, base, 7, stride=2, padding=3, bias=False)
        self.norm = MaskedBatchNorm(base)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        widths = [base, *(base * 2**stage for stage in range(STAGES))]
        self.blocks = nn.ModuleList()
        for stage in range(STAGES):
            self.blocks.append(_Block(widths[stage], widths[stage + 1], stride=1 if stage == 0 else 2))
            self.blocks.append(_Block(widths[stage + 1], widths[stage + 1], stride=1))
        self.project = nn.Linear(widths[-1], VECTOR)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor, widths: Tensor | None = None) -> Tensor:
        """Vectors (b, VECTOR) of images (b, channels, height, width), whose first `widths` (b,) columns are read.

        Without `widths` all are. The training compares the vectors at unit length but wants their parts to vary by 1,
        so they are given as they are; `nn.functional.normalize` brings them to unit length.

        >>> tuple(ResNet18(channels=1, base=4)(torch.zeros(2, 1, 128, 98), torch.tensor([98, 3])).shape)
        (2, 300)
        """
        states = self.first(_cut(self.scale(images, widths), widths))
        widths = _halved(widths)
        states = _cut(self.norm(states, widths).relu(), widths)
        # Behind the end are zeros, and nothing here is below zero: the greatest value is that of the picture alone.
        states, widths = self.pool(states), _halved(widths)
        states = _cut(states, widths)
        for block in self.blocks:
            states, widths = block(states, widths)
        columns = states.shape[3] if widths is None else widths[:, None]
        vectors: Tensor = self.project(states.sum((2, 3)) / (columns * states.shape[2]))
        return vectors


class MaskedBatchNorm(nn.BatchNorm2d):
    """Batch normalisation whose statistics leave out what stands behind a picture's end."""

    def forward(self, images: Tensor, widths: Tensor | None = None) -> Tensor:
        """Normalised images (b, channels, height, width), read up to `widths` (b,); what stands behind is arbitrary."""
        if widths is None or not self.training:
            return super().forward(images)
        there = _there(images, widths)
        count = there.sum() * images.shape[2]
        mean = (images * there).sum((0, 2, 3)) / count
        centred = images - mean[:, None, None]
        variance = (centred.square() * there).sum((0, 2, 3)) / count
        with torch.no_grad():
            assert self.running_mean is not None
            assert self.running_var is not None
            assert self.num_batches_tracked is not None
            self.running_mean.lerp_(mean, self.momentum or 0.0)
            self.running_var.lerp_(variance * count / (count - 1).clamp(min=1), self.momentum or 0.0)
            self.num_batches_tracked += 1
        scale = self.weight * (variance + self.eps).rsqrt()
        return centred * scale[:, None, None] + self.bias[:, None, None]


class _Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.one = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.one_norm = MaskedBatchNorm(after)
        self.two = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.two_norm = MaskedBatchNorm(after)
        self.around = None if before == after else nn.Conv2d(before, after, 1, stride=stride, bias=False)
        self.around_norm = None if before == after else MaskedBatchNorm(after)

    def forward(self, states: Tensor, widths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        if self.stride == 2:
            widths = _halved(widths)
        found = _cut(self.one_norm(self.one(states), widths).relu(), widths)
        found = self.two_norm(self.two(found), widths)
        if self.around is not None and self.around_norm is not None:
            states = self.around_norm(self.around(states), widths)
        return _cut((found + states).relu(), widths), widths


def _there(states: Tensor, widths: Tensor) -> Tensor:
    """1 at columns before a picture's end, else 0: shape (b, 1, 1, width)."""
    columns = torch.arange(states.shape[-1], device=states.device)
    return (columns < widths[:, None])[:, None, None].to(states.dtype)


def _cut(states: Tensor, widths: Tensor | None) -> Tensor:
    return states if widths is None else states * _there(states, widths)


def _halved(widths: Tensor | None) -> Tensor | None:
    """Columns that a layer with stride 2 leaves, a half one counted whole."""
    return None if widths is None else (widths + 1) // 2
