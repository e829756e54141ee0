"""Personality from character n-grams of everything that a speaker says: five logistic regressions.

The floor for CPED's personality recognition (Chen et al., arXiv 2205.14727), whose own baselines were never released.
Leave whole series out: where a speaker is on both sides, what is learned is who speaks.

>>> load(Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: trait_ngrams has to be trained: sentio train recipes/trait-ngrams-cped.toml, then --system runs/trait-ngrams-cped
"""  # noqa: E501

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sentio import corpora
from sentio.card import Card
from sentio.conversation import Conversation
from sentio.personality.base import LEVELS, TRAITS, Traits, level, words_of
from sentio.personality.samples import means, samples, trait_scores
from sentio.trained import TrainedByFold
from sentio.training.char_ngram_model import CharNgramModel, NgramSettings, fit_marks
from sentio.training.fold_ngrams import fit_folds, read_folds
from sentio.training.folds import Fold, Folded, Taught, Unseen, folds, left_out
from sentio.training.manifest_file import read_manifest, write_manifest
from sentio.training.run_folder import RunFolder
from sentio.training.splits import Split

card = Card(
    title="Personality from character n-grams",
    summary="high or low in each of the Big Five, from all that a speaker says",
    paper="https://arxiv.org/abs/2205.14727",
    extra="train",
    reconstruction=True,
    method="classic",
)

NAME = "model.json"
Progress = Callable[[str, float], None]


class Options(TrainedByFold):
    """Which run's models answer."""


class Recipe(Taught):
    """Everything that decides the result."""

    system: Literal["trait_ngrams"]
    ngrams: NgramSettings = NgramSettings()


class TraitNgrams:
    """The profiler of a run: the model that has not seen a conversation answers, else the mean of all."""

    def __init__(self, models: Sequence[CharNgramModel], unseen: Unseen, corpus: str | None = None) -> None:
        self._models, self._unseen, self._corpus = models, unseen, corpus

    def profile(self, conversations: Iterable[Conversation]) -> Iterator[Mapping[str, Traits]]:
        """See `Profiler.profile`."""
        for conversation in conversations:
            said = words_of(conversation)
            texts = ["\n".join(words) for words in said.values()]
            chosen = [self._models[number] for number in self._unseen.models(conversation, self._corpus)]
            found = np.mean([_sigmoid(model.logits(texts)) for model in chosen], axis=0).tolist()
            yield {name: dict(zip(TRAITS, row, strict=True)) for name, row in zip(said, found, strict=True)}


def load(options: Options) -> TraitNgrams:
    """The profiler of a training run; raises `SentioError` where none is named or its folder is damaged."""
    model = options.folder("trait_ngrams", "recipes/trait-ngrams-cped.toml")
    manifest = read_manifest(model / NAME, Folded)
    return TraitNgrams(read_folds(model, manifest), Unseen(manifest.folds, manifest.corpus), options.corpus)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Fit one model a fold and measure each on what it has not seen; they go to `run.model`.

    Killed and started again, it goes on with the next fold. Returns the metrics. Raises `RecipeError` where recipe and
    corpus do not fit, `InputError` for what cannot be read.
    """
    plan = folds(corpora.load(recipe.corpus, data), recipe, lambda item: bool(samples(item.conversation)))
    fit_folds(run.model, plan, partial(_fitted, settings=recipe.ngrams), progress)
    write_manifest(run.model / NAME, Folded(corpus=recipe.corpus, folds=left_out(plan)))
    metrics = measured(load(Options(model=run.model, corpus=recipe.corpus)).profile, plan)
    metrics |= {"fitted_on": recipe.fitted_on(), "selected_on": []}
    run.finish(metrics)
    return metrics


def measured(
    profile: Callable[[Iterable[Conversation]], Iterator[Mapping[str, Traits]]], plan: Sequence[Fold]
) -> dict[str, Any]:
    """Accuracy and macro F1 over what the folds leave out, by trait and their means."""
    tests = [item.conversation for fold in plan for item in fold.tests]
    gold: dict[str, list[str]] = {trait: [] for trait in TRAITS}
    predicted: dict[str, list[str]] = {trait: [] for trait in TRAITS}
    for conversation, found in zip(tests, profile(tests), strict=True):
        for sample in samples(conversation):
            for trait, right in zip(TRAITS, sample.levels, strict=True):
                gold[trait].append(right)
                predicted[trait].append(level(found[sample.speaker][trait]))
    scores = trait_scores(gold, predicted)
    return {**means(scores), "traits": scores}


def _fitted(items: Split, settings: NgramSettings) -> CharNgramModel:
    found = [sample for item in items for sample in samples(item.conversation)]
    marks = np.array([[name == LEVELS[1] for name in sample.levels] for sample in found])
    return fit_marks(["\n".join(sample.texts) for sample in found], marks, settings)


def _sigmoid(logits: Any) -> Any:  # noqa: ANN401  (arrays of any shape)
    return 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
