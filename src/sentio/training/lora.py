"""Tune a causal language model with LoRA: rows in, the adapter that was best on validation out.

    tuned = tune(Path("Qwen3-8B"), rows, validation, LoraSettings(), seed=42, folder=run.checkpoints / "seed-42")
    tuned.adapter       # PEFT's format
    tuned.validations   # what came out every 50 updates

Killed and called again with the same folder, it goes on where it was and ends with the same weights.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sentio.errors import RecipeError
from sentio.llms.label_scoring import score_labels
from sentio.training import lora_checkpoint
from sentio.training.lora_model import load_base, with_lora
from sentio.training.lora_rows import Rows
from sentio.training.lora_settings import LoraSettings
from sentio.training.lora_trainer import LoraTrainer
from sentio.training.lora_validation import HEADLINE, Validating, Validation, judgements
from sentio.training.run_folder import replacing

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

RESULT = "result.json"


@dataclass(frozen=True)
class Tuned:
    """What a tuning has made: the folder of the best adapter, the mean loss of each update, and every judgement."""

    adapter: Path
    losses: tuple[float, ...]
    validations: tuple[dict[str, Any], ...]

    @property
    def best(self) -> dict[str, Any]:
        """The judgement of the adapter; of equal ones the first."""
        return max(self.validations, key=lambda judged: float(judged[HEADLINE]))


def tune(
    base: Path,
    tokenizer: "PreTrainedTokenizerBase",
    rows: Rows,
    validation: Validation,
    settings: LoraSettings,
    *,
    seed: int,
    folder: Path,
    progress: Callable[[float], None] = lambda share: None,
) -> Tuned:
    """Train on `rows`, choose on `validation`; everything is kept in `folder`.

    `progress` gets the share of the updates that are done. Raises `RecipeError` where the settings do not fit, there
    is nothing to train or choose on, or the loss runs away; `LanguageModelError` where the model cannot be loaded.
    """
    if not validation.prompts:
        raise RecipeError("there is nothing to choose on: the validation split has no labelled utterance")
    adapter = folder / "best"
    if (folder / RESULT).exists():
        return _read(folder / RESULT, adapter)
    folder.mkdir(parents=True, exist_ok=True)
    model = with_lora(load_base(base, settings), settings, seed)
    # A PEFT model hands everything on to the model inside.
    score = partial(score_labels, cast("PreTrainedModel", model), tokenizer, validation.prompts, validation.labels)
    judge = Validating(validation, score, model, adapter, settings.every, progress)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of transformers about trl's own arguments
        trainer = LoraTrainer(model, tokenizer, rows, settings, seed, folder, [judge])
        checkpoint = lora_checkpoint.latest(folder)
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    told: list[dict[str, Any]] = trainer.state.log_history
    result = {"losses": [entry["loss"] for entry in told if "loss" in entry], "validations": judgements(trainer.state)}
    with replacing(folder / RESULT) as beside:
        beside.write_text(json.dumps(result) + "\n", "utf8")
    return _read(folder / RESULT, adapter)


def _read(path: Path, adapter: Path) -> Tuned:
    result = json.loads(path.read_text("utf8"))
    return Tuned(adapter, tuple(result["losses"]), tuple(result["validations"]))
