"""A causal language model from a folder: a whole one, or a LoRA adapter with the model it belongs to.

Weights are safetensors; code that lies in the folder is never run; nothing is fetched. An adapter is not merged into
its model: what was validated in training is what answers here. Whoever wants the speed exports a merged model.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sentio.errors import LanguageModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel
    from transformers import PreTrainedTokenizerBase as Tokenizer

Dtype = Literal["auto", "float32", "bfloat16", "float16"]

ADAPTER = "adapter_config.json"
SAMPLES = 64
"""Places of a weights file that go into its fingerprint; training moves all weights, so a few tell."""


@dataclass(frozen=True)
class Checkpoint:
    """A model and its tokenizer. `name` says which: the folder's name and a fingerprint of what is in it."""

    name: str
    model: "PreTrainedModel"
    tokenizer: "Tokenizer"


def load_checkpoint(folder: Path, *, dtype: Dtype = "auto", device: str | None = None, nf4: bool = False) -> Checkpoint:
    """The model in a folder, ready to answer.

    A folder with `adapter_config.json` is a LoRA adapter; its model is where that file says (beside the adapter, or
    from the working directory). `device` is CUDA where there is one; `dtype` "auto" is that of the file, on a CPU
    float32. `nf4` holds the weights in four bits (CUDA and bitsandbytes). Raises `LanguageModelError`.
    """
    import torch
    from transformers import AutoModelForCausalLM

    base = base_of(folder)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    precision = "float32" if dtype == "auto" and device == "cpu" else dtype
    with told(folder):
        quantization = _nf4(device) if nf4 else None
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            base,
            dtype=precision,
            device_map={"": device},
            attn_implementation="sdpa",  # reads the masks that label scoring lays over the labels
            quantization_config=quantization,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
        tokenizer = load_tokenizer(folder, base)
        if base != folder:
            model = _adapted(model, folder)
    model.train(False)
    return Checkpoint(name_of(folder, base) + ("-nf4" if nf4 else ""), model, tokenizer)


def load_tokenizer(folder: Path, base: Path) -> "Tokenizer":
    """The tokenizer that lies with the adapter, else that of its model: training may have given it a template."""
    from transformers import AutoTokenizer

    tokens = folder if (folder / "tokenizer_config.json").is_file() else base
    tokenizer: Tokenizer = AutoTokenizer.from_pretrained(tokens, local_files_only=True, trust_remote_code=False)
    return tokenizer


def name_of(folder: Path, base: Path) -> str:
    """The folder's own name, not where it lies, and a fingerprint of it and of the model it adapts."""
    return f"{folder.resolve().name}-{fingerprint({folder, base})}"


def fingerprint(folders: set[Path]) -> str:
    """Twelve hex digits that change with the configuration, the tokenizer or the weights in the folders.

    Weights are sampled at 64 places, not read whole: that takes milliseconds for any size.
    """
    digest = sha256()
    for file in sorted(file for folder in folders for file in folder.iterdir() if file.is_file()):
        if file.suffix in {".json", ".jinja"}:
            digest.update(file.name.encode() + file.read_bytes())
        elif file.suffix == ".safetensors":
            digest.update(f"{file.name} {file.stat().st_size}".encode())
            digest.update(_sample(file))
    return digest.hexdigest()[:12]


def _sample(file: Path) -> bytes:
    size, piece = file.stat().st_size, 4096
    with file.open("rb") as stream:
        pieces = []
        for i in range(SAMPLES):
            stream.seek(max(0, (size - piece) * i // (SAMPLES - 1)))
            pieces.append(stream.read(piece))
    return b"".join(pieces)


def base_of(folder: Path) -> Path:
    """The folder of the whole model. Raises `LanguageModelError` where there is none."""
    if not folder.is_dir():
        raise LanguageModelError(f"{folder} is no folder; a local model is the folder it lies in, and none is fetched")
    if not (folder / ADAPTER).is_file():
        if not (folder / "config.json").is_file():
            raise LanguageModelError(f"{folder} holds no model: neither config.json nor {ADAPTER}")
        return folder
    if not (folder / "adapter_model.safetensors").is_file():
        raise LanguageModelError(f"{folder}: an adapter without adapter_model.safetensors; pickles are not loaded")
    try:
        named = json.loads((folder / ADAPTER).read_text("utf8"))["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LanguageModelError(f"{folder / ADAPTER}: does not say which model it adapts") from error
    for base in (folder / str(named), Path(str(named))):
        if (base / "config.json").is_file():
            return base
    raise LanguageModelError(
        f"{folder} adapts {named}, and there is no such folder; put the model there, or its place into {ADAPTER}"
    )


def _adapted(model: "PreTrainedModel", folder: Path) -> "PreTrainedModel":
    from peft import PeftModel

    adapted: PreTrainedModel = PeftModel.from_pretrained(model, str(folder))  # type: ignore[assignment]
    return adapted


def _nf4(device: str) -> object:
    """Dettmers et al. 2023, QLoRA: four-bit normal floats, doubly quantised, computed in bfloat16."""
    from importlib.util import find_spec

    import torch
    from transformers import BitsAndBytesConfig

    if not device.startswith("cuda"):
        raise LanguageModelError("weights in four bits need CUDA; leave nf4 out here")
    if find_spec("bitsandbytes") is None:
        raise LanguageModelError(
            "weights in four bits need: pip install bitsandbytes; nf4 = false takes four times the memory"
        )
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Within this block whatever is wrong with the files becomes one line that names the folder."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        cause = str(error).strip().splitlines() or [type(error).__name__]
        raise LanguageModelError(f"{folder}: cannot be loaded: {cause[0]}") from error
