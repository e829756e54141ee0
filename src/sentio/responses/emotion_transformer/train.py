"""How `emotion_transformer` is trained: byte pairs, then the detector, which stays as it is, then the network."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from sentio import corpora
from sentio.curriculum import Indices
from sentio.errors import RecipeError
from sentio.labels import LabelSpace
from sentio.responses.emotion_transformer import manifest as files
from sentio.responses.emotion_transformer.decoding import Search
from sentio.responses.emotion_transformer.detector import Detector, Ear, shares
from sentio.responses.emotion_transformer.halves import Half, half
from sentio.responses.emotion_transformer.lessons import Source, cut, losses, perplexity
from sentio.responses.emotion_transformer.measures import over_seeds, text_measures, written
from sentio.responses.emotion_transformer.network import Network, Size
from sentio.responses.emotion_transformer.ngrams import bigram_perplexity, unigram_perplexity
from sentio.responses.emotion_transformer.tokens import END, Tokens
from sentio.training.batches import shuffled
from sentio.training.epochs import Epoch, Steps, run_epochs
from sentio.training.manifest_file import write_manifest
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, scored
from sentio.training.selection import Selection
from sentio.training.splits import emotions, splits
from sentio.training.weights_file import seed_file

Progress = Callable[[str, float], None]


class DetectorTuning(Steps):
    """How the detector learns: a layer of `hidden` units; it ends after `patience` epochs without a better one."""

    batch_size: int = Field(default=64, gt=0)
    epochs: int = Field(default=12, ge=1)
    patience: int = Field(default=3, ge=1)
    hidden: int = Field(default=128, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.4, ge=0, lt=1)


class NetworkTuning(Steps):
    """How the network learns; a batch is `batch_size` conversations."""

    epochs: int = Field(default=20, ge=1)
    patience: int = Field(default=3, ge=1)
    learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.3, ge=0, lt=1)


class Recipe(BaseModel):
    """Everything that decides the result.

    `emotion_source` is what the network is told in training: the annotated emotion, the detector's likeliest, its
    shares, or none, which is the ablation (no emotion embedding). When it replies, and when the epoch is chosen, it is
    told what the detector hears. `vocabulary` is the most tokens there may be, `window` how many of a turn are read at
    once. `limit` cuts both splits to so many conversations, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["emotion_transformer"]
    corpus: str
    target: str | None = None
    seeds: Seeds = (1, 2, 3)
    emotion_source: Source = "gold"
    vocabulary: int = Field(default=2000, ge=259)
    window: int = Field(default=64, ge=2)
    limit: int | None = Field(default=None, ge=1)
    network: Size = Size()
    detector: DetectorTuning = DetectorTuning()
    tuning: NetworkTuning = NetworkTuning()


@dataclass(frozen=True)
class School:
    """What all seeds of a run share."""

    recipe: Recipe
    run: RunFolder
    space: LabelSpace
    tokens: Tokens
    train: Half
    test: Half
    progress: Progress

    @property
    def as_answering(self) -> Source:
        """What the network is told when it replies."""
        return "detector" if self.recipe.emotion_source == "gold" else self.recipe.emotion_source

    @property
    def detectors(self) -> Selection[Detector]:
        """The epoch of each detector with the best accuracy."""
        told, gold = self.test.labelled
        return Selection(
            self.run,
            lambda model: float((torch.from_numpy(shares(model, told.numpy())).argmax(-1) == gold).float().mean()),
            self.recipe.detector.patience,
            part="detector-",
        )

    def hears(self, seed: int, checkpoint: Path) -> Iterator[Epoch[Detector]]:
        """Train a detector."""
        tuning = self.recipe.detector
        torch.manual_seed(seed)
        model = Detector(len(self.space), tuning.hidden, tuning.dropout)
        told, gold = self.train.labelled
        orders = [np.random.default_rng([seed, epoch]).permutation(len(gold)) for epoch in range(tuning.epochs)]

        def loss_of(batch: Indices) -> Tensor:
            rows = torch.from_numpy(batch)
            return cross_entropy(model(told[rows]), gold[rows])

        groups = [{"params": list(model.parameters()), "lr": tuning.learning_rate, "weight_decay": tuning.weight_decay}]
        done = partial(self.progress, f"detector {seed}")
        return run_epochs(model, loss_of, orders, tuning, groups, seed, checkpoint, done)

    def detector(self, seed: int) -> Detector:
        """The detector of a seed as it stays."""
        model = Detector(len(self.space), self.recipe.detector.hidden, p=0.0)
        model.load_state_dict(load_file(self.detectors.weights(seed)))
        return model

    def network(self, p: float) -> Network:
        """One that has learned nothing."""
        emotions = 0 if self.recipe.emotion_source == "none" else len(self.space)
        return Network(self.recipe.network, len(self.tokens), emotions, p)

    def networks(self, seed: int) -> Selection[Network]:
        """The epoch of the network with the lowest perplexity, told what it will be told."""
        lessons = self.test.lessons(self.as_answering, self.detector(seed))
        # A selection takes the highest score, which must not be negative.
        return Selection(self.run, lambda model: 1 / perplexity(model, lessons), self.recipe.tuning.patience)

    def speaks(self, seed: int, checkpoint: Path) -> Iterator[Epoch[Network]]:
        """Train a network."""
        tuning = self.recipe.tuning
        whole = self.train.lessons(self.recipe.emotion_source, self.detector(seed))
        lessons = [part for lesson in whole for part in cut(lesson)]
        torch.manual_seed(seed)
        model = self.network(tuning.dropout)
        model.start(Counter(token for turns in self.train.turns for turn in turns[1:] for token in (*turn, END)))
        lengths = np.array([lesson.tokens for lesson in lessons])
        epochs = range(seed * 1_000, seed * 1_000 + tuning.epochs)
        orders = [np.concatenate(shuffled(lengths, tuning.batch_size, epoch)) for epoch in epochs]

        def loss_of(batch: Indices) -> Tensor:
            total, tokens = losses(model, [lessons[row] for row in batch])
            return total / tokens

        done = partial(self.progress, f"network {seed}")
        return run_epochs(model, loss_of, orders, tuning, _groups(model, tuning), seed, checkpoint, done)

    def publish(self) -> dict[str, Any]:
        """Train what is not trained yet, put the model in its place, and measure it."""
        heard = self.detectors.study(self.recipe.seeds, self.hears)
        history: dict[int, list[float]] = {}
        for seed in self.recipe.seeds:
            history |= self.networks(seed).study([seed], self.speaks)
        self._place({seed: 1 / max(scores) for seed, scores in history.items()})
        found = {seed: self._measured(seed) for seed in self.recipe.seeds}
        perplexities = {seed: [1 / score for score in scores] for seed, scores in history.items()}
        return {
            name: over_seeds({seed: one[name] for seed, one in found.items()}) for name in found[self.recipe.seeds[0]]
        } | {"baselines": self._baselines(), "epochs": {"detector": heard, "perplexity": perplexities}}

    def _place(self, seeds: dict[int, float]) -> None:
        folder = self.run.model
        folder.mkdir(exist_ok=True)
        self.tokens.save(folder / files.TOKENS)
        for seed in seeds:
            shutil.copyfile(self.networks(seed).weights(seed), seed_file(folder, seed))
            shutil.copyfile(self.detectors.weights(seed), files.detector(folder, seed))
        manifest = files.Manifest(
            labels=self.space.labels,
            corpus=self.recipe.corpus,
            source=self.recipe.emotion_source,
            size=self.recipe.network,
            words=len(self.tokens),
            hidden=self.recipe.detector.hidden,
            window=self.recipe.window,
            seeds=seeds,
        )
        write_manifest(folder / files.NAME, manifest)

    def _measured(self, seed: int) -> dict[str, dict[str, float]]:
        """Of a seed the detector, the perplexity with its emotions and with the annotated ones, and the replies."""
        self.progress(f"measuring {seed}", 0.0)
        detector, network = self.detector(seed), self.network(p=0.0)
        network.load_state_dict(load_file(self.networks(seed).weights(seed)))
        told, gold = self.test.labelled
        labels = tuple(self.space.labels[number] for number in gold)
        scores = scored(
            Gold(labels, {"all": [True] * len(labels)}),
            np.log(shares(detector, told.numpy())),
            labels=self.space.labels,
        )
        lessons = self.test.lessons(self.as_answering, detector)
        right = self.test.lessons("none" if self.as_answering == "none" else "gold", detector)
        found = {
            "detector": scores,
            "perplexity": {"as_answering": perplexity(network, lessons), "gold": perplexity(network, right)},
        }
        for number, (name, search) in enumerate({"greedy": Search(), "beam_4": Search(beam=4)}.items()):
            replies = [self.tokens.text(ids) for turns in written(network, lessons, search) for ids in turns]
            found[name] = text_measures(self.test.replies, replies, self._seen)
            self.progress(f"measuring {seed}", (number + 1) / 2)
        return found

    @cached_property
    def _seen(self) -> frozenset[str]:
        """Every training utterance as it comes back from tokens."""
        texts = (said.text for item in self.train.split for said in item.conversation.utterances)
        return frozenset(self.tokens.text(self.tokens.ids(text)) for text in texts)

    def _baselines(self) -> dict[str, Any]:
        """The trivial rules: the most frequent emotion, n-grams, and replies that read nothing or repeat the turn."""
        told = self.test.labelled[1]
        most = Counter(self.train.labelled[1].tolist()).most_common(1)[0][0]
        learned, asked = ([ids for turns in half.turns for ids in turns[1:]] for half in (self.train, self.test))
        frequent = Counter(text for text in self.train.replies if text.strip()).most_common(1)[0][0]
        before = [said.text for item in self.test.split for said in item.conversation.utterances[:-1]]
        gold = self.test.replies
        return {
            "majority_accuracy": float((told == most).float().mean()),
            "unigram_perplexity": unigram_perplexity(learned, asked, len(self.tokens)),
            "bigram_perplexity": bigram_perplexity(learned, asked, len(self.tokens)),
            "most_frequent_reply": text_measures(gold, [frequent] * len(gold), self._seen),
            "repeat_the_turn": text_measures(gold, before, self._seen),
            "as_said": text_measures(gold, gold, self._seen),
            "replies": len(gold),
            "tokens": sum(len(ids) + 1 for ids in asked),
            "vocabulary": len(self.tokens),
        }


def _groups(model: Network, tuning: NetworkTuning) -> list[dict[str, Any]]:
    """Matrices decay; vectors and what is looked up do not."""
    looked_up = {"embedding.words.weight", "embedding.emotions"}
    groups: list[dict[str, Any]] = []
    for name, parameter in model.named_parameters():
        decay = tuning.weight_decay if parameter.ndim > 1 and name not in looked_up else 0.0
        groups.append({"params": [parameter], "lr": tuning.learning_rate, "weight_decay": decay})
    return groups


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train a detector and a network for each seed and measure them on validation; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics.
    """
    metrics = school(recipe, run, data, progress).publish()
    metrics |= {"fitted_on": [f"{recipe.corpus}/train"], "selected_on": [f"{recipe.corpus}/validation"]}
    run.finish(metrics)
    return metrics


def school(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> School:
    """Everything that does not depend on the seed: the vocabulary, and both splits as tokens.

    Raises `RecipeError` where recipe and corpus do not fit, `InputError` for what cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, recipe.target)
    train, test = splits(corpus, layer, None, recipe.limit)
    if not all(any(len(item.conversation) > 1 for item in split) for split in (train, test)):
        raise RecipeError(f"nobody answers anybody in {recipe.corpus}: a system that replies needs conversations")
    tokens = Tokens.learned(
        (said.text for item in train for said in item.conversation.utterances[1:]), recipe.vocabulary
    )
    ear = Ear()
    progress("reading", 0.0)
    learned, asked = (half(split, layer, space, tokens, ear, recipe.window - 1) for split in (train, test))
    return School(recipe, run, space, tokens, learned, asked, progress)
