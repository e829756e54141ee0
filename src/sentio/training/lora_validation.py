"""How good a model is while it is tuned: weighted F1 on validation by label scoring, and the best adapter kept.

>>> prompts = Validation(prompts=((5, 6), (7, 8)), gold=("joy", "anger"), labels=("joy", "anger"))
>>> judged = prompts.judge(np.log([[0.9, 0.1], [0.8, 0.2]]))
>>> round(judged["weighted_f1"], 4), judged["per_label"]["joy"]["recall"]
(0.3333, 1.0)
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from sentio.metrics.classification import accuracy, macro_f1, per_class, weighted_f1
from sentio.metrics.confusion import confusion

if TYPE_CHECKING:
    from peft import PeftModel

HEADLINE = "weighted_f1"
JUDGED = "validation"
"""The key of a judgement in the trainer's log, which a checkpoint keeps."""


@dataclass(frozen=True)
class Validation:
    """Prompts as token ids, the right label of each, and the labels to choose from."""

    prompts: tuple[Sequence[int], ...]
    gold: tuple[str, ...]
    labels: tuple[str, ...]

    def judge(self, scores: NDArray[np.floating]) -> dict[str, Any]:
        """Weighted and macro F1, accuracy and each label's report; `scores` has shape (prompts, labels)."""
        chosen = [self.labels[place] for place in scores.argmax(axis=1)]
        table = confusion(self.gold, chosen, self.labels)
        report = {
            one.label: {
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
                "support": one.support,
                "predicted": one.predicted,
            }
            for one in per_class(table)
        }
        return {
            HEADLINE: float(table.score(weighted_f1)),
            "macro_f1": float(table.score(macro_f1)),
            "accuracy": float(table.score(accuracy)),
            "per_label": report,
        }


class Validating(TrainerCallback):
    """Judges every so many updates and at the end, keeps the adapter that was best, and asks for a checkpoint."""

    def __init__(
        self,
        validation: Validation,
        score: Callable[[], NDArray[np.floating]],
        model: "PeftModel",
        best: Path,
        every: int,
        progress: Callable[[float], None],
    ) -> None:
        """`score` gives the labels' scores of the validation prompts; `best` is the best adapter's folder."""
        self.validation, self.score, self.model = validation, score, model
        self.best, self.every, self.progress = best, every, progress

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Judge where it is time; called by the trainer after each update."""
        self.progress(state.global_step / state.max_steps)
        if state.global_step % self.every and state.global_step < state.max_steps:
            return
        earlier = [judged[HEADLINE] for judged in judgements(state)]
        judged = self.validation.judge(self.score()) | {"update": state.global_step}
        if judged[HEADLINE] > max(earlier, default=-1.0):
            keep(self.model, self.best)
        cast(list[dict[str, Any]], state.log_history).append({JUDGED: judged})
        control.should_save = True


def judgements(state: TrainerState) -> list[dict[str, Any]]:
    """All judgements so far, in the order of the updates."""
    logged = cast(list[dict[str, Any]], state.log_history)
    return [entry[JUDGED] for entry in logged if JUDGED in entry]


def keep(model: "PeftModel", folder: Path) -> None:
    """Save the adapter in PEFT's format, which vLLM serves; the folder is whole or not there."""
    beside = folder.with_name(folder.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(str(beside), safe_serialization=True)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
