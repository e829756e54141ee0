"""Which epoch of a training is kept, and when it ends."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from safetensors.torch import load_file
from torch import nn

from sentio.training.epochs import Epoch
from sentio.training.run_folder import RunFolder
from sentio.training.selection import Selection


def chosen(scores: Sequence[float], folder: Path, patience: int | None = None, whole: int = 1) -> tuple[int, int]:
    """The epoch, from 1, whose weights are kept where epochs score so, and how many were run."""

    def epochs() -> Iterator[Epoch[nn.Linear]]:
        for number in range(1, len(scores) + 1):
            model = nn.Linear(1, 1)
            nn.init.constant_(model.weight, number)
            yield Epoch(number, 0.0, model)

    run = RunFolder(folder, "")
    run.checkpoints.mkdir(parents=True)
    selection = Selection[nn.Linear](run, lambda model: scores[int(model.weight) - 1], patience, whole)
    judged = selection.choose(0, epochs())
    assert judged == list(scores[: len(judged)])
    return int(load_file(selection.weights(0))["weight"]), len(judged)


def test_the_best_epoch_is_kept_and_of_equal_ones_the_first(tmp_path: Path) -> None:
    assert chosen([0.2, 0.7, 0.5, 0.7, 0.1], tmp_path / "tie") == (2, 5)
    assert chosen([0.0, 0.0], tmp_path / "nothing right") == (1, 2)


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        (1, (1, 3)),
        (2, (4, 6)),
        (6, (4, 8)),  # what reads a part and is the best so far is kept
    ],
)
def test_patience_counts_once_everything_was_read(whole: int, kept: tuple[int, int], tmp_path: Path) -> None:
    assert chosen([0.5, 0.2, 0.3, 0.6, 0.4, 0.4, 0.6, 0.1, 0.9], tmp_path, patience=2, whole=whole) == kept
