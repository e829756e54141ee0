"""What a run leaves that trains the upper layers of `mini` and what stands above them.

runs/transition-peld/model/
  model.json              what the system says of itself
  tokenizer.json          that of mini
  lower.safetensors       the layers that were not trained
  seed-42.safetensors …   the others, for each seed
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from sentio.encoders.mini import MODEL
from sentio.errors import SentioError
from sentio.nn.conversation_encoder import EncoderShape, Lower
from sentio.training.manifest_file import require_files, write_manifest
from sentio.training.weights_file import read_tensors, seed_file

NAME, LOWER, TOKENIZER = "model.json", "lower.safetensors", "tokenizer.json"


def place(folder: Path, lower: Mapping[str, Tensor], trained: Mapping[int, Path], manifest: BaseModel) -> None:
    """Put a finished model where it is loaded from; `trained` are the files with the weights of each seed."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(MODEL / TOKENIZER, folder / TOKENIZER)
    save_file(dict(lower), folder / LOWER)
    for seed, weights in trained.items():
        shutil.copyfile(weights, seed_file(folder, seed))
    write_manifest(folder / NAME, manifest)


def require_encoder(model: Path, seeds: Iterable[int]) -> None:
    """Raise `SentioError` where a file is missing beside the manifest."""
    require_files((model / LOWER, model / TOKENIZER, *(seed_file(model, seed) for seed in seeds)))


def read_lower(model: Path, shape: EncoderShape) -> Lower:
    """The layers that were not trained; raises `SentioError` where they are damaged."""
    path = model / LOWER
    weights = read_tensors(path)
    try:
        lower = Lower(shape, len(weights["words.weight"]), len(weights["places.weight"]))
        lower.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error
    return lower


def read_tokenizer(path: Path, window: int, cut: Literal["left", "right"] = "right") -> Tokenizer:
    """The tokenizer; of a text of more tokens than the `window`, those on one side are cut.

    Raises `SentioError` where it is damaged.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing more exact
        raise SentioError(f"{path}: damaged: {str(error).splitlines()[0]}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(window, direction=cut)
    return tokenizer
