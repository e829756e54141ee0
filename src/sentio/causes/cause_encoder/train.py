"""How `cause_encoder` is trained: start from `mini`, one model a seed, epoch and threshold chosen on validation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import load_file

from sentio import corpora, labels
from sentio.causes.cause_encoder import manifest as files
from sentio.causes.cause_encoder.lessons import Marked, Question, examine, lesson, questions, scores, threshold
from sentio.causes.cause_encoder.reading import Reader
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.metrics.spread import spread
from sentio.nn.cause_pairs import CauseEncoder, CauseShape
from sentio.nn.conversation_encoder import Lower
from sentio.recognition.prc_encoder.reading import initial, weights_of
from sentio.training.cause_tuning import CauseLesson, CauseTuning, tune
from sentio.training.epochs import Epoch
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.selection import Selection
from sentio.training.tuned_encoder import TOKENIZER, place

Progress = Callable[[str, float], None]


class Recipe(BaseModel):
    """Everything that decides the result.

    `upper` layers of `mini` are trained, none by default. Without `context` each pair is judged by its two utterances
    alone, without `distance` nothing tells how far they are apart, and without `history` of all emotions only the
    target's is told (see `nn.cause_pairs.CauseShape`). A `span_weight` of 0 chooses no words: a cause is all of an
    utterance. Of the training dialogues every `held_out`-th is not learned from but measured on at the end: on
    validation epoch and threshold are chosen. `limit` cuts both splits to so many conversations, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["cause_encoder"]
    corpus: Literal["reccon"]
    seeds: Seeds = (42, 43, 44, 45, 46)
    epochs: int = Field(default=8, ge=1)
    upper: int = Field(default=0, ge=0, le=6)
    hidden: int = Field(default=128, ge=2)
    reach: int = Field(default=64, ge=2)
    context: bool = True
    distance: bool = True
    history: bool = True
    held_out: int | None = Field(default=None, ge=2)
    limit: int | None = Field(default=None, ge=1)
    tuning: CauseTuning = CauseTuning()

    @property
    def shape(self) -> CauseShape:
        """The network that is trained."""
        return CauseShape(
            emotions=len(EMOTIONS),
            upper=self.upper,
            hidden=self.hidden,
            reach=self.reach,
            context=self.context,
            distance=self.distance,
            history=self.history,
            spans=self.tuning.span_weight > 0,
        )


EMOTIONS: LabelSpace = labels.space("dailydialog")


@dataclass(frozen=True)
class School:
    """What all seeds of a run share. `exams` are what is measured on, by name, read as the finished system reads."""

    recipe: Recipe
    run: RunFolder
    lower: Lower
    start: Mapping[str, torch.Tensor]
    train: Sequence[CauseLesson]
    exams: Mapping[str, Sequence[Question]]

    def publish(self, progress: Progress) -> dict[str, Any]:
        """Train what is not trained yet, choose thresholds, put the model in its place and measure it as it answers."""
        selection = Selection(self.run, self._judge)
        history = selection.study(self.recipe.seeds, partial(self._epochs, progress))
        models = {seed: self._model(selection.weights(seed)) for seed in history}
        chosen = self.exams["validation"]
        thresholds = {seed: threshold(chosen, examine([model], [0.0], chosen)) for seed, model in models.items()}
        self._place(selection, thresholds)
        found = {}
        for number, (name, exam) in enumerate(self.exams.items()):
            progress("measuring", number / len(self.exams))
            found[name] = self._measured(exam, models, thresholds)
        return {**found, "epochs": history, "thresholds": thresholds}

    def _epochs(self, progress: Progress, seed: int, checkpoint: Path) -> Iterator[Epoch[CauseEncoder]]:
        """Train a seed; each epoch reads all dialogues, in an order of its own."""
        recipe = self.recipe
        torch.manual_seed(seed)
        model = CauseEncoder(recipe.shape, recipe.tuning.dropout, recipe.tuning.pair_dropout)
        model.load_state_dict(model.state_dict() | dict(self.start))
        dice = np.random.default_rng(seed)
        plan = [dice.permutation(len(self.train)) for _ in range(recipe.epochs)]
        return tune(model, self.train, plan, recipe.tuning, seed, checkpoint, partial(progress, f"seed {seed}"))

    def _judge(self, model: CauseEncoder) -> float:
        """Mean of the macro F1 of causes, with the best threshold, and of the F1 of their words."""
        tests = self.exams["validation"]
        model.eval()
        with torch.autocast("cpu", torch.bfloat16):
            marked = examine([model], [0.0], tests)
        best = threshold(tests, marked)
        found = scores(tests, Marked(marked.log_odds - best, marked.words))
        return (found["macro_f1"] + found["spans.positive_f1"]) / 2

    def _model(self, weights: Path) -> CauseEncoder:
        model = CauseEncoder(self.recipe.shape)
        model.load_state_dict(load_file(weights))
        return model.eval()

    def _measured(
        self, exam: Sequence[Question], models: Mapping[int, CauseEncoder], thresholds: Mapping[int, float]
    ) -> dict[str, Any]:
        """Scores of each seed, their spread, and those of their average."""
        seeds = {seed: scores(exam, examine([model], [thresholds[seed]], exam)) for seed, model in models.items()}
        average = scores(exam, examine(list(models.values()), list(thresholds.values()), exam))
        return {
            "dialogues": len(exam),
            "rows": sum(len(one.texts) for one in exam),
            "seeds": seeds,
            **{name: asdict(spread([one[name] for one in seeds.values()])) for name in average},
            "average_of_seeds": average,
        }

    def _place(self, selection: Selection[CauseEncoder], thresholds: dict[int, float]) -> None:
        manifest = files.Manifest(
            space=EMOTIONS.name,
            corpus=self.recipe.corpus,
            window=read_manifest(MODEL).window,
            shape=self.recipe.shape,
            thresholds=thresholds,
        )
        trained = {seed: selection.weights(seed) for seed in thresholds}
        place(self.run.model, self.lower.state_dict(), trained, manifest)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train one model a seed and measure each on validation; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics.
    """
    metrics = school(recipe, run, data, progress).publish(progress)
    metrics |= {"fitted_on": [f"{recipe.corpus}/train"], "selected_on": [f"{recipe.corpus}/validation"]}
    run.finish(metrics)
    return metrics


def school(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> School:
    """Everything that does not depend on the seed: conversations as lessons, the weights to start from.

    Raises `InputError` for a corpus that cannot be read or that holds no cause.
    """
    corpus = corpora.load(recipe.corpus, data)
    learned, tests = (_caused(list(corpus.conversations(split))[: recipe.limit]) for split in ("train", "validation"))
    if not learned or not tests:
        raise InputError(f"nothing of {recipe.corpus} has a cause")
    apart = learned[:: recipe.held_out] if recipe.held_out else []
    if recipe.held_out:
        learned = [item for number, item in enumerate(learned) if number % recipe.held_out]
    lower, start = initial(recipe.shape.encoder, weights_of(None))
    reader = Reader(MODEL / TOKENIZER, lower, read_manifest(MODEL).window, EMOTIONS)
    progress("reading", 0.0)
    exams = {"validation": tests, "held_out": apart} if apart else {"validation": tests}
    return School(
        recipe,
        run,
        lower,
        start,
        [lesson(one) for one in questions(learned, reader, alone=False)],
        {name: questions(items, reader, alone=True) for name, items in exams.items()},
    )


def _caused(items: Sequence[AnnotatedConversation]) -> list[AnnotatedConversation]:
    """Conversations with an emotion whose causes are annotated."""
    return [item for item in items if item.causes]
