"""What a stopped training goes on from: weights, the optimiser's moments and a few numbers, in one safetensors file."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from sentio.errors import InputError
from sentio.training.run_folder import replacing

Tensors = Mapping[str, Tensor]


def save(path: Path, weights: Mapping[str, Tensors], optimizer: torch.optim.Optimizer, **at: int) -> None:
    """Write named sets of weights, the optimiser's state and where the training is; whole or not at all."""
    tensors = {f"{name}.{key}": tensor for name, some in weights.items() for key, tensor in some.items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": tensor for name, tensor in state.items()}
    told = {name: str(value) for name, value in at.items()}
    with replacing(path) as beside:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, beside, told)


Restored = tuple[dict[str, dict[str, Tensor]], dict[str, int]]


def restore(path: Path, optimizer: torch.optim.Optimizer) -> Restored | None:
    """Sets of weights and numbers of a checkpoint, None where there is none; its moments go into `optimizer`.

    Raises `InputError` for a damaged file.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            at = {name: int(value) for name, value in file.metadata().items()}
    except SafetensorError as error:
        raise InputError("a damaged checkpoint; remove it to begin this part again", path=path) from error
    weights: dict[str, dict[str, Tensor]] = {}
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in load_file(path).items():
        name, rest = key.split(".", 1)
        if name == "optimizer":
            number, moment = rest.split(".")
            state.setdefault(int(number), {})[moment] = tensor
        else:
            weights.setdefault(name, {})[rest] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return weights, at
