"""A tuned model for use elsewhere: merged into its base, or as an adapter that a server loads."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import OutputError
from sentio.files.writers.output import reported

if TYPE_CHECKING:
    from sentio.llms.checkpoint import Dtype


def write_merged(adapter: Path, tokenizer: Path, out: Path) -> None:
    """The base model with the adapter added to its weights, as safetensors, beside its tokenizer.

    Weights keep the base's precision; the merged model then answers as base and adapter do, but for rounding. Raises
    `LanguageModelError` where base or adapter cannot be loaded, `OutputError` where `out` is taken.
    """
    import torch
    from peft import PeftModel
    from transformers import AutoTokenizer

    from sentio.llms.checkpoint import load_checkpoint

    beside = folder_beside(out)
    # Never in four bits: what is merged there is rounded twice.
    model = load_checkpoint(adapter, device="cpu", dtype=_dtype(adapter)).model
    assert isinstance(model, PeftModel)
    with torch.no_grad():
        merged = model.merge_and_unload()
    with reported(out):
        merged.save_pretrained(beside, safe_serialization=True)
        AutoTokenizer.from_pretrained(tokenizer, local_files_only=True).save_pretrained(beside)
        beside.rename(out)


def write_adapter(adapter: Path, tokenizer: Path, out: Path) -> int:
    """The adapter in PEFT's format with its tokenizer, as vLLM's --lora-modules takes it; its rank, which
    --max-lora-rank must allow (16 by default). Raises `OutputError` where `out` is taken."""
    beside = folder_beside(out)
    with reported(out):
        shutil.copytree(adapter, beside)
        for path in tokenizer.iterdir():
            if path.is_file() and path.name != "model.json":
                shutil.copy(path, beside / path.name)
        beside.rename(out)
    rank: int = json.loads((out / "adapter_config.json").read_text("utf8"))["r"]
    return rank


def _dtype(adapter: Path) -> "Dtype":
    """The precision in which the base is stored; "auto" where there is no base, which loading tells."""
    named = str(json.loads((adapter / "adapter_config.json").read_text("utf8"))["base_model_name_or_path"])
    for base in (adapter / named, Path(named)):
        if (base / "config.json").is_file():
            config = json.loads((base / "config.json").read_text("utf8"))
            stored: Dtype = config.get("dtype") or config.get("torch_dtype") or "auto"
            return stored
    return "auto"


def folder_beside(out: Path) -> Path:
    """A folder to write in until all is there. Raises `OutputError` where `out` is taken, or has no name to be
    written beside."""
    if out.name in ("", ".."):
        raise OutputError(f"{out}: the folder needs a name of its own; name a new one with --out")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out}: holds something already; name a new or an empty folder with --out")
    beside = out.with_name(out.name + ".partial")
    with reported(out):
        shutil.rmtree(beside, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
    return beside
