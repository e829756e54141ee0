"""How the character encoder is trained: one model a fold and seed, for a number of epochs that is fixed beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field
from safetensors.torch import save_file
from torch import Tensor

from sentio import corpora
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.recognition.char_encoder.network import CharContext, Settings
from sentio.recognition.char_encoder.recognizer import NAME, Manifest, dialogue, opened, weights
from sentio.training.folds import Fold, Taught, folds, groups, left_out
from sentio.training.network_tuning import LabelledDialogue, NetworkTuning, tune
from sentio.training.ngram_numbers import NgramNumbers
from sentio.training.run_folder import RunFolder, replacing
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
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(42, 43, 44), min_length=1)
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
        path = weights(self.run.model, number, seed)
        if path.exists():
            return
        numbers = self.numbers(fold.train)
        lessons = [self._lesson(item, numbers) for item in fold.train]
        torch.manual_seed(seed)
        network = CharContext(len(numbers), len(self.space), self.recipe.network)
        order = np.random.default_rng(seed)
        epochs = [order.permutation(len(lessons)) for _ in range(self.recipe.epochs)]
        checkpoint = self.run.checkpoints / f"fold-{number}-{seed}.safetensors"
        done = partial(progress, f"{fold.name}, seed {seed}")
        state: dict[str, Tensor] = {}
        for epoch in tune(network, lessons, len(self.space), epochs, self.recipe.tuning, seed, checkpoint, done):
            state = {name: tensor.clone() for name, tensor in epoch.model.state_dict().items()}
        if not state:  # killed between the last epoch and its file: the checkpoint has nothing left to do
            checkpoint.unlink()
            self.teach(fold, number, seed, progress)
            return
        with replacing(path) as beside:
            save_file(state, beside)
        checkpoint.unlink(missing_ok=True)

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
    with replacing(run.model / NAME) as beside:
        beside.write_text(manifest.model_dump_json(indent=2) + "\n", "utf8")
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
