"""Networks of folds: trained once, and again where a kill left nothing but a finished checkpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn

from sentio.errors import SentioError
from sentio.training.epochs import Epoch
from sentio.training.fold_networks import FoldedByNgrams, keep_last, read_folds
from sentio.training.folds import LeftOut
from sentio.training.run_folder import RunFolder
from sentio.training.weights_file import fold_file, read_tensors


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "run", 'system = "any"\n')
    found.model.mkdir(parents=True)
    found.checkpoints.mkdir()
    return found


class Training:
    """Three epochs, in each of which the only weight grows by one; it goes on after what the checkpoint counts."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, checkpoint: Path) -> Iterator[Epoch[nn.Linear]]:
        self.calls += 1
        network = nn.Linear(1, 1, bias=False)
        done = int(checkpoint.read_text()) if checkpoint.exists() else 0
        for number in range(done + 1, 4):
            nn.init.constant_(network.weight, number)
            yield Epoch(number, 0.0, network)
            nn.init.zeros_(network.weight)  # as `run_epochs` puts its own weights back
            checkpoint.write_text(str(number))


def test_the_last_epoch_is_kept_and_not_trained_again(run: RunFolder) -> None:
    training = Training()
    for _ in range(2):
        keep_last(run, 0, 42, training)
    assert training.calls == 1
    assert read_tensors(fold_file(run.model, 0, 42))["weight"].item() == 3
    assert list(run.checkpoints.iterdir()) == []


@pytest.mark.parametrize(("left", "calls"), [("2", 1), ("3", 2)])
def test_a_kill_costs_what_the_checkpoint_has_not(left: str, calls: int, run: RunFolder) -> None:
    fold_file(run.checkpoints, 1, 7).write_text(left)
    training = Training()
    keep_last(run, 1, 7, training)
    assert training.calls == calls
    assert read_tensors(fold_file(run.model, 1, 7))["weight"].item() == 3


def test_each_fold_has_its_own_ngrams_and_a_network_a_seed(run: RunFolder) -> None:
    manifest = FoldedByNgrams(
        corpus="any",
        folds=(LeftOut(name="a", conversations=("1",)), LeftOut(name="b", conversations=("2",))),
        ngrams=(("a",), ("a", "b")),
        length=3,
        seeds=(1, 2),
    )
    for fold in range(2):
        for seed in manifest.seeds:
            keep_last(run, fold, seed, Training())
    sizes: list[int] = []

    def network(ngrams: int) -> nn.Linear:
        sizes.append(ngrams)
        return nn.Linear(1, 1, bias=False)

    found = read_folds(run.model, manifest, network)
    assert [len(networks) for _, networks in found] == [2, 2]
    assert sizes == [len(numbers) for numbers, _ in found for _ in manifest.seeds]
    assert len(set(sizes)) == 2
    assert not any(one.training for _, networks in found for one in networks)
    fold_file(run.model, 1, 2).unlink()
    with pytest.raises(SentioError, match=r"fold-1-2\.safetensors is missing"):
        read_folds(run.model, manifest, network)
