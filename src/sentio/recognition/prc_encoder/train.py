"""How `prc_encoder` is trained: start from `mini`, easy conversations first, one model a seed, chosen on validation."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio import corpora, retrieval
from sentio.curriculum import Curriculum, plan
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.errors import RecipeError
from sentio.labels import LabelSpace
from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape, Lower
from sentio.recognition.prc_encoder import manifest as files
from sentio.recognition.prc_encoder.evidence import Evidence, Witness
from sentio.recognition.prc_encoder.lessons import known_names, lessons_of
from sentio.recognition.prc_encoder.reading import Reader, initial, weights_of
from sentio.recognition.prc_encoder.recognizer import PrcEncoder
from sentio.retrieval import Repository, Target
from sentio.training.conversation_tuning import ConversationTuning, Lesson, predict, tune
from sentio.training.epochs import Epoch
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, scored, summary
from sentio.training.selection import Selection
from sentio.training.splits import Split, emotions, gold_labels, groups, splits
from sentio.training.tuned_encoder import TOKENIZER, place

Progress = Callable[[str, float], None]


class Recipe(BaseModel):
    """Everything that decides the result.

    `demos` is a repository of `sentio demos build`: without it, or with `evidence.read` off, there is no evidence (the
    ablation -R); with `sentences` the vectors that it compares are read, too. Without `interpretation` and `names`
    there is no P: `names` is how often a speaker must speak in training to be known by name, None where names mean
    nothing. A curriculum at random is none (-C). `start` is an earlier run of this system to go on from instead of
    `mini`, in what its best seed makes of an utterance. `upper` layers are trained; `standardised` and `means` say how
    their vectors are handed on (see `nn.conversation_encoder.EncoderShape`). `held_out` is a split of the corpus to
    measure on instead of validation, its conversations taken out of training and validation put in: a fold of a
    cross-validation. `limit` cuts both splits to so many conversations, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["prc_encoder"]
    corpus: str
    target: str | None = None
    seeds: Seeds = (42, 43, 44, 45, 46)
    demos: Path | None = None
    interpretation: bool = True
    names: int | None = Field(default=None, ge=1)
    causal: bool = False
    upper: int = Field(default=3, ge=0, le=6)
    standardised: bool = False
    means: bool = False
    sentences: bool = False
    start: Path | None = None
    hidden: int = Field(default=192, ge=2, multiple_of=2)
    held_out: str | None = None
    limit: int | None = Field(default=None, ge=1)
    evidence: Evidence = Evidence()
    curriculum: Curriculum = Curriculum(final_epochs=4)
    tuning: ConversationTuning = ConversationTuning()

    @model_validator(mode="after")
    def _held_together(self) -> "Recipe":
        if self.sentences and self.demos is None:
            raise ValueError("sentences are vectors of a repository: name it with demos")
        return self


@dataclass(frozen=True)
class School:
    """What all seeds of a run share."""

    recipe: Recipe
    run: RunFolder
    layer: str
    space: LabelSpace
    shape: EncoderShape
    names: tuple[str, ...]
    lower: Lower
    start: dict[str, torch.Tensor]
    demos: Repository | None
    train: Split
    test: Split
    lessons: list[Lesson]
    tests: list[Lesson]
    gold: Gold

    def epochs(self, progress: Progress, seed: int, checkpoint: Path) -> Iterator[Epoch[ConversationEncoder]]:
        """Train a seed."""
        recipe = self.recipe
        torch.manual_seed(seed)
        model = ConversationEncoder(self.shape, recipe.tuning.dropout, recipe.tuning.context_dropout)
        model.load_state_dict(model.state_dict() | self.start)
        model.standardise([lesson.turns for lesson in self.lessons])
        epochs = plan(self.train, self.layer, len(self.space), recipe.curriculum, seed, "dialogues", None)
        done = partial(progress, f"seed {seed}")
        return tune(model, self.lessons, epochs, recipe.tuning, seed, checkpoint, done)

    @property
    def _selection(self) -> Selection[ConversationEncoder]:
        return Selection(self.run, self._judge)

    def _judge(self, model: ConversationEncoder) -> float:
        return scored(self.gold, predict(model, self.tests), self.space.labels)["weighted_f1"]

    def publish(self, progress: Progress) -> dict[str, Any]:
        """Train what is not trained yet, put the model in its place, and measure it as it will answer."""
        history = self._selection.study(self.recipe.seeds, partial(self.epochs, progress))
        self._place({seed: max(epochs) for seed, epochs in history.items()})
        found = {}
        for number, seed in enumerate(self.recipe.seeds):
            progress("measuring", number / len(self.recipe.seeds))
            system = PrcEncoder(self.run.model, seed, self.recipe.corpus)
            answers = system.predict(item.conversation for item in self.test)
            found[seed] = np.log(np.concatenate([answer.probabilities for answer in answers]))
        return summary(self.gold, found, self.space.labels) | {"epochs": history, "causal": self.shape.causal}

    def _place(self, seeds: dict[int, float]) -> None:
        if self.demos:
            shutil.copytree(self.demos.path, self.run.model / files.DEMOS, dirs_exist_ok=True)
        manifest = files.Manifest(
            space=self.space.name,
            corpus=self.recipe.corpus,
            window=read_manifest(MODEL).window,
            shape=self.shape,
            names=self.names,
            evidence=self.recipe.evidence if self.recipe.demos else None,
            seeds=seeds,
        )
        trained = {seed: self._selection.weights(seed) for seed in seeds}
        place(self.run.model, self.lower.state_dict(), trained, manifest)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train one model a seed and measure each on validation; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics.
    """
    this = school(recipe, run, data, progress)
    metrics = this.publish(progress)
    run.finish(metrics | _seen(recipe, this.demos))
    return metrics | _seen(recipe, this.demos)


def _seen(recipe: Recipe, demos: Repository | None) -> dict[str, list[str]]:
    """The splits that the model was trained on, its start's and its evidence's among them, and chosen on."""
    fitted = [f"{recipe.corpus}/train"] + ([f"{recipe.corpus}/validation"] if recipe.held_out else [])
    fitted += [f"{source.corpus}/{source.split}" for source in demos.manifest.sources] if demos else []
    selected = [f"{recipe.corpus}/{recipe.held_out or 'validation'}"]
    if recipe.start:
        before = json.loads((recipe.start / "metrics.json").read_bytes())
        fitted += before["fitted_on"]
        selected += before["selected_on"]
    return {"fitted_on": list(dict.fromkeys(fitted)), "selected_on": list(dict.fromkeys(selected))}


def _kept(demos: Path, run: RunFolder) -> Repository:
    """The repository as it is at the run's begin: a killed run goes on with the same, whatever becomes of the other."""
    kept = run.checkpoints / files.DEMOS
    if not kept.exists():
        held = retrieval.load(demos)
        beside = kept.with_suffix(".partial")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(held.path, beside, ignore=shutil.ignore_patterns("indexes"))
        beside.rename(kept)
    return retrieval.load(kept)


def _require_apart(demos: Repository, recipe: Recipe, test: Split) -> None:
    """Raise `RecipeError` where what is measured on would be its own evidence."""
    measured = recipe.held_out or "validation"
    entries = demos.entries.filter(demos.entries["corpus"] == recipe.corpus)
    inside = any((source.corpus, source.split) == (recipe.corpus, measured) for source in demos.manifest.sources)
    if recipe.held_out:
        inside = inside or not {item.id for item in test}.isdisjoint(entries["conversation"])
    if inside:
        raise RecipeError(
            f"{recipe.demos} holds labels of {recipe.corpus}/{measured}, which is measured on; build one without it"
        )


def school(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> School:
    """Everything that does not depend on the seed: conversations as lessons, evidence, the weights to start from.

    Raises `RecipeError` where recipe and corpus do not fit, `InputError` for what cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, recipe.target)
    train, tests = splits(corpus, layer, recipe.held_out, recipe.limit)
    names = known_names(train, recipe.names)
    demos = _kept(recipe.demos, run) if recipe.demos else None
    witness = None
    if demos:
        _require_apart(demos, recipe, tests)
        witness = Witness(demos, Target(recipe.corpus, space.labels), recipe.evidence)
    shape = EncoderShape(
        labels=len(space),
        upper=recipe.upper,
        hidden=recipe.hidden,
        scores=len(read_manifest(MODEL).labels) if recipe.interpretation else 0,
        names=len(names),
        evidence=witness is not None and recipe.evidence.read,
        sentence=witness.width if witness and recipe.sentences else 0,
        standardised=recipe.standardised,
        means=recipe.means,
        causal=recipe.causal,
    )
    lower, start = initial(shape, weights_of(recipe.start))
    reader = Reader(MODEL / TOKENIZER, lower, names, read_manifest(MODEL).window)
    lessons = []
    for number, split in enumerate((train, tests)):
        progress("reading", number / 2)
        lessons.append(lessons_of(split, layer, space, reader, witness))
    learned, asked = lessons
    gold = Gold(tuple(label for item in tests for label in gold_labels(item, layer, space)), groups(tests))
    return School(recipe, run, layer, space, shape, names, lower, start, demos, train, tests, learned, asked, gold)
