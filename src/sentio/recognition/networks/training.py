"""How a network over features is trained: vectors computed once, one model a seed, chosen on validation."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sentio import corpora, features
from sentio.conversation import Conversation
from sentio.curriculum import plan
from sentio.errors import RecipeError
from sentio.features import FeatureSource
from sentio.labels import LabelSpace
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.recognition.networks import manifest as files
from sentio.recognition.networks.architecture import Architecture
from sentio.recognition.networks.dialogues import Sources, examples
from sentio.recognition.networks.recipe import Recipe
from sentio.recognition.networks.recognizer import answers
from sentio.training.epochs import Epoch
from sentio.training.manifest_file import write_manifest
from sentio.training.network_tuning import LabelledDialogue, predict, tune
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, scored, summary
from sentio.training.selection import Selection
from sentio.training.splits import Split, emotions, gold_labels, groups, splits
from sentio.training.weights_file import restored, seed_file

Progress = Callable[[str, float], None]
Taught = Sequence[tuple[Conversation, Sequence[str | None]]]
"""The conversations that are learned from, and the label of each of their utterances, None for none."""


@dataclass(frozen=True)
class School:
    """What all seeds of a run share."""

    make: Callable[[], DialogueNetwork]
    recipe: Recipe[Any]
    run: RunFolder
    layer: str
    space: LabelSpace
    sources: Sources
    train: Split
    lessons: list[LabelledDialogue]
    tests: list[LabelledDialogue]
    gold: Gold

    def epochs(self, progress: Progress, seed: int, checkpoint: Path) -> Iterator[Epoch[DialogueNetwork]]:
        """Train a seed."""
        recipe = self.recipe
        torch.manual_seed(seed)
        network = self.make().to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
        epochs = plan(self.train, self.layer, len(self.space), recipe.curriculum, seed, "dialogues", None)
        done = partial(progress, f"seed {seed}")
        return tune(network, self.lessons, len(self.space), epochs, recipe.tuning, seed, checkpoint, done)

    @property
    def _selection(self) -> Selection[DialogueNetwork]:
        return Selection(self.run, self._judge, self.recipe.tuning.patience, self.recipe.curriculum.whole)

    def _judge(self, network: DialogueNetwork) -> float:
        return scored(self.gold, predict(network, self.tests), self.space.labels)["weighted_f1"]

    def publish(self, progress: Progress) -> dict[str, Any]:
        """Train what is not trained yet, put the models in their place, and measure them as they will answer."""
        history = self._selection.study(self.recipe.seeds, partial(self.epochs, progress))
        self._place({seed: max(epochs) for seed, epochs in history.items()})
        found = {}
        for number, seed in enumerate(self.recipe.seeds):
            progress("measuring", number / len(self.recipe.seeds))
            network = restored(self.make(), seed_file(self.run.model, seed))
            told = [answers([network], test.dialogue) for test in self.tests]
            found[seed] = np.log(np.concatenate(told).clip(min=1e-12))
        weights = sum(parameter.numel() for parameter in network.parameters())
        return summary(self.gold, found, self.space.labels) | {"epochs": history, "weights": weights}

    def _place(self, seeds: dict[int, float]) -> None:
        folder, recipe = self.run.model, self.recipe
        folder.mkdir(exist_ok=True)
        for seed in seeds:
            shutil.copyfile(self._selection.weights(seed), seed_file(folder, seed))
        manifest = files.Manifest(
            system=recipe.system,
            space=self.space.name,
            corpus=recipe.corpus,
            features={
                name: files.Source(address=address, width=self.sources[name].width, version=self.sources[name].version)
                for name, address in recipe.features.items()
            },
            network=recipe.network.model_dump(mode="json"),
            seeds=seeds,
        )
        write_manifest(folder / files.NAME, manifest)


def train(
    architecture: Architecture,
    recipe: Recipe[Any],
    run: RunFolder,
    data: Path | None,
    progress: Progress,
    learned: Callable[[Taught], Sources] | None = None,
) -> dict[str, Any]:
    """Train one model a seed and measure each on validation; they go to `run.model`.

    `learned` gives the sources of a system that learns some of them itself; those of the others are named in the
    recipe. Killed and started again, it goes on after the last finished epoch. Returns the metrics. Raises
    `RecipeError` where recipe and corpus do not fit, or features are not those that the run began with; `InputError`
    for what cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, recipe.target)
    train, tests = splits(corpus, layer, recipe.held_out, recipe.limit)
    sources: Sources = (
        learned([(item.conversation, gold_labels(item, layer, space)) for item in train])
        if learned
        else {name: source(address, data) for name, address in recipe.features.items()}
    )
    _as_begun(run, recipe, sources)
    lessons = []
    for number, split in enumerate((train, tests)):
        progress("reading", number / 2)
        lessons.append(examples(split, layer, space, sources))
    lesson, test = lessons
    widths = {name: source.width for name, source in sources.items()}
    gold = Gold(tuple(label for item in tests for label in gold_labels(item, layer, space)), groups(tests))
    make = partial(architecture, widths, len(space), recipe.network)
    school = School(make, recipe, run, layer, space, sources, train, lesson, test, gold)
    measured = recipe.held_out or "validation"
    metrics = school.publish(progress) | {
        "fitted_on": [f"{recipe.corpus}/train"] + ([f"{recipe.corpus}/validation"] if recipe.held_out else []),
        "selected_on": [f"{recipe.corpus}/{measured}"],
    }
    run.finish(metrics)
    return metrics


def _as_begun(run: RunFolder, recipe: Recipe[Any], sources: Sources) -> None:
    """Raise `RecipeError` where a run that goes on would mix models of different features."""
    versions = {name: np.array(source.version) for name, source in sources.items()}
    begun = run.once("features", lambda: versions)
    for name, address in recipe.features.items():
        if begun.get(name) != versions[name]:
            cause = f"{run.path} began with other features of {name} than {address} gives now"
            raise RecipeError(f"{cause}; restore them, or remove the run")


def source(address: str, data: Path | None) -> FeatureSource:
    """The source that a recipe names; what an encoder computes is kept for other trainings."""
    return features.load(address, data, features.default_cache())
