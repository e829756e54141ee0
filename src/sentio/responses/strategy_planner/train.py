"""How `strategy_planner` is trained: cross-validation says for how many epochs, then one model a seed on everything."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import save_file

from sentio import corpora
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.errors import RecipeError, ScoreError
from sentio.gold import AnnotatedConversation
from sentio.metrics.classification import accuracy, weighted_f1
from sentio.metrics.confusion import confusion
from sentio.metrics.preference import preference, proficiency
from sentio.metrics.spread import spread
from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape, Lower
from sentio.recognition.prc_encoder.reading import Reader, initial, weights_of
from sentio.responses.strategy_planner import floor
from sentio.responses.strategy_planner import manifest as files
from sentio.responses.strategy_planner.lessons import LABELS, LAYER, ROLES, PlanLesson, lessons_of, situation
from sentio.responses.strategy_planner.planner import StrategyPlanner
from sentio.responses.strategy_planner.tuning import PlannerTuning, predict, tune
from sentio.training.epochs import Epoch
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder, replacing
from sentio.training.tuned_encoder import TOKENIZER, place

Progress = Callable[[str, float], None]
Floats = NDArray[np.float32]
Items = Sequence[AnnotatedConversation]


class Recipe(BaseModel):
    """Everything that decides the result.

    `sources` are the splits learned from ("failed_esconv/all"); a dialogue whose situation is told in `measured`, the
    split that the finished model is measured on, is left out. The dialogues fall into `folds` by their situation; the
    epoch whose predictions of all folds have the best Q is how long each of the `seeds` is trained on everything.
    `upper` of the encoder's layers are trained besides what reads the conversation. `limit` cuts the sources to so
    many dialogues, for a trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["strategy_planner"]
    sources: tuple[str, ...] = Field(default=("failed_esconv/all",), min_length=1)
    measured: str | None = "esconv_ppdpp/validation"
    seeds: Seeds = (0, 1, 2, 3, 4)
    folds: int = Field(default=5, ge=2)
    upper: int = Field(default=0, ge=0, le=6)
    hidden: int = Field(default=192, ge=2, multiple_of=2)
    limit: int | None = Field(default=None, ge=1)
    tuning: PlannerTuning = PlannerTuning()


@dataclass(frozen=True)
class School:
    """What all folds and seeds of a run share."""

    recipe: Recipe
    run: RunFolder
    progress: Progress
    shape: EncoderShape
    lower: Lower
    start: dict[str, torch.Tensor]
    lessons: list[PlanLesson]
    fold_of: NDArray[np.int64]

    def epochs(
        self, lessons: Sequence[PlanLesson], seed: int, name: str, checkpoint: Path
    ) -> Iterator[Epoch[ConversationEncoder]]:
        """Train a model on these lessons."""
        settings = self.recipe.tuning
        torch.manual_seed(seed)
        model = ConversationEncoder(self.shape, settings.dropout, settings.context_dropout)
        model.load_state_dict(model.state_dict() | self.start)
        return tune(model, lessons, settings, seed, checkpoint, partial(self.progress, name))

    def fold(self, number: int) -> Floats:
        """What a model that has not seen a fold says of it after each epoch, shape (epochs, asked, labels)."""
        stages = [f"fold-{number}-{epoch}" for epoch in range(1, self.recipe.tuning.epochs + 1)]
        checkpoint = self.run.checkpoints / f"fold-{number}.safetensors"
        learned = [one for one, fold in zip(self.lessons, self.fold_of, strict=True) if fold != number]
        while any(self.run.stored(stage) is None for stage in stages):
            for epoch in self.epochs(learned, self.recipe.seeds[0], f"fold {number + 1}", checkpoint):
                said = predict(epoch.model, self._of(number))
                self.run.once(stages[epoch.number - 1], partial(dict, said=said))
            checkpoint.unlink(missing_ok=True)  # where an answer was damaged, the fold is trained again
        return np.stack([found["said"] for stage in stages if (found := self.run.stored(stage)) is not None])

    def crossed(self) -> dict[str, Any]:
        """What cross-validation says: the Q after every epoch, how many are best, and the figures then."""
        folds = range(self.recipe.folds)
        found = np.concatenate([self.fold(number) for number in folds], axis=1)
        gold = gold_of([lesson for number in folds for lesson in self._of(number)])
        history = [figures(gold, epoch)["proficiency"] for epoch in found]
        best = int(np.argmax(history))
        return {"epochs": best + 1, "history": history, "targets": len(gold)} | figures(gold, found[best])

    def grow(self, seed: int, epochs: int) -> None:
        """Train a seed on everything for so many epochs of the way that cross-validation went; keep its weights."""
        checkpoint = self.run.checkpoints / f"seed-{seed}.safetensors"
        if self._weights(seed).exists():
            return
        for epoch in self.epochs(self.lessons, seed, f"seed {seed}", checkpoint):
            if epoch.number == epochs:
                with replacing(self._weights(seed)) as beside:
                    save_file(epoch.model.state_dict(), beside)
                break
        checkpoint.unlink(missing_ok=True)

    def place(self) -> None:
        """Put the finished models where they are loaded from."""
        window = read_manifest(MODEL).window
        manifest = files.Manifest(labels=LABELS, window=window, shape=self.shape, seeds=self.recipe.seeds)
        trained = {seed: self._weights(seed) for seed in self.recipe.seeds}
        place(self.run.model, self.lower.state_dict(), trained, manifest)

    def _of(self, fold: int) -> list[PlanLesson]:
        return [one for one, of in zip(self.lessons, self.fold_of, strict=True) if of == fold]

    def _weights(self, seed: int) -> Path:
        return self.run.checkpoints / f"grown-{seed}.safetensors"


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Choose the number of epochs by cross-validation, train one model a seed, measure each; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics.
    """
    learned, measured = materials(recipe, data)
    this = school(recipe, run, progress, learned)
    crossed = this.crossed()
    for seed in recipe.seeds:
        this.grow(seed, crossed["epochs"])
    this.place()
    seen = list(recipe.sources)
    metrics: dict[str, Any] = {
        "fitted_on": seen,
        "selected_on": seen,
        "dialogues": len(learned),
        "cross_validation": crossed | {"floors": _crossed_floors(learned, this.fold_of)},
    }
    if measured:
        progress("measuring", 0.0)
        metrics["measured"] = {"split": recipe.measured, **_measured(run.model, measured, recipe.seeds)}
        metrics["measured"]["floors"] = _floors(measured, floor.answers(learned, measured), floor.rows(learned)[1])
    run.finish(metrics)
    return metrics


def materials(recipe: Recipe, data: Path | None) -> tuple[list[AnnotatedConversation], list[AnnotatedConversation]]:
    """What is learned from, without the dialogues of what is measured, and what is measured.

    Raises `RecipeError` where nothing is left, or fewer dialogues than folds.
    """
    measured = _read(recipe.measured, data) if recipe.measured else []
    apart = {situation(item) for item in measured}
    found = [item for source in recipe.sources for item in _read(source, data)]
    learned = [item for item in found if situation(item) not in apart][: recipe.limit]
    if len({situation(item) for item in learned}) < recipe.folds:
        raise RecipeError(f"{len(learned)} dialogues are left to learn from: too few for {recipe.folds} folds")
    return learned, measured


def school(recipe: Recipe, run: RunFolder, progress: Progress, items: Items) -> School:
    """Everything that does not depend on fold or seed: lessons, folds, the weights to start from."""
    shape = EncoderShape(
        labels=len(LABELS),
        upper=recipe.upper,
        hidden=recipe.hidden,
        scores=len(read_manifest(MODEL).labels),
        names=len(ROLES),
        evidence=False,
        causal=True,
    )
    progress("reading", 0.0)
    lower, start = initial(shape, weights_of(None))
    reader = Reader(MODEL / TOKENIZER, lower, ROLES, read_manifest(MODEL).window)
    return School(recipe, run, progress, shape, lower, start, lessons_of(items, reader), folds_of(items, recipe.folds))


def folds_of(items: Items, folds: int) -> NDArray[np.int64]:
    """The fold of each dialogue, shape (dialogues,): those of one situation share one, and all are about as large."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(map(situation, items)))}
    order = np.random.default_rng(0).permutation(len(numbers))
    return np.array([order[numbers[situation(item)]] % folds for item in items])


def gold_of(lessons: Sequence[PlanLesson]) -> list[str]:
    """The strategies that are asked for, in the order of `predict`."""
    return [LABELS[place] for one in lessons for place in one.following[one.asked].int().argmax(1).tolist()]


def figures(gold: Sequence[str], found: NDArray[np.floating]) -> dict[str, Any]:
    """Q, weighted F1, accuracy, bias and preferences of answers of shape (turns, labels); a bias that no finite
    strengths have is None."""
    table = confusion(gold, [LABELS[place] for place in found.argmax(1)], LABELS)
    told: dict[str, Any] = {"proficiency": proficiency(table), "bias": None, "preferences": None}
    told |= {"weighted_f1": float(table.score(weighted_f1)), "accuracy": float(table.score(accuracy))}
    with suppress(ScoreError):
        prefers = preference(table)
        told |= {"bias": prefers.bias, "preferences": dict(zip(LABELS, prefers.strengths.tolist(), strict=True))}
    return told


def _crossed_floors(items: Items, fold_of: NDArray[np.int64]) -> dict[str, Any]:
    """The floors on the same folds."""
    pairs, folds = list(zip(items, fold_of, strict=True)), range(int(fold_of.max()) + 1)
    parts = [([one for one, of in pairs if of != fold], [one for one, of in pairs if of == fold]) for fold in folds]
    found = np.concatenate([floor.answers(learned, asked) for learned, asked in parts])
    return _floors([item for _, asked in parts for item in asked], found, floor.rows(items)[1])


def _floors(items: Items, linear: NDArray[np.floating], learned: Sequence[str]) -> dict[str, Any]:
    """Figures of the linear model's answers, and of always the strategy that is most frequent in what was learned."""
    gold, often = floor.rows(items)[1], max(LABELS, key=list(learned).count)
    always = np.tile([float(label == often) for label in LABELS], (len(gold), 1))
    return {"tfidf": figures(gold, linear), "majority": figures(gold, always)}


def _measured(model: Path, items: Items, seeds: Sequence[int]) -> dict[str, Any]:
    """The figures of each seed, their spread, and those of the average, which is what decides."""
    planner, gold, found = StrategyPlanner(model), [], []
    for item in items:
        strategies = [item.gold[LAYER].get(utterance.id) for utterance in item.conversation.utterances]
        places = [place for place, strategy in enumerate(strategies) if strategy in LABELS]
        gold += [str(strategies[place]) for place in places]
        found.append(planner.opinions(item.conversation, ROLES[1])[:, places])
    opinions = np.concatenate(found, axis=1)
    each = {str(seed): figures(gold, own) for seed, own in zip(seeds, opinions, strict=True)}
    values = {
        name: [one[name] for one in each.values()] for name in figures(gold, opinions[0]) if name != "preferences"
    }
    spreads = {name: asdict(spread(some)) for name, some in values.items() if None not in some}
    return {"seeds": each, **spreads, "average_of_seeds": figures(gold, opinions.mean(0))}


def _read(split: str, data: Path | None) -> list[AnnotatedConversation]:
    """The dialogues of a split ("failed_esconv/all") that have strategies."""
    corpus, _, name = split.partition("/")
    items = corpora.load(corpus, data).conversations(name or "train")
    return [item for item in items if item.gold.get(LAYER)]
