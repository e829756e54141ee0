"""How PRC-Emo is trained: prompts of a corpus, easy conversations first, LoRA for each seed, chosen on validation."""

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio import corpora, labels
from sentio.corpora import Corpus
from sentio.curriculum import Curriculum, plan
from sentio.errors import RecipeError
from sentio.knowledge.reading import Knowledge
from sentio.labels import LabelSpace
from sentio.metrics.spread import spread
from sentio.prompts.erc import wording
from sentio.prompts.parts import Parts
from sentio.recognition.prc_emo.manifest import NAME, Manifest
from sentio.recognition.prc_emo.prompts import Prompter
from sentio.recognition.prc_emo.recognizer import demonstrator
from sentio.recognition.prc_emo.samples import Split, read_split
from sentio.retrieval import DEFAULT, OFFICIAL, Repository, Retrieval, Retriever
from sentio.training import lora_rows, lora_samples
from sentio.training.lora import Tuned, tune
from sentio.training.lora_rows import Rows
from sentio.training.lora_settings import LoraSettings
from sentio.training.lora_validation import Validation
from sentio.training.run_folder import RunFolder, replacing

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer

Progress = Callable[[str, float], None]
SPLITS = ("train", "validation")
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Recipe(BaseModel):
    """Everything that decides the result.

    `model` is the folder of an instruction-tuned model, `knowledge` a file of `sentio knowledge build` about both
    splits, `demos` a repository of `sentio demos build`, or "everyday", sentio's own; without these the prompts do
    without. `limit` cuts both splits to so many conversations, for a trial. `compat="official"` trains as the released
    code does, in prompts, retrieval, buckets, rows and schedule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["prc_emo"]
    corpus: str
    target: str | None = None
    model: Path
    seeds: tuple[Seed, ...] = Field(default=(42, 43, 44, 45, 46), min_length=1)  # paper: five; code: these
    knowledge: Path | None = None
    demos: Path | None = None
    limit: int | None = Field(default=None, ge=1)
    compat: Literal["official"] | None = None
    prompts: Parts = Parts()
    retrieval: Retrieval = Retrieval()
    curriculum: Curriculum = Curriculum()
    lora: LoraSettings = LoraSettings()

    @model_validator(mode="after")
    def _held_together(self) -> "Recipe":
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("a seed is there twice")
        wanted = self.retrieval.model_fields_set if self.compat == "official" else ()
        for name in wanted:
            if getattr(self.retrieval, name) != (released := getattr(OFFICIAL, name)):
                raise ValueError(f'compat = "official" retrieves with {name} = {json.dumps(released)}: leave it out')
        return self

    def released(self) -> "Recipe":
        """With `compat="official"` in all its parts, where it is set."""
        if self.compat is None:
            return self
        parts = self.prompts.model_copy(update={"compat": self.compat})
        tuning = self.lora.model_copy(update={"compat": self.compat})
        return self.model_copy(update={"prompts": parts, "lora": tuning, "retrieval": OFFICIAL})


@dataclass(frozen=True)
class Lessons:
    """What is trained on, and what is chosen on. `share` is that of the tokens that are learned, `shown` are the splits
    ("meld/train") that demonstrations are from."""

    space: LabelSpace
    tokenizer: "Tokenizer"
    train: Split
    kept: Split
    share: float
    shown: tuple[str, ...]

    @property
    def validation(self) -> Validation:
        """The prompts of the split that is chosen on, with the right answers."""
        prompts = tuple(sample.ids[: sample.prompt] for dialogue in self.kept.samples for sample in dialogue)
        return Validation(prompts, self.kept.gold, self.space.labels)


def train(recipe: Recipe, run: RunFolder, data: Path | None, progress: Progress) -> dict[str, Any]:
    """Tune one adapter a seed and measure each on validation; they go to `run.model`.

    Killed and started again, it goes on. Returns the metrics. `progress` gets the stage's name and its share done.
    """
    recipe = recipe.released()
    lessons = learn_from(recipe, data, progress)
    tuned: dict[int, Tuned] = {}
    for seed in recipe.seeds:
        tuned[seed] = tune(
            recipe.model.resolve(),  # the adapter says so where it is, and is used from any folder
            lessons.tokenizer,
            rows(recipe, lessons.train, seed, len(lessons.space)),
            lessons.validation,
            recipe.lora,
            seed=seed,
            folder=run.checkpoints / f"seed-{seed}",
            progress=partial(progress, f"seed {seed}"),
        )
    _publish(recipe, run, lessons, tuned)
    metrics = _metrics(recipe, lessons, tuned)
    run.finish(metrics)
    return metrics


def rows(recipe: Recipe, split: Split, seed: int, n_labels: int) -> Rows:
    """The rows of a training in the order of the curriculum (see `lora_rows`)."""
    chosen = recipe.curriculum
    official = recipe.compat == "official"
    epochs = plan(
        split.conversations, split.layer, n_labels, chosen, seed, "samples" if official else "dialogues", recipe.compat
    )
    phases = [chosen.epochs_per_bucket] * chosen.buckets + [chosen.final_epochs]
    phases = [count for count in phases if count]
    if official:
        samples = [sample for dialogue in split.samples for sample in dialogue]
        return lora_rows.packed(samples, epochs, phases, recipe.lora.max_tokens)
    return lora_rows.in_runs(split.samples, epochs, phases, recipe.lora.batch_size, seed)


def learn_from(recipe: Recipe, data: Path | None, progress: Progress) -> Lessons:
    """The prompts of both splits; `recipe` as `released` gives it.

    Raises `RecipeError` where model and corpus do not fit the recipe, `InputError` for what cannot be read.
    """
    from transformers import AutoTokenizer

    corpus = corpora.load(recipe.corpus, data)
    layer = recipe.target or next(iter(corpus.card.layers))
    if layer not in corpus.card.spaces:
        raise RecipeError(
            f"{recipe.corpus} has no emotions {layer!r} to be named; it has {', '.join(corpus.card.spaces)}"
        )
    if not (recipe.model / "tokenizer.json").is_file():
        raise RecipeError(f"model: no folder with a model at {recipe.model}; download it there, or name its place")
    space = labels.space(corpus.card.spaces[layer])
    tokenizer = AutoTokenizer.from_pretrained(recipe.model, local_files_only=True, trust_remote_code=False)
    shows = demonstrator(recipe.demos, recipe.corpus, space, recipe.retrieval)
    shown = () if shows is None else _apart(shows.repository, recipe.corpus)
    train, kept = (_read(recipe, corpus, split, layer, space, tokenizer, shows, progress) for split in SPLITS)
    flat = [sample for dialogue in train.samples for sample in dialogue]
    return Lessons(space, tokenizer, train, kept, lora_samples.check(flat, recipe.lora.max_tokens), shown)


def _apart(demos: Repository, corpus: str) -> tuple[str, ...]:
    """The splits a repository is made of; raises `RecipeError` where the one that is chosen on is among them."""
    shown = tuple(f"{source.corpus}/{source.split}" for source in demos.manifest.sources)
    measured = f"{corpus}/{SPLITS[1]}"
    if measured in shown:
        raise RecipeError(f"{demos.path} holds labels of {measured}, which is measured on; build one without it")
    return shown


def _read(
    recipe: Recipe,
    corpus: Corpus,
    split: str,
    layer: str,
    space: LabelSpace,
    tokenizer: "Tokenizer",
    shows: Retriever | None,
    progress: Progress,
) -> Split:
    with ExitStack() as files:
        prompter = Prompter(
            labels=space.labels,
            parts=recipe.prompts,
            room=recipe.lora.max_tokens,
            count=lambda text: len(tokenizer.encode(text, add_special_tokens=False)),
            corpus=recipe.corpus,
            knowledge=None if recipe.knowledge is None else files.enter_context(Knowledge(recipe.knowledge)),
            demonstrator=shows,
        )
        told = partial(progress, f"prompts of {split}")
        return read_split(corpus, split, layer, prompter, tokenizer, recipe.limit, told)


def _publish(recipe: Recipe, run: RunFolder, lessons: Lessons, tuned: dict[int, Tuned]) -> None:
    """Adapters, tokenizer and manifest to the model folder; the manifest last, so that it is whole when it is there."""
    shutil.rmtree(run.model, ignore_errors=True)
    run.model.mkdir()
    for seed, one in tuned.items():
        shutil.copytree(one.adapter, run.model / f"seed-{seed}")
    lessons.tokenizer.save_pretrained(str(run.model))
    manifest = Manifest(
        base=str(recipe.model.resolve()),
        space=lessons.space.name,
        corpus=recipe.corpus,
        parts=recipe.prompts,
        wording=wording(recipe.prompts),
        knowledge=None if recipe.knowledge is None else str(recipe.knowledge.resolve()),
        demos=None if recipe.demos is None else str(_whole(recipe.demos)),
        retrieval=recipe.retrieval,
        max_tokens=recipe.lora.max_tokens,
        nf4=recipe.lora.nf4 and _cuda(),
        seeds={seed: one.best["weighted_f1"] for seed, one in tuned.items()},
    )
    with replacing(run.model / NAME) as beside:
        beside.write_text(json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n", "utf8")


def _whole(demos: Path) -> Path:
    """The repository as it is named in any folder; the default one has its name."""
    return demos if demos == DEFAULT else demos.resolve()


def _metrics(recipe: Recipe, lessons: Lessons, tuned: dict[int, Tuned]) -> dict[str, Any]:
    best = {seed: one.best for seed, one in tuned.items()}
    names = ("weighted_f1", "macro_f1", "accuracy")
    return {
        "fitted_on": list(dict.fromkeys([f"{recipe.corpus}/train", *lessons.shown])),
        "selected_on": [f"{recipe.corpus}/validation"],
        "validation": {name: asdict(spread(np.array([one[name] for one in best.values()]))) for name in names},
        "seeds": {str(seed): judged for seed, judged in best.items()},
        "losses": {str(seed): [round(loss, 4) for loss in one.losses] for seed, one in tuned.items()},
        "causal": not recipe.prompts.symmetric,
        "wording": wording(recipe.prompts),
        "train": {"conversations": len(lessons.train.conversations), "utterances": len(lessons.train.gold)},
        "labelled_share": round(lessons.share, 4),
        "missing_insights": lessons.train.missing,
    }


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()
