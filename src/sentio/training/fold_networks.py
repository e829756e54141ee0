"""Networks that read n-grams, one a fold and seed: how each is trained once, what a run says of them, how they return.

runs/char-encoder-cped/model/
  model.json                  settings, and each fold with its n-grams
  fold-0-42.safetensors …     the weights, for each fold and seed
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from sentio.training.epochs import Epoch, Network
from sentio.training.folds import Folded
from sentio.training.manifest_file import require_files
from sentio.training.ngram_numbers import NgramNumbers
from sentio.training.run_folder import RunFolder, replacing
from sentio.training.weights_file import fold_file, restored


class FoldedByNgrams(Folded):
    """`model.json`. `ngrams` are those of each fold, `length` how many of an utterance are read."""

    ngrams: tuple[tuple[str, ...], ...]
    length: int
    seeds: tuple[int, ...]


def keep_last(run: RunFolder, fold: int, seed: int, epochs: Callable[[Path], Iterator[Epoch[Any]]]) -> None:
    """Train a network by all its epochs and write the weights of the last one, unless they are there.

    `epochs` takes the checkpoint that they go on from.
    """
    path = fold_file(run.model, fold, seed)
    checkpoint = fold_file(run.checkpoints, fold, seed)
    if path.exists():
        return
    state: dict[str, Tensor] = {}
    for epoch in epochs(checkpoint):
        state = {name: tensor.clone() for name, tensor in epoch.model.state_dict().items()}
    if not state:  # killed between the last epoch and its file: the checkpoint has nothing left to do
        checkpoint.unlink()
        keep_last(run, fold, seed, epochs)
        return
    with replacing(path) as beside:
        save_file(state, beside)
    checkpoint.unlink(missing_ok=True)


def read_folds(
    model: Path, manifest: FoldedByNgrams, network: Callable[[int], Network]
) -> list[tuple[NgramNumbers, list[Network]]]:
    """Of each fold its n-grams and its networks, one a seed; `network` makes an empty one for so many n-grams.

    Raises `SentioError` where files lack or are damaged.
    """
    require_files(fold_file(model, fold, seed) for fold in range(len(manifest.folds)) for seed in manifest.seeds)
    found = []
    for fold, known in enumerate(manifest.ngrams):
        numbers = NgramNumbers(known, manifest.length)
        files = [fold_file(model, fold, seed) for seed in manifest.seeds]
        found.append((numbers, [restored(network(len(numbers)), file) for file in files]))
    return found
