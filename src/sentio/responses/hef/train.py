"""How the small model of `hef` is trained: from `mini`, on the words of who tells, chosen on validation."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from sentio import corpora
from sentio.curriculum import Indices
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.errors import RecipeError
from sentio.metrics.spread import spread
from sentio.nn.conversation_encoder import padded
from sentio.nn.emotion_encoder import EmotionEncoder
from sentio.responses.hef import manifest as files
from sentio.responses.hef.lessons import Lesson, lessons
from sentio.responses.hef.network import LOWEST, Reader, Upper, below, initial, staying
from sentio.responses.hef.scores import ranked
from sentio.responses.hef.small_model import SPACE
from sentio.training import batches
from sentio.training.epochs import Epoch, Steps, run_epochs
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, scored, summary
from sentio.training.selection import Selection
from sentio.training.splits import emotions, splits
from sentio.training.tuned_encoder import TOKENIZER, place

Progress = Callable[[str, float], None]
Floats = NDArray[np.floating]


class Tuning(Steps):
    """Settings of one training: `learning_rate` is that of the encoder's layers, that of the new head is `head_rate`
    times as much. Values are those that fine-tune `mini` elsewhere (recipes/mini.toml); none was tuned on this corpus,
    which is not at hand."""

    batch_size: int = Field(default=32, gt=0)
    epochs: int = Field(default=3, gt=0)
    learning_rate: float = Field(default=1.5e-4, gt=0)
    head_rate: float = Field(default=6.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    smoothing: float = Field(default=0.1, ge=0, lt=1)


class Recipe(BaseModel):
    """Everything that decides the result. The `upper` layers of six are trained. `limit` cuts both splits to so many
    conversations, for a trial."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["hef"]
    corpus: str = "empathetic_dialogues"
    seeds: Seeds = (42, 43, 44)
    upper: int = Field(default=3, ge=1, le=6)
    limit: int | None = Field(default=None, ge=1)
    tuning: Tuning = Tuning()


@dataclass(frozen=True)
class Rows:
    """Lessons as the upper layers read them: what the others made of the tokens, in 16 bits, each of shape (tokens,
    width), and the place of the label, shape (rows,)."""

    states: list[Tensor]
    labels: NDArray[np.int64]

    @property
    def gold(self) -> list[str]:
        """The right labels."""
        return [SPACE.labels[place] for place in self.labels]


@dataclass(frozen=True)
class School:
    """What all seeds of a run share. `start` is the network as it begins, but for its head."""

    recipe: Recipe
    run: RunFolder
    start: EmotionEncoder
    train: Rows
    tests: Rows

    def fresh(self) -> Upper:
        """The part to train, with a new head."""
        head = EmotionEncoder(self.start.encoder, self._prior, self.recipe.tuning.dropout)
        return Upper(deepcopy(head), self.recipe.upper)

    @property
    def _prior(self) -> Tensor:
        shares = np.bincount(self.train.labels, minlength=len(SPACE)) / len(self.train.labels)
        return torch.from_numpy(shares).float().clamp(LOWEST, 1 - LOWEST)

    def epochs(self, progress: Progress, seed: int, checkpoint: Path) -> Iterator[Epoch[Upper]]:
        """Train a seed."""
        torch.manual_seed(seed)
        model, settings = self.fresh(), self.recipe.tuning
        lengths = np.array([len(row) for row in self.train.states])
        order = [
            np.concatenate(batches.shuffled(lengths, settings.batch_size, seed * 1_000 + epoch))
            for epoch in range(settings.epochs)
        ]
        loss = partial(self._loss, model)
        done = partial(progress, f"seed {seed}")
        return run_epochs(model, loss, order, settings, _groups(model, settings), seed, checkpoint, done)

    def _loss(self, model: Upper, batch: Indices) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*padded([self.train.states[row] for row in batch]))
        labels = torch.from_numpy(self.train.labels[batch])
        return cross_entropy(logits.float(), labels, label_smoothing=self.recipe.tuning.smoothing)

    def publish(self, progress: Progress) -> dict[str, Any]:
        """Train what is not trained yet, put the model in its place, and measure it."""
        gold = Gold(tuple(self.tests.gold), {"all": [True] * len(self.tests.gold)})
        selection: Selection[Upper] = Selection(
            self.run, lambda model: scored(gold, log_probabilities(model, self.tests), SPACE.labels)["accuracy"]
        )
        history = selection.study(self.recipe.seeds, partial(self.epochs, progress))
        found, model = {}, self.fresh()
        for seed in self.recipe.seeds:
            model.load_state_dict(load_file(selection.weights(seed)))
            found[seed] = log_probabilities(model, self.tests)
        upper, window = self.recipe.upper, read_manifest(MODEL).window
        seeds = {seed: max(epochs) for seed, epochs in history.items()}
        manifest = files.Manifest(corpus=self.recipe.corpus, window=window, upper=upper, seeds=seeds)
        trained = {seed: selection.weights(seed) for seed in seeds}
        place(self.run.model, staying(self.start, upper), trained, manifest)
        return summary(gold, found, SPACE.labels) | _ranked(self.tests.gold, found) | {"epochs": history}


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train one model a seed and measure each on validation; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics. Raises `RecipeError` for a
    corpus of other emotions, `InputError` for one that cannot be read.
    """
    corpus = corpora.load(recipe.corpus, data)
    layer, space = emotions(corpus, None)
    if space != SPACE:
        raise RecipeError(f"{recipe.corpus} has the emotions of {space.name}; hef knows those of {SPACE.name}")
    start = initial(0.0, torch.full((len(SPACE),), 1 / len(SPACE))).eval()
    reader = Reader(MODEL / TOKENIZER, read_manifest(MODEL).window)
    read = partial(rows, start=start, upper=recipe.upper, reader=reader)
    learned, asked = splits(corpus, layer, None, recipe.limit)
    progress("reading", 0.0)
    school = School(recipe, run, start, read(lessons(learned, layer)), read(lessons(asked, layer)))
    seen = {"fitted_on": [f"{recipe.corpus}/train"], "selected_on": [f"{recipe.corpus}/validation"]}
    metrics = school.publish(progress) | seen
    run.finish(metrics)
    return metrics


def rows(some: Sequence[Lesson], start: EmotionEncoder, upper: int, reader: Reader) -> Rows:
    """Lessons, read once for all epochs and seeds."""
    ids = reader.ids([one.text for one in some])
    states: list[Tensor] = [torch.empty(0)] * len(ids)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches.by_length(np.array([len(row) for row in ids]), size=64):
            found = below(start, upper, *padded([torch.tensor(ids[row]) for row in batch]))
            for row, state in zip(batch.tolist(), found.to(torch.bfloat16), strict=True):
                states[row] = state[: len(ids[row])].clone()
    return Rows(states, np.array([SPACE.index(one.emotion) for one in some]))


def log_probabilities(model: Upper, rows: Rows) -> Floats:
    """Shape (rows, 32)."""
    model.eval()
    found = np.zeros((len(rows.states), len(SPACE)), np.float32)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches.by_length(np.array([len(row) for row in rows.states]), size=64):
            logits = model(*padded([rows.states[row] for row in batch]))
            found[batch] = logits.float().log_softmax(-1).numpy()
    return found


def _ranked(gold: Sequence[str], found: dict[int, Floats]) -> dict[str, Any]:
    seeds = [ranked(gold, each) for each in found.values()]
    return {name: asdict(spread([one[name] for one in seeds])) for name in seeds[0]}


def _groups(model: Upper, settings: Tuning) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for name, parameter in model.named_parameters():
        rate = settings.learning_rate * (1.0 if name.startswith("layers.") else settings.head_rate)
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups
