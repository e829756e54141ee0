"""A causal language model with LoRA: the frozen weights from a folder, small trained ones beside all linear layers."""

from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import LanguageModelError
from sentio.llms.checkpoint import load_checkpoint
from sentio.training.lora_settings import LoraSettings

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel


def load_base(folder: Path, settings: LoraSettings) -> "PreTrainedModel":
    """The model in a folder, ready to be tuned: on CUDA in 4-bit NF4 or bf16, on a CPU in fp32.

    Raises `LanguageModelError` where there is no whole model, or 4 bits need a package.
    """
    import torch

    if not (folder / "config.json").is_file():
        raise LanguageModelError(f"no model at {folder}: a folder with config.json, weights and tokenizer is expected")
    cuda = torch.cuda.is_available()
    return load_checkpoint(
        folder,
        dtype="bfloat16" if cuda and settings.precision == "bf16" else "float32",
        device="cuda:0" if cuda else "cpu",  # with its number: the trainer asks on which 4 bits are
        nf4=cuda and settings.nf4,
    ).model


def with_lora(base: "PreTrainedModel", settings: LoraSettings, seed: int) -> "PeftModel":
    """The model with fresh LoRA weights, drawn with the seed; only these are trained."""
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training

    if getattr(base, "is_loaded_in_4bit", False):
        base = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            base, use_gradient_checkpointing=settings.gradient_checkpointing
        )
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        bias="none",
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(seed)
    model = get_peft_model(base, config)
    if not isinstance(model, PeftModel):
        raise TypeError(f"{type(model).__name__} is no LoRA model")
    return model
