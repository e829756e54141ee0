"""How the character encoder is trained: one model a fold and seed, for a number of epochs that is fixed beforehand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field

from sentio import corpora
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.recognition.char_encoder.network import CharContext, Settings
from sentio.recognition.char_encoder.recognizer import NAME, Manifest, dialogue, opened
from sentio.training.epochs import Epoch
from sentio.training.fold_networks import keep_last
from sentio.training.folds import Fold, Taught, folds, groups, left_out
from sentio.training.manifest_file import write_manifest
from sentio.training.network_tuning import LabelledDialogue, NetworkTuning, tune
from sentio.training.ngram_numbers import NgramNumbers
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, summary
from sentio.training.splits import Split, emotions, gold_labels

Progress = Callable[[str, float], None]


class Recipe(Taught):
    """Everything that decides the result.

    `target` is the layer to learn, the corpus's main one by default. `epochs` is fixed: with a fold there is nothing to
    choose one on but what is reported. N-grams of `least` utterances are known; of an utterance the first
    `length` characters are read.
    """

    system: Literal["char_encoder"]
    target: str | None = None
    seeds: Seeds = (42, 43, 44)
    epochs: int = Field(default=3, ge=1)
    least: int = Field(default=2, ge=1)
    length: int = Field(default=32, ge=3)
    network: Settings = Settings()
    tuning: NetworkTuning = NetworkTuning(learning_rate=3e-3, memory=0.98, class_weights=True)


@dataclass(frozen=True)
class School:
    """What all models of a run share."""

    recipe: Recipe
    run: RunFolder
    layer: str
    space: LabelSpace

    def numbers(self, train: Split) -> NgramNumbers:
        """The n-grams of a fold's training texts."""
        texts = (utterance.text for item in train for utterance in item.conversation.utterances)
        return NgramNumbers.of(texts, self.recipe.least, self.recipe.length)

    def teach(self, fold: Fold, number: int, seed: int, progress: Progress) -> None:
        """Train a model and write its weights, unless they are there."""

        def epochs(checkpoint: Path) -> Iterator[Epoch[DialogueNetwork]]:
            numbers = self.numbers(fold.train)
            lessons = [self._lesson(item, numbers) for item in fold.train]
            torch.manual_seed(seed)
            network = CharContext(len(numbers), len(self.space), self.recipe.network)
            dice = np.random.default_rng(seed)
            order = [dice.permutation(len(lessons)) for _ in range(self.recipe.epochs)]
            done = partial(progress, f"{fold.name}, seed {seed}")
            return tune(network, lessons, len(self.space), order, self.recipe.tuning, seed, checkpoint, done)

        keep_last(self.run, number, seed, epochs)

    def _lesson(self, item: AnnotatedConversation, numbers: NgramNumbers) -> LabelledDialogue:
        gold = [-1 if label is None else self.space.index(label) for label in gold_labels(item, self.layer, self.space)]
        return LabelledDialogue(dialogue(item.conversation, numbers), torch.tensor(gold, dtype=torch.long))


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train a model a fold and seed, and measure each on what it has not seen; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics. Raises `RecipeError` where
    recipe and corpus do not fit, `InputError` for what cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, recipe.target)
    plan = folds(corpus, recipe, lambda item: bool(item.gold.get(layer)))
    school = School(recipe, run, layer, space)
    run.model.mkdir(exist_ok=True)
    for number, fold in enumerate(plan):
        for seed in recipe.seeds:
            school.teach(fold, number, seed, progress)
    manifest = Manifest(
        space=space.name,
        corpus=recipe.corpus,
        folds=left_out(plan),
        ngrams=tuple(tuple(school.numbers(fold.train).known) for fold in plan),
        length=recipe.length,
        seeds=recipe.seeds,
        network=recipe.network,
    )
    write_manifest(run.model / NAME, manifest)
    metrics = _measured(school, plan)
    run.finish(metrics)
    return metrics


def _measured(school: School, plan: list[Fold]) -> dict[str, Any]:
    """What the models are worth as they will answer."""
    system = opened(school.run.model, school.recipe.corpus)
    tests = [item for fold in plan for item in fold.tests]
    told = np.concatenate([system.by_seed(item.conversation) for item in tests], axis=1).clip(min=1e-12)
    gold = tuple(label for item in tests for label in gold_labels(item, school.layer, school.space))
    found = dict(zip(school.recipe.seeds, np.log(told), strict=True))
    scores = summary(Gold(gold, groups(plan, lambda item: len(item.conversation))), found, school.space.labels)
    return scores | {"fitted_on": school.recipe.fitted_on(), "selected_on": []}
