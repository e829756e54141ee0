"""Training of networks over dialogues: every setting reaches the loss or the optimiser."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.dialogue_batches import WIDTHS
from torch import Tensor, nn

from sentio.nn.dialogue_batch import Dialogue, DialogueBatch
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.nn.emotionic import EmotionIC, Settings
from sentio.training.network_tuning import LabelledDialogue, NetworkTuning, _groups, tune


class Prior(DialogueNetwork):
    """Knows how often each of two labels occurs, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(2))

    def forward(self, batch: DialogueBatch) -> Tensor:
        return self.logits.expand(*batch.mask.shape, 2)


def learned(path: Path, **settings: float) -> list[float]:
    """The probabilities of the labels, of which the first is three times as frequent."""
    turns = Dialogue({}, {}, torch.tensor([0, 1, 0, 1]))
    example = LabelledDialogue(turns, torch.tensor([0, 0, 1, 0]))
    tuning = NetworkTuning.model_validate({"learning_rate": 0.1, "memory": 0, "batch_size": 1} | settings)
    network = Prior()
    list(tune(network, [example], 2, [np.zeros(300, np.int64)], tuning, 0, path / "c", lambda share: None))
    return network.logits.detach().softmax(-1).tolist()


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({"smoothing": 0}, 0.75),
        ({"smoothing": 0.2}, 0.75 * 0.9 + 0.25 * 0.1),  # a fifth of every label is shared among both
        ({"smoothing": 0, "class_weights": True}, 0.5),
    ],
)
def test_label_smoothing_and_class_weights_change_what_is_learned(
    settings: dict[str, float], first: float, tmp_path: Path
) -> None:
    assert learned(tmp_path, **settings)[0] == pytest.approx(first, abs=0.005)


def test_the_field_learns_faster_and_only_matrices_decay() -> None:
    network = EmotionIC(WIDTHS, 3, Settings(width=8, hidden=6, heads=2))
    groups = _groups(network, NetworkTuning(learning_rate=0.5, weight_decay=0.25))
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    assert {names[id(parameter)] for group in groups for parameter in group["params"]} == set(names.values())
    for group in groups:
        (parameter,) = group["params"]
        assert group["lr"] == (0.5 * 7 if "crf." in names[id(parameter)] else 0.5)
        assert group["weight_decay"] == (0.25 if parameter.ndim == 2 else 0)
