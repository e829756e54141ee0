"""The weights of a run's networks: a file for each seed, or for each fold and seed, read with one set of errors."""

from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from sentio.errors import SentioError

Network = TypeVar("Network", bound=nn.Module)


def seed_file(model: Path, seed: int) -> Path:
    """The file with the weights of a seed.

    >>> seed_file(Path("model"), 42).name
    'seed-42.safetensors'
    """
    return model / f"seed-{seed}.safetensors"


def fold_file(model: Path, fold: int, seed: int) -> Path:
    """The file with the weights of a fold and seed.

    >>> fold_file(Path("model"), 0, 42).name
    'fold-0-42.safetensors'
    """
    return model / f"fold-{fold}-{seed}.safetensors"


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name; raises `SentioError` where it is damaged."""
    try:
        return load_file(path)
    except SafetensorError as error:
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error


def restored(network: Network, path: Path) -> Network:
    """The network with the weights of a file, ready to answer.

    Raises `SentioError` where they are damaged, or those of another network.
    """
    try:
        network.load_state_dict(read_tensors(path))
    except RuntimeError as error:
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error
    return network.eval()
