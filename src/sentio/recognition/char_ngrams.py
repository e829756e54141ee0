"""Character n-grams and logistic regression: the floor for languages that are written without blanks.

The baseline of our design for CPED (Chen et al., arXiv 2205.14727), whose own baselines were never released. It reads
an utterance by itself and learns any corpus's emotions or sentiment.

>>> load(Options())
Traceback (most recent call last):
    ...
sentio.errors.SentioError: char_ngrams has to be trained: sentio train recipes/char-ngrams-cped.toml, then --system runs/char-ngrams-cped
"""  # noqa: E501

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sentio import corpora, labels
from sentio.card import Card
from sentio.conversation import Conversation
from sentio.labels import LabelSpace
from sentio.recognition.base import Prediction
from sentio.trained import TrainedByFold
from sentio.training.char_ngram_model import CharNgramModel, NgramSettings, fit_classes
from sentio.training.fold_ngrams import fit_folds, read_folds
from sentio.training.folds import Fold, Folded, Taught, Unseen, folds, groups, left_out
from sentio.training.manifest_file import read_manifest, write_manifest
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, summary
from sentio.training.splits import Split, emotions, gold_labels

card = Card(
    title="Character n-grams",
    summary="1- to 3-grams of characters, logistic regression: the floor for Chinese",
    paper="https://arxiv.org/abs/2205.14727",
    labels="cped13",
    extra="train",
    reconstruction=True,
    method="classic",
)

NAME = "model.json"
Progress = Callable[[str, float], None]


class Options(TrainedByFold):
    """Which run's models answer."""


class Recipe(Taught):
    """Everything that decides the result: `target` is the layer to learn, the corpus's main one by default."""

    system: Literal["char_ngrams"]
    target: str | None = None
    ngrams: NgramSettings = NgramSettings()


class Manifest(Folded):
    """`model.json`: the folds whose models lie beside it, and their labels."""

    space: str


class CharNgrams:
    """The recogniser of a run: the model that has not seen a conversation answers, else the mean of all."""

    def __init__(
        self, space: LabelSpace, models: Sequence[CharNgramModel], unseen: Unseen, corpus: str | None = None
    ) -> None:
        self.space = space
        self._models, self._unseen, self._corpus = models, unseen, corpus

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order, one after the other."""
        for conversation in conversations:
            texts = [utterance.text for utterance in conversation.utterances]
            chosen = self._unseen.models(conversation, self._corpus)
            yield Prediction(np.mean([shares(self._models[number], texts) for number in chosen], axis=0))


def shares(model: CharNgramModel, texts: Sequence[str]) -> NDArray[np.float64]:
    """The distribution over the labels of each text, shape (texts, labels), rows sum to 1."""
    logits = model.logits(texts)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return found


def load(options: Options) -> CharNgrams:
    """The recogniser of a training run; raises `SentioError` where none is named or its folder is damaged."""
    model = options.folder("char_ngrams", "recipes/char-ngrams-cped.toml")
    manifest = read_manifest(model / NAME, Manifest)
    unseen = Unseen(manifest.folds, manifest.corpus)
    return CharNgrams(labels.space(manifest.space), read_folds(model, manifest), unseen, options.corpus)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Fit one model a fold and measure each on what it has not seen; they go to `run.model`.

    Killed and started again, it goes on with the next fold. Returns the metrics. Raises `RecipeError` where recipe and
    corpus do not fit, `InputError` for what cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, recipe.target)
    plan = folds(corpus, recipe, lambda item: bool(item.gold.get(layer)))
    fit = partial(fitted, layer=layer, space=space, settings=recipe.ngrams)
    fit_folds(run.model, plan, fit, progress)
    manifest = Manifest(space=space.name, corpus=recipe.corpus, folds=left_out(plan))
    write_manifest(run.model / NAME, manifest)
    metrics = _measured(run, recipe, plan, layer, space)
    run.finish(metrics)
    return metrics


def fitted(items: Split, layer: str, space: LabelSpace, settings: NgramSettings) -> CharNgramModel:
    """The model of a split's labelled utterances; raises `InputError` for a label that is not of the space."""
    told = [
        (utterance.text, space.index(label))
        for item in items
        for utterance, label in zip(item.conversation.utterances, gold_labels(item, layer, space), strict=True)
        if label is not None
    ]
    return fit_classes([text for text, _ in told], [code for _, code in told], len(space), settings)


def _measured(run: RunFolder, recipe: Recipe, plan: Sequence[Fold], layer: str, space: LabelSpace) -> dict[str, Any]:
    system = load(Options(model=run.model, corpus=recipe.corpus))
    tests = [item for fold in plan for item in fold.tests]
    found = np.concatenate([told.probabilities for told in system.predict(item.conversation for item in tests)])
    gold = tuple(label for item in tests for label in gold_labels(item, layer, space))
    told = Gold(gold, groups(plan, lambda item: len(item.conversation)))
    scores = summary(told, {0: np.log(found.clip(min=1e-12))}, space.labels)
    return scores | {"fitted_on": recipe.fitted_on(), "selected_on": []}
