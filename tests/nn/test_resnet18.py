"""ResNet18: as large as the published one, blind to padding, statistics only of what is there."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sentio.nn.resnet18 import VECTOR, MaskedBatchNorm, ResNet18


def network(channels: int = 1) -> ResNet18:
    torch.manual_seed(0)
    return ResNet18(channels, base=4)


def block(widths: list[int], seed: int = 0) -> torch.Tensor:
    """Pictures of these widths; what stands behind them is noise that nobody may read."""
    return torch.randn(len(widths), 1, 40, max(widths), generator=torch.Generator().manual_seed(seed))


def test_it_has_the_published_number_of_weights() -> None:
    """torchvision's resnet18 has 11,689,512 with 1,000 classes: 11,176,512 without its last layer."""
    published = 11_176_512 + 512 * VECTOR + VECTOR
    own = 2 * 3  # the normalisation of the inputs
    assert sum(weight.numel() for weight in ResNet18(channels=3).parameters()) == published + own


def test_it_is_the_resnet18_of_a_peer() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.ResNetConfig(
        embedding_size=4, hidden_sizes=[4, 8, 16, 32], depths=[2, 2, 2, 2], layer_type="basic"
    )
    torch.manual_seed(1)
    peer, model = transformers.ResNetModel(config).eval(), network(channels=3).eval()
    for part in peer.modules():
        if isinstance(part, nn.BatchNorm2d):  # or two ways around would be told apart by nothing
            nn.init.normal_(part.weight, 1, 0.3)
            nn.init.normal_(part.bias)
    theirs, ours = peer.state_dict(), model.state_dict()
    for name in ours:
        if (same := _of_peer(name)) is not None:
            ours[name] = theirs.pop(same)
    assert not theirs
    model.load_state_dict(ours)
    images = torch.randn(2, 3, 64, 50, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        pooled = peer(images / (1 + model.scale.eps) ** 0.5).pooler_output.flatten(1)
        torch.testing.assert_close(model(images), model.project(pooled), atol=1e-4, rtol=1e-4)


def _of_peer(name: str) -> str | None:
    """A weight's name in transformers; None for the parts that are ours."""
    first, rest = name.split(".", 1)
    if first in ("scale", "project"):
        return None
    if first in ("first", "norm"):
        return f"embedder.embedder.{'convolution' if first == 'first' else 'normalization'}.{rest}"
    number, layer, weight = rest.split(".", 2)
    place = {"one": "layer.0", "two": "layer.1", "around": "shortcut"}[layer.removesuffix("_norm")]
    kind = "normalization" if layer.endswith("_norm") else "convolution"
    return f"encoder.stages.{int(number) // 2}.layers.{int(number) % 2}.{place}.{kind}.{weight}"


@settings(max_examples=25)
@given(st.lists(st.integers(1, 70), min_size=1, max_size=4))
def test_a_picture_has_the_same_vector_alone_and_in_a_batch(widths: list[int]) -> None:
    model, images = network().eval(), block(widths)
    with torch.no_grad():
        together = model(images, torch.tensor(widths))
        for row, width in enumerate(widths):
            alone = model(images[row : row + 1, :, :, :width])
            torch.testing.assert_close(together[row : row + 1], alone, atol=1e-4, rtol=1e-4)


def test_training_does_not_see_padding_either() -> None:
    widths = torch.tensor([30, 17])
    narrow, wide = block([30, 17]), torch.cat([block([30, 17]), torch.full((2, 1, 40, 25), 1e3)], dim=3)
    one, other = network().train(), network().train()
    torch.testing.assert_close(one(narrow, widths), other(wide, widths), atol=1e-4, rtol=1e-4)
    for name, tensor in one.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], tensor, atol=1e-5, rtol=1e-4)


def test_statistics_of_full_pictures_are_those_of_torch() -> None:
    images = torch.randn(3, 2, 5, 7, generator=torch.Generator().manual_seed(0)) * 3 + 1
    ours, theirs = MaskedBatchNorm(2), nn.BatchNorm2d(2)
    torch.testing.assert_close(ours(images, torch.tensor([7, 7, 7])), theirs(images))
    for name, tensor in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], tensor)


def test_statistics_of_unequal_pictures_are_those_of_their_columns() -> None:
    images = torch.randn(2, 2, 5, 7, generator=torch.Generator().manual_seed(0)) * 3 + 1
    widths = torch.tensor([4, 7])
    norm = MaskedBatchNorm(2)
    found = norm(images, widths)
    columns = torch.cat([images[0, :, :, :4], images[1]], dim=-1)
    plain = nn.BatchNorm2d(2)
    expected = plain(columns[None])[0]
    torch.testing.assert_close(torch.cat([found[0, :, :, :4], found[1]], dim=-1), expected)
    assert norm.running_mean is not None
    assert plain.running_mean is not None
    torch.testing.assert_close(norm.running_mean, plain.running_mean)


def test_gradients_of_the_statistics() -> None:
    norm = MaskedBatchNorm(2).double()
    images = torch.randn(2, 2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    widths = torch.tensor([2, 4])
    assert torch.autograd.gradcheck(lambda given: norm(given, widths), images.requires_grad_())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_of_one_colour_and_one_of_noise_are_finite(channels: int) -> None:
    model = network(channels).eval()
    images = torch.stack([torch.zeros(channels, 32, 32), torch.randn(channels, 32, 32) * 100])
    assert model(images).isfinite().all()
