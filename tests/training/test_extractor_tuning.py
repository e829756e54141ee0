"""Training of an extractor: what it draws, in which phases, a training that was stopped, and that it separates."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from sentio.errors import RecipeError
from sentio.nn.resnet18 import ResNet18
from sentio.nn.triplet_mining import Miner, mined_negatives
from sentio.training import extractor_tuning
from sentio.training.extractor_tuning import Epoch, ExtractorTuning, tune

LABELS = torch.tensor([0] * 12 + [1] * 6 + [2] * 3)
SETTINGS = ExtractorTuning(epochs=6, batch_size=4, learning_rate=3e-3, base=4)


def pictures(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noise with stripes: lying ones, upright ones or none tell the class."""
    images = torch.randn(len(rows), 1, 32, 24, generator=dice)
    stripes = 2.0 * (torch.arange(32) // 4 % 2) - 1
    for place, row in enumerate(rows.tolist()):
        images[place, 0] += {0: stripes[:, None], 1: stripes[:24], 2: torch.zeros(())}[int(LABELS[row])]
    return images, torch.randint(12, 25, (len(rows),), generator=dice)


def model(base: int = 4) -> ResNet18:
    torch.manual_seed(0)
    return ResNet18(1, base)


def separation(network: ResNet18) -> float:
    """Mean distance of rows of two classes over that of rows of one, on pictures not seen before."""
    network.eval()
    with torch.no_grad():
        vectors = normalize(network(*pictures(torch.arange(21), torch.Generator().manual_seed(99))), dim=-1)
    distances, same = torch.cdist(vectors, vectors), LABELS[:, None] == LABELS
    return float(distances[~same].mean() / distances[same & ~torch.eye(21, dtype=torch.bool)].mean())


def tuned(network: ResNet18, checkpoint: Path, settings: ExtractorTuning = SETTINGS) -> list[Epoch]:
    return list(tune(network, LABELS, pictures, settings, 1, checkpoint, lambda share: None))


def test_the_defaults_are_those_of_the_paper() -> None:
    settings = ExtractorTuning()
    assert (settings.epochs, settings.learning_rate, settings.weight_decay) == (60, 1e-4, 1e-6)


def test_it_separates_what_it_has_not_seen_and_the_distances_say_so(tmp_path: Path) -> None:
    network = model(base=8)
    before = separation(network)
    settings = SETTINGS.model_copy(update={"epochs": 20, "batch_size": 16, "learning_rate": 1e-2})
    epochs = tuned(network, tmp_path / "c.safetensors", settings)
    assert before < 1.1
    assert separation(network) > 1.7
    assert epochs[0].negative - epochs[0].positive < 0.1
    assert epochs[-1].negative - epochs[-1].positive > 0.4
    assert [epoch.number for epoch in epochs] == list(range(1, 21))


def test_anchors_and_positives_share_a_class_and_classes_are_drawn_alike(tmp_path: Path) -> None:
    given = []

    def noted(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        given.append(rows)
        return torch.randn(len(rows), 1, 8, 8, generator=dice), torch.full((len(rows),), 8)

    settings = SETTINGS.model_copy(update={"epochs": 15, "base": 1})
    network = ResNet18(channels=1, base=1)
    for _ in tune(network, LABELS, noted, settings, 1, tmp_path / "c.safetensors", lambda share: None):
        pass
    assert len(given) == 15 * 6  # 21 rows, 4 a step
    anchors, positives = torch.stack(given).reshape(-1, 2, 4).unbind(1)
    assert (LABELS[anchors] == LABELS[positives]).all()
    assert (anchors != positives).all()
    shares = torch.bincount(LABELS[anchors].flatten()) / anchors.numel()
    # 360 anchors: a share of a third has a standard error of 0.025. Drawn by row they were 0.57, 0.29, 0.14.
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), atol=0.07, rtol=0)


def test_negatives_come_at_random_then_semi_hard_then_the_hardest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    miners: list[Miner] = []

    def noted(
        vectors: Tensor, labels: Tensor, anchors: Tensor, positives: Tensor, miner: Miner, dice: torch.Generator
    ) -> Tensor:
        miners.append(miner)
        found = mined_negatives(vectors, labels, anchors, positives, miner, dice)
        assert (labels[found] != labels[anchors]).all()
        return found

    monkeypatch.setattr(extractor_tuning, "mined_negatives", noted)
    tuned(model(), tmp_path / "c.safetensors")
    assert miners == ["random"] * 12 + ["semi-hard"] * 12 + ["hardest"] * 12


def test_a_training_that_was_stopped_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole, stopped, resumed = model(), model(), model()
    tuned(whole, tmp_path / "whole.safetensors")
    for epoch in tune(stopped, LABELS, pictures, SETTINGS, 1, tmp_path / "c.safetensors", lambda share: None):
        if epoch.number == 2:
            break
    shares: list[float] = []
    left = list(tune(resumed, LABELS, pictures, SETTINGS, 1, tmp_path / "c.safetensors", shares.append))
    assert [epoch.number for epoch in left] == [3, 4, 5, 6]
    assert all(one < other for one, other in pairwise(shares))
    assert shares[-1] == 1
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, atol=0, rtol=0)


@pytest.mark.parametrize("labels", [[], [0], [0, 0, 0], [0, 0, 0, 1]])
def test_too_few_classes_are_told(labels: list[int], tmp_path: Path) -> None:
    given = torch.tensor(labels, dtype=torch.long)
    with pytest.raises(RecipeError, match="two classes with two utterances"):
        next(tune(model(), given, pictures, SETTINGS, 1, tmp_path / "c.safetensors", lambda share: None))


def test_a_loss_that_is_no_number_is_told(tmp_path: Path) -> None:
    def broken(rows: Tensor, dice: torch.Generator) -> tuple[Tensor, None]:
        return torch.full((len(rows), 1, 8, 8), torch.nan), None

    with pytest.raises(RecipeError, match="the loss is nan in epoch 1"):
        next(tune(model(), LABELS, broken, SETTINGS, 1, tmp_path / "c.safetensors", lambda share: None))
