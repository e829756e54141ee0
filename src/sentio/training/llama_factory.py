"""A tuning as LLaMA-Factory takes it: chats, what they are, and a training configuration with the same settings.

exports/prc/
  train.jsonl         a chat a line, in the order of training
  validation.jsonl    the same, for the loss during training; only where there are any
  dataset_info.json   what the two files hold
  train.yaml          the settings; `cd exports/prc && llamafactory-cli train train.yaml`

Keys and values: LLaMA-Factory 0.9.5, data/README.md ("OpenAI format") and its arguments. Its training is ours but for
the conversations' shared beginnings, which it computes again for each prompt, and for the choice of the best
checkpoint: it knows the loss on validation, not the weighted F1.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentio.errors import InputError, RecipeError
from sentio.files.writers.output import encodable, reported
from sentio.prompts.message import Message
from sentio.training.lora_settings import LoraSettings
from sentio.training.run_folder import replacing

Chat = Sequence[Message]
Setting = str | int | float | bool

TEMPLATES = {"qwen2": "qwen", "qwen3": "qwen3"}
"""LLaMA-Factory's name of a chat template by the `model_type` of a model's config.json. For other models it is left
out, and LLaMA-Factory reads the tokenizer's own."""

THINKING = {"qwen3"}
"""Templates with a switch for thinking: ours is off, and the empty thought belongs to the prompt."""

TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


@dataclass(frozen=True)
class Written:
    """How many chats were written."""

    train: int
    validation: int


def write(
    folder: Path,
    train: Iterable[Chat],
    validation: Iterable[Chat],
    settings: LoraSettings,
    model: str,
    model_type: str,
    seed: int,
) -> Written:
    """Write what LLaMA-Factory needs to train `model` (a path, or a name on its hub) into `folder`.

    `train` holds the chats of all epochs of a curriculum one after the other, which LLaMA-Factory then trains on
    in this order, once. Both are read as they are written, so they may be generators.
    Raises `RecipeError` for `compat="official"`, whose rows and schedules LLaMA-Factory does not have, and where there
    is nothing to train on; `InputError` for a chat it would skip without an error; `OutputError` where a file cannot
    be written.
    """
    if settings.compat is not None:
        raise RecipeError(f"LLaMA-Factory cannot train as compat = {settings.compat!r} asks: leave it out to export")
    with reported(folder / "train.yaml"):
        folder.mkdir(parents=True, exist_ok=True)
    written = Written(
        _write_chats(folder / "train.jsonl", train), _write_chats(folder / "validation.jsonl", validation)
    )
    if not written.train:
        raise RecipeError("there is nothing to train on: no utterance has a label")
    names = ["train", "validation"] if written.validation else ["train"]
    _write_text(folder / "dataset_info.json", json.dumps({name: _description(name) for name in names}, indent=2) + "\n")
    chosen = configuration(settings, model, model_type, seed, validated=written.validation > 0)
    _write_text(folder / "train.yaml", "".join(f"{key}: {yaml(value)}\n" for key, value in chosen.items()))
    return written


def configuration(
    settings: LoraSettings, model: str, model_type: str, seed: int, validated: bool
) -> dict[str, Setting]:
    """The settings under LLaMA-Factory's names.

    >>> chosen = configuration(LoraSettings(rank=8), "models/qwen3", "qwen3", seed=42, validated=False)
    >>> chosen["lora_rank"], chosen["template"], chosen["enable_thinking"]
    (8, 'qwen3', False)
    """
    template = TEMPLATES.get(model_type)
    return {
        "model_name_or_path": model,
        "trust_remote_code": False,
        **_quantisation(settings),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": settings.dropout,
        "lora_target": "all",
        "dataset": "train",
        "dataset_dir": ".",
        **({"template": template} if template else {}),
        **({"enable_thinking": False} if template in THINKING else {}),
        "cutoff_len": settings.max_tokens,
        "train_on_prompt": False,
        "packing": False,  # it packs by length, which would undo the order
        "disable_shuffling": True,
        "num_train_epochs": 1,  # the file holds all epochs
        "per_device_train_batch_size": settings.batch_size,
        "gradient_accumulation_steps": settings.accumulation,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_ratio": settings.warmup,
        "optim": "adamw_torch_fused",
        "weight_decay": 0.0,
        "max_grad_norm": settings.max_grad_norm,
        **({"neftune_noise_alpha": settings.neftune_alpha} if settings.neftune_alpha else {}),
        "bf16": settings.precision == "bf16",
        "disable_gradient_checkpointing": not settings.gradient_checkpointing,
        "seed": seed,
        "output_dir": "saves",
        "save_steps": settings.every,
        "logging_steps": 10,
        "report_to": "none",
        **(_validation(settings) if validated else {}),
    }


def yaml(value: Setting) -> str:
    """A value as YAML 1.1 writes it.

    >>> yaml(True), yaml(1e-05), yaml("a: b")
    ('true', '1.0e-05', '"a: b"')
    """
    if isinstance(value, float):
        # YAML takes a number for a text where the exponent has no point before it.
        digits, exponent, power = repr(value).partition("e")
        return f"{digits}.0e{power}" if exponent and "." not in digits else repr(value)
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    return json.dumps(value)


def _escaped(character: str) -> str:
    # JSON's escapes are YAML's, too, except beyond 16 bits, where JSON writes two halves.
    plain = " " <= character <= "~" and character not in '"\\'
    return character if plain else f"\\U{ord(character):08x}"


def _quantisation(settings: LoraSettings) -> dict[str, Setting]:
    if not settings.nf4:
        return {}
    return {"quantization_bit": 4, "quantization_type": "nf4", "double_quantization": True}


def _validation(settings: LoraSettings) -> dict[str, Setting]:
    return {
        "eval_dataset": "validation",
        "eval_strategy": "steps",
        "eval_steps": settings.every,
        "per_device_eval_batch_size": settings.batch_size,
    }


def _description(name: str) -> Mapping[str, object]:
    columns = {"messages": "messages"}
    return {"file_name": f"{name}.jsonl", "formatting": "sharegpt", "columns": columns, "tags": TAGS}


def _write_chats(path: Path, chats: Iterable[Chat]) -> int:
    """The number of chats in the file; there is no file where there are none."""
    number = 0
    with replacing(path) as beside, beside.open("w", encoding="utf8", newline="\n") as file:
        for number, chat in enumerate(chats, start=1):
            _check(chat, path, number)
            messages = [{"role": message.role, "content": encodable(message.content)} for message in chat]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    if not number:
        path.unlink()
    return number


def _check(chat: Chat, path: Path, number: int) -> None:
    """LLaMA-Factory leaves out a chat whose turns are in another order, and says so in its log only."""
    roles = [message.role for message in chat]
    turns = roles[1:] if roles[:1] == ["system"] else roles
    if not turns or turns != ["user", "assistant"] * (len(turns) // 2):
        raise InputError(
            f"a chat is user and assistant in turns, the assistant last, here {roles}", path=path, line=number
        )


def _write_text(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, "utf8", newline="\n")
