"""How `transition` is trained: start from `mini`, one network a seed, its epoch chosen by macro F1 on validation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sentio import corpora, labels
from sentio.encoders.mini import MODEL
from sentio.encoders.mini.model_folder import read_manifest
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.metrics.spread import spread
from sentio.nn.conversation_encoder import EncoderShape, Lower
from sentio.nn.emotion_transition import EmotionTransition, Exchange, Loss, Mode
from sentio.recognition.prc_encoder.reading import Reader, initial, weights_of
from sentio.responses.base import NextTurn
from sentio.responses.transition import manifest as files
from sentio.responses.transition.decider import Decider, ExchangeReader, fresh, together
from sentio.responses.transition.scores import beside
from sentio.responses.transition.situation import Observer, Situation
from sentio.training.epochs import Epoch, Groups, Steps, run_epochs
from sentio.training.recipe import Seeds
from sentio.training.run_folder import RunFolder
from sentio.training.scoring import Gold, scored, summary
from sentio.training.selection import Selection
from sentio.training.tuned_encoder import TOKENIZER, place

Progress = Callable[[str, float], None]
CORPUS, LAYER = "peld", "emotion"


class TransitionTuning(Steps):
    """Settings of one training; the released code's, but for the rate and the warm-up.

    `learning_rate` is that of what is new; trained layers of the encoder have `layer_rate`. The released rate of 1e-4
    for RoBERTa ends in "neutral" for everything, and its warm-up is counted in examples: ours is a share of the steps.
    `balance` is how much of the logarithm of the labels' shares is added in training (see
    `nn.emotion_transition.EmotionTransition.loss`): 0 is as released, 1 asks for rare labels as for frequent ones.
    """

    batch_size: int = Field(default=16, gt=0)
    epochs: int = Field(default=10, gt=0)
    loss: Loss = "focal_as_coded"
    balance: float = Field(default=0.0, ge=0)
    learning_rate: float = Field(default=1e-3, gt=0)
    layer_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class Recipe(BaseModel):
    """Everything that decides the result.

    `cut` says how PELD is split: as released, where triples of one dialogue stand on both sides, or by dialogue.
    `upper` layers of the encoder are trained, with 0 of them only what stands above it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["transition"]
    seeds: Seeds = (42, 43, 44, 45, 46)
    cut: Literal["released", "dialogue"] = "released"
    mode: Mode = "transition"
    neuroticism_flipped: bool = False
    upper: int = Field(default=0, ge=0, le=6)
    hidden: int = Field(default=384, ge=2, multiple_of=2)
    limit: int | None = Field(default=None, ge=1)
    tuning: TransitionTuning = TransitionTuning()

    @property
    def splits(self) -> tuple[str, str]:
        """What is learned from and what is chosen on."""
        return ("train", "validation") if self.cut == "released" else ("dialogue_train", "dialogue_validation")


@dataclass(frozen=True)
class Lessons:
    """A split: the situation before each third turn, as it is read, and the number of the emotion that came."""

    situations: Sequence[Situation]
    exchanges: Sequence[Exchange]
    labels: torch.Tensor


@dataclass(frozen=True)
class School:
    """What all seeds of a run share."""

    recipe: Recipe
    run: RunFolder
    space: LabelSpace
    shape: EncoderShape
    lower: Lower
    start: dict[str, torch.Tensor]
    train: Lessons
    tests: Lessons

    @property
    def gold(self) -> Gold:
        """Of what is measured on."""
        found = tuple(self.space.labels[number] for number in self.tests.labels)
        return Gold(found, {"all": [True] * len(found)})

    @property
    def selection(self) -> Selection[EmotionTransition]:
        """By macro F1."""
        return Selection(self.run, self._judge)

    def epochs(self, progress: Progress, seed: int, checkpoint: Path) -> Iterator[Epoch[EmotionTransition]]:
        """Train a seed."""
        tuning = self.recipe.tuning
        torch.manual_seed(seed)
        network = fresh(self.recipe.mode, self.shape, self.space, tuning.dropout)
        network.load_state_dict(network.state_dict() | self.start)
        rng = np.random.default_rng(seed)
        order = [rng.permutation(len(self.train.labels)) for _ in range(tuning.epochs)]
        shares = torch.bincount(self.train.labels, minlength=len(self.space)) + 1.0  # a label may be missing
        prior = tuning.balance * (shares / shares.sum()).log()
        network.begin(self._followed, prior)

        def loss(rows: NDArray[np.int64]) -> torch.Tensor:
            with self._precision:
                exchange = together([self.train.exchanges[row] for row in rows])
                return network.loss(exchange, self.train.labels[torch.from_numpy(rows)], tuning.loss, prior)

        groups = _groups(network, tuning)
        return run_epochs(network, loss, order, tuning, groups, seed, checkpoint, partial(progress, f"seed {seed}"))

    def publish(self, progress: Progress) -> dict[str, Any]:
        """Train what is not trained yet, put the model in its place, and measure it as it will decide."""
        history = self.selection.study(self.recipe.seeds, partial(self.epochs, progress))
        self._place({seed: max(epochs) for seed, epochs in history.items()})
        progress("measuring", 0.0)
        decider = Decider(self.run.model)
        answers = np.log(np.stack([decider.of_each(each) for each in self.tests.situations], axis=1))
        found = dict(zip(self.recipe.seeds, answers, strict=True))
        metrics = summary(self.gold, found, self.space.labels)
        return metrics | {"beside": _spreads(self.gold, found, self.space), "epochs": history}

    @property
    def _followed(self) -> torch.Tensor:
        """How often each emotion followed each in training, shape (labels, labels)."""
        size = len(self.space)
        own = torch.cat([each.own for each in self.train.exchanges])
        return torch.bincount(own * size + self.train.labels, minlength=size * size).view(size, size).float()

    @property
    def _precision(self) -> torch.autocast:
        """Layers of the encoder are trained in 16 bits; what stands above them is in 32."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.shape.upper > 0)

    def _judge(self, network: EmotionTransition) -> float:
        network.eval()
        with torch.no_grad(), self._precision:
            logits = network(together(self.tests.exchanges)).logits.numpy()
        return scored(self.gold, logits, self.space.labels)["macro_f1"]

    def _place(self, seeds: dict[int, float]) -> None:
        manifest = files.Manifest(
            space=self.space.name,
            mode=self.recipe.mode,
            flipped=self.recipe.neuroticism_flipped,
            window=read_manifest(MODEL).window,
            shape=self.shape,
            seeds=seeds,
        )
        trained = {seed: self.selection.weights(seed) for seed in seeds}
        place(self.run.model, self.lower.state_dict(), trained, manifest)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Train one network a seed and measure each on validation; they go to `run.model`.

    Killed and started again, it goes on after the last finished epoch. Returns the metrics. Raises `InputError` for
    what cannot be read.
    """
    seen = [f"{CORPUS}/{split}" for split in recipe.splits]
    metrics = school(recipe, run, data, progress).publish(progress)
    metrics |= {"fitted_on": seen[:1], "selected_on": seen[1:]}
    run.finish(metrics)
    return metrics


def school(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> School:
    """Everything that does not depend on the seed: exchanges as lessons, and the weights to start from."""
    corpus = corpora.load(CORPUS, data)
    space = labels.space(corpus.card.spaces[LAYER])
    shape = EncoderShape(labels=len(space), upper=recipe.upper, hidden=recipe.hidden, scores=0, evidence=False)
    lower, start = initial(shape, weights_of(None))
    reader = Reader(MODEL / TOKENIZER, lower, (), read_manifest(MODEL).window)
    reading = ExchangeReader(reader, space, recipe.mode, recipe.neuroticism_flipped, whole=recipe.upper > 0)
    lessons = []
    for number, split in enumerate(recipe.splits):
        progress("reading", number / 2)
        items = list(corpus.conversations(split))[: recipe.limit]
        lessons.append(_lessons(items, space, reading))
    return School(recipe, run, space, shape, lower, start, *lessons)


def _lessons(items: Sequence[AnnotatedConversation], space: LabelSpace, reading: ExchangeReader) -> Lessons:
    observer = Observer(space, {})
    situations = [observer.see(_third(item)) for item in items]
    numbers = [space.index(str(item.gold[LAYER][item.conversation.utterances[-1].id])) for item in items]
    return Lessons(situations, reading.read(situations, exact=False), torch.tensor(numbers))


def _third(item: AnnotatedConversation) -> NextTurn:
    """The turn that ends a triple, as the published task gives it: with the emotions of the two before."""
    *before, last = item.conversation.utterances
    conversation = item.conversation.model_copy(update={"utterances": tuple(before)})
    return NextTurn(conversation, last.speaker, felt={one.id: str(item.gold[LAYER][one.id]) for one in before})


def _spreads(gold: Gold, found: dict[int, NDArray[np.float64]], space: LabelSpace) -> dict[str, Any]:
    """What PELD is scored by beside the usual measures, over the seeds."""
    decided = ([space.labels[place] for place in each.argmax(1)] for each in found.values())
    seeds = [beside(gold.labels, each, space.labels) for each in decided]
    return {name: asdict(spread([one[name] for one in seeds])) for name in seeds[0]}


def _groups(network: EmotionTransition, tuning: TransitionTuning) -> Groups:
    return [
        {
            "params": [parameter],
            "lr": tuning.layer_rate if name.startswith("layers.") else tuning.learning_rate,
            "weight_decay": tuning.weight_decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in network.named_parameters()
    ]
