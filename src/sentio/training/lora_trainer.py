"""TRL's trainer on rows that share their beginnings: loss on the answers only, exact resume, one schedule.

What differs from `SFTTrainer`: the order is that of a curriculum (`ordered_trainer`), logits are computed only where
an answer's token is predicted, and each batch draws its random numbers (dropout, NEFTune) from a seed of its own, so
that a resumed training ends with the weights of one that was not stopped.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import isfinite, log
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset  # type: ignore[import-untyped]
from peft import PeftModel
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedTokenizerBase, TrainerCallback
from transformers.trainer_callback import PrinterCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from sentio.errors import RecipeError
from sentio.training import lora_checkpoint
from sentio.training.lora_prefix_tree import shared
from sentio.training.lora_rows import Rows
from sentio.training.lora_samples import Sample
from sentio.training.lora_schedule import rate, updates
from sentio.training.lora_settings import LoraSettings
from sentio.training.ordered_trainer import InOrder

DIVERGED = 3.0
"""A loss of this many times that of a guess over the whole vocabulary is none that training comes back from."""


class LoraTrainer(InOrder, SFTTrainer):  # type: ignore[misc]
    """Trains the LoRA weights of `model` on `rows`; checkpoints go to `folder`, one after every `settings.every`
    updates, when a callback asks for it."""

    def __init__(
        self,
        model: PeftModel,
        tokenizer: PreTrainedTokenizerBase,
        rows: Rows,
        settings: LoraSettings,
        seed: int,
        folder: Path,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        """Raises `RecipeError` where the settings do not fit together."""
        self.rows, self.settings, self.seed, self.folder = rows, settings, seed, folder
        self.phases = updates(rows.steps, settings.accumulation)
        self._tuned, self._update, self._batch = model, -1, 0
        super().__init__(
            model=model,
            args=_arguments(settings, seed, folder),
            train_dataset=Dataset.from_dict({"row": list(range(len(rows.rows)))}),
            data_collator=self.collated,
            processing_class=tokenizer,
            callbacks=list(callbacks),
        )
        # A mean over the tokens of all batches of an update, not a mean of means: `compute_loss` divides by them.
        self.loss_is_scaled_for_ga = True  # type: ignore[assignment]
        self.remove_callback(PrinterCallback)
        self.follow(rows.epochs)

    def collated(self, chosen: Sequence[Mapping[str, int]]) -> dict[str, Tensor]:
        """The one row that is computed at a time, as tensors."""
        (found,) = chosen
        samples = self.rows.rows[found["row"]]
        return whole(samples[0]) if self.rows.whole else tensors(samples)

    def create_scheduler(self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None) -> LambdaLR:
        """One warm-up and decay over everything, or one a phase as released (`lora_schedule`)."""
        official = self.settings.compat == "official"
        phases = self.phases if official else (num_training_steps,)
        self._schedule = LambdaLR(optimizer or self._moments, partial(rate, phases=phases, warmup=self.settings.warmup))
        self.lr_scheduler, self._created_lr_scheduler = self._schedule, True
        return self._schedule

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """One batch, forward and backward. Raises `RecipeError` when the loss is not a number or has run away."""
        self._seed_batch()
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)  # type: ignore[no-untyped-call]
        value = float(loss) * self.settings.accumulation
        if not isfinite(value) or value > DIVERGED * log(self._tuned.config.vocab_size):
            raise RecipeError(
                f"the loss is {value:g} after {self.state.global_step} updates: lower learning_rate "
                f"({self.settings.learning_rate:g}) or max_grad_norm; the last checkpoint is kept"
            )
        return loss

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:  # noqa: ANN401  (trl's)
        """Cross-entropy of the answers' tokens, a mean over those of the update; of whole rows it is trl's."""
        if self.rows.whole:
            compute = super().compute_loss
            return compute(model, inputs, return_outputs, num_items_in_batch)  # type: ignore[no-untyped-call]
        learned = len(inputs["labels"]) if num_items_in_batch is None else num_items_in_batch
        return answer_loss(model, inputs) / learned

    @property
    def _moments(self) -> torch.optim.Optimizer:
        if self.optimizer is None:
            raise RuntimeError("the optimiser is made when the training begins")
        return self.optimizer

    def _seed_batch(self) -> None:
        update = self.state.global_step
        first = update != self._update
        self._update, self._batch = update, 0 if first else self._batch + 1
        torch.manual_seed(int(np.random.SeedSequence((self.seed, update, self._batch)).generate_state(1)[0]))
        if first and self.settings.compat == "official" and update in _begins(self.phases):
            self._moments.state.clear()  # released: each phase is a training of its own

    def _save_checkpoint(self, model: object, trial: object) -> None:
        lora_checkpoint.save(self.folder, self._tuned, self._moments, self.state)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: object = None) -> None:
        lora_checkpoint.restore_weights(Path(resume_from_checkpoint), self._tuned)

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            lora_checkpoint.restore_moments(Path(checkpoint), self._moments)
            self._schedule.last_epoch = self.state.global_step
            for group, base in zip(self._moments.param_groups, self._schedule.base_lrs, strict=True):
                group["lr"] = base * self._schedule.lr_lambdas[0](self.state.global_step)

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Nothing: every batch is seeded."""


def tensors(samples: Sequence[Sample]) -> dict[str, Tensor]:
    """A row of samples as a model's inputs; `labels` are the tokens that are predicted at `sources`."""
    row = shared(samples)
    targets = torch.from_numpy(row.targets)
    return {
        "input_ids": torch.from_numpy(row.ids)[None],
        "position_ids": torch.from_numpy(row.positions)[None],
        "attention_mask": torch.from_numpy(row.mask)[None, None],
        "sources": torch.from_numpy(row.sources),
        "labels": targets,
        # What is counted for the mean over an update: these are no labels that are shifted later.
        "shift_labels": targets,
    }


def whole(sample: Sample) -> dict[str, Tensor]:
    """A packed row as a model's inputs: every token is learned from all before it."""
    ids = torch.tensor(sample.ids)[None]
    return {"input_ids": ids, "labels": ids, "attention_mask": torch.ones_like(ids)}


def answer_loss(model: torch.nn.Module, inputs: Mapping[str, Tensor]) -> Tensor:
    """The summed cross-entropy of a row's answers (`tensors`), a scalar; logits are computed for them only."""
    logits = model(
        input_ids=inputs["input_ids"],
        position_ids=inputs["position_ids"],
        attention_mask=inputs["attention_mask"],
        logits_to_keep=inputs["sources"],
        use_cache=False,
    ).logits[0]
    return cross_entropy(logits.float(), inputs["labels"], reduction="sum")


def _begins(phases: Sequence[int]) -> Iterator[int]:
    """The update with which each phase but the first begins."""
    total = 0
    for phase in phases[:-1]:
        total += phase
        yield total


def _arguments(settings: LoraSettings, seed: int, folder: Path) -> SFTConfig:
    return SFTConfig(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=settings.accumulation,
        learning_rate=settings.learning_rate,
        optim="adamw_torch_fused",  # code
        weight_decay=0.0,
        max_grad_norm=settings.max_grad_norm,
        neftune_noise_alpha=settings.neftune_alpha or None,
        use_cpu=not torch.cuda.is_available(),  # or bf16 is refused there
        bf16=settings.precision == "bf16",
        activation_checkpointing=settings.gradient_checkpointing,  # the name of transformers 5
        seed=seed,
        data_seed=seed,
        max_length=None,
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        logging_steps=1,
        logging_nan_inf_filter=False,
        eval_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        log_level="error",
    )
