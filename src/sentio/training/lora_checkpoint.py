"""Where a killed tuning goes on from: trained weights and moments of the optimiser, without a pickle.

checkpoints/seed-42/checkpoint-100/
  state.safetensors     weights and moments after 100 updates
  trainer_state.json    the trainer's count of updates and its log

A folder is written beside its place and then moved there, so that a kill leaves it whole or not at all. Random numbers
need no checkpoint: each batch is seeded by its own number.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import InputError

if TYPE_CHECKING:
    import torch
    from transformers import TrainerState

STATE, LOG = "state.safetensors", "trainer_state.json"


def latest(folder: Path) -> Path | None:
    """The checkpoint with the most updates, None where there is none."""
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    return max(found, key=lambda path: int(path.name.removeprefix("checkpoint-")), default=None)


def save(folder: Path, model: "torch.nn.Module", optimizer: "torch.optim.Optimizer", state: "TrainerState") -> None:
    """Write the checkpoint of this moment and drop those before it."""
    from safetensors.torch import save_file

    place = folder / f"checkpoint-{state.global_step}"
    beside = place.with_suffix(".partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    tensors = {f"model.{name}": tensor.detach().cpu() for name, tensor in trained(model).items()}
    for number, of_parameter in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": tensor.cpu() for name, tensor in of_parameter.items()}
    save_file(tensors, beside / STATE)
    state.save_to_json(str(beside / LOG))
    shutil.rmtree(place, ignore_errors=True)
    beside.rename(place)
    for older in folder.glob("checkpoint-*"):
        if older != place:
            shutil.rmtree(older, ignore_errors=True)


def restore_weights(checkpoint: Path, model: "torch.nn.Module") -> None:
    """Put the trained weights back. Raises `InputError` where the checkpoint is damaged or of other weights."""
    tensors = {name.removeprefix("model."): t for name, t in _read(checkpoint).items() if name.startswith("model.")}
    own = trained(model)
    if tensors.keys() != own.keys():
        raise InputError("holds other weights than those that are trained; choose another --out", path=checkpoint)
    for name, parameter in own.items():
        parameter.data.copy_(tensors[name])


def restore_moments(checkpoint: Path, optimizer: "torch.optim.Optimizer") -> None:
    """Put the optimiser's moments back; its rates and groups stay."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in _read(checkpoint).items():
        if key.startswith("optimizer."):
            _, number, name = key.split(".")
            state.setdefault(int(number), {})[name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def trained(model: "torch.nn.Module") -> dict[str, "torch.nn.Parameter"]:
    """The parameters that are trained, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def _read(checkpoint: Path) -> dict[str, "torch.Tensor"]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(checkpoint / STATE)
    except (OSError, SafetensorError) as error:
        raise InputError(f"a damaged checkpoint: {error}; remove it to start again", path=checkpoint / STATE) from error
