"""How the trait encoder is trained: one model a fold and seed, for a number of epochs that is fixed beforehand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from sentio import corpora
from sentio.curriculum import Indices
from sentio.metrics.spread import spread
from sentio.personality.base import LEVELS, TRAITS, level
from sentio.personality.samples import Sample, means, samples, trait_scores
from sentio.personality.trait_encoder.profiler import NAME, Manifest, Settings, TraitNetwork, opened, told_by
from sentio.training.epochs import Epoch, Steps, run_epochs
from sentio.training.fold_networks import keep_last
from sentio.training.folds import Fold, Taught, folds, left_out
from sentio.training.manifest_file import write_manifest
from sentio.training.ngram_numbers import NgramNumbers
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder

Progress = Callable[[str, float], None]


class Tuning(Steps):
    """A batch is so many samples; each trait's rarer level weighs as much as the other."""

    batch_size: int = Field(default=32, gt=0)
    learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)


class Recipe(Taught):
    """Everything that decides the result. `epochs` is fixed: with a fold there is nothing to choose one on but what is
    reported. N-grams of `least` utterances are known; of an utterance the first `length` characters are read."""

    system: Literal["trait_encoder"]
    seeds: Seeds = (42, 43, 44)
    epochs: int = Field(default=6, ge=1)
    least: int = Field(default=2, ge=1)
    length: int = Field(default=32, ge=3)
    network: Settings = Settings()
    tuning: Tuning = Tuning()


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train a model a fold and seed, and measure each on what it has not seen; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics. Raises `RecipeError` where
    recipe and corpus do not fit, `InputError` for what cannot be read.
    """
    plan = folds(corpora.load(recipe.corpus, data), recipe, lambda item: bool(samples(item.conversation)))
    run.model.mkdir(exist_ok=True)
    spaces = []
    for number, fold in enumerate(plan):
        taught = [sample for item in fold.train for sample in samples(item.conversation)]
        spaces.append(NgramNumbers.of((text for one in taught for text in one.texts), recipe.least, recipe.length))
        for seed in recipe.seeds:
            done = partial(progress, f"{fold.name}, seed {seed}")
            keep_last(run, number, seed, partial(_epochs, recipe, taught, spaces[-1], seed, done))
    manifest = Manifest(
        corpus=recipe.corpus,
        folds=left_out(plan),
        ngrams=tuple(tuple(one.known) for one in spaces),
        length=recipe.length,
        seeds=recipe.seeds,
        network=recipe.network,
    )
    write_manifest(run.model / NAME, manifest)
    metrics = _measured(recipe, run, plan) | {"fitted_on": recipe.fitted_on(), "selected_on": []}
    run.finish(metrics)
    return metrics


def _epochs(
    recipe: Recipe,
    taught: Sequence[Sample],
    numbers: NgramNumbers,
    seed: int,
    done: Callable[[float], None],
    checkpoint: Path,
) -> Iterator[Epoch[TraitNetwork]]:
    """Train a model."""
    torch.manual_seed(seed)
    network = TraitNetwork(len(numbers), recipe.network)
    marks = torch.tensor([[float(name == LEVELS[1]) for name in one.levels] for one in taught])
    rarity = torch.where(marks > 0, 0.5 / marks.mean(0).clamp(1e-6), 0.5 / (1 - marks.mean(0)).clamp(1e-6))

    def loss(rows: Indices) -> Tensor:
        logits = network(*told_by([taught[row].texts for row in rows], numbers), len(rows))
        each = binary_cross_entropy_with_logits(logits, marks[rows], rarity[rows], reduction="none")
        return each.sum(1).mean()

    order = np.random.default_rng(seed)
    epochs = [order.permutation(len(taught)) for _ in range(recipe.epochs)]
    groups = [
        {
            "params": list(network.parameters()),
            "lr": recipe.tuning.learning_rate,
            "weight_decay": recipe.tuning.weight_decay,
        }
    ]
    return run_epochs(network, loss, epochs, recipe.tuning, groups, seed, checkpoint, done)


def _measured(recipe: Recipe, run: RunFolder, plan: Sequence[Fold]) -> dict[str, Any]:
    """Each seed and their mean, over what the folds leave out, by trait and averaged."""
    system = opened(run.model, recipe.corpus)
    gold: dict[str, list[str]] = {trait: [] for trait in TRAITS}
    told: dict[str, list[list[float]]] = {trait: [] for trait in TRAITS}
    for conversation in (item.conversation for fold in plan for item in fold.tests):
        found = system.by_seed(conversation)
        place = {name: number for number, name in enumerate(conversation.speakers)}
        for sample in samples(conversation):
            for column, (trait, right) in enumerate(zip(TRAITS, sample.levels, strict=True)):
                gold[trait].append(right)
                told[trait].append(found[:, place[sample.speaker], column].tolist())
    average = {trait: [level(float(np.mean(row))) for row in rows] for trait, rows in told.items()}
    by_seed = [
        means(trait_scores(gold, {trait: [level(row[number]) for row in rows] for trait, rows in told.items()}))
        for number in range(len(recipe.seeds))
    ]
    spreads = {name: asdict(spread([one[name] for one in by_seed])) for name in by_seed[0]}
    scores = trait_scores(gold, average)
    return {
        **spreads,
        "seeds": {str(seed): one for seed, one in zip(recipe.seeds, by_seed, strict=True)},
        "average_of_seeds": means(scores),
        "traits_of_average": scores,
    }
