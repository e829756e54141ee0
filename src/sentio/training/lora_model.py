"""A causal language model with LoRA: the frozen weights from a folder, small trained ones beside all linear layers."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.errors import LanguageModelError, RecipeError
from sentio.training.lora_settings import LoraSettings

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel


def load_base(folder: Path, settings: LoraSettings) -> "PreTrainedModel":
    """The model in a folder, ready to be tuned: on CUDA in 4-bit NF4 or bf16, on a CPU in fp32.

    Only safetensors are read and no code of the folder is run. Raises `LanguageModelError` where there is no model,
    `RecipeError` where 4 bits need a package.
    """
    import torch
    from transformers import AutoModelForCausalLM

    if not (folder / "config.json").is_file():
        raise LanguageModelError(f"no model at {folder}: a folder with config.json, weights and tokenizer is expected")
    cuda = torch.cuda.is_available()
    half = torch.bfloat16 if cuda and settings.precision == "bf16" else torch.float32
    try:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=half,
            attn_implementation="sdpa",  # flash attention takes no mask of our own
            quantization_config=_nf4() if cuda and settings.nf4 else None,
            device_map={"": 0} if cuda else None,
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
        )
    except (OSError, ValueError, KeyError) as error:
        raise LanguageModelError(f"{folder}: cannot be loaded: {str(error).splitlines()[0]}") from error
    return model


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


def _nf4() -> object:
    import torch
    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise RecipeError("nf4 needs: pip install bitsandbytes; or set nf4 = false, which takes four times the memory")
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
