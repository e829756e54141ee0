"""What a component says about itself, readable without importing it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Modality = Literal["text", "audio", "video"]
Method = Literal["frozen.zero", "frozen.few", "frozen.cot", "tuned.full", "tuned.peft", "classic"]


class Card(BaseModel):
    """One row of `sentio ls`: what a component is, where it comes from, what it needs.

    Written as a literal at the top of a component's file, so that the registry can read it from the
    source. `extra` names the optional dependencies (`pip install "sentio[extra]"`), `labels` the
    label space a recogniser answers in, `suffixes` the file names a reader claims. `reconstruction`
    marks a system whose paper left parts open that we filled in. `fitted_on` and `selected_on` name the
    splits ("goemotions/train") that a ready-made model was trained and chosen on: a score on one of them
    is no result. `method` is how a system came about, in the words of the catalogue.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    summary: str
    paper: str | None = None
    licence: str = "Apache-2.0"
    modalities: tuple[Modality, ...] = ("text",)
    languages: tuple[str, ...] = ()
    labels: str | None = None
    suffixes: tuple[str, ...] = ()
    extra: str | None = None
    reconstruction: bool = False
    fitted_on: tuple[str, ...] = ()
    selected_on: tuple[str, ...] = ()
    method: Method | None = None


class BaselineCard(Card):
    """What a trivial rule says about itself.

    `answers` are the tasks it can be set to (`sentio.evaluation.tasks`), `learns` what it needs: nothing,
    the shares of the labels, or labelled conversations. `seeded` marks rules that throw dice, `context` those
    that read the utterances before, `oracle` those that read the gold labels before, which no system may see.
    """

    answers: tuple[str, ...]
    learns: Literal["nothing", "shares", "conversations"] = "nothing"
    seeded: bool = False
    context: bool = False
    oracle: bool = False


Task = Literal[
    "emotion",
    "sentiment",
    "cause",
    "next emotion",
    "strategy",
    "empathy",
    "intent",
    "dialogue act",
    "personality",
    "explanation",
    "open vocabulary",
    "understanding",
    "mental health",
    "demonstrations",
]


class CorpusCard(Card):
    """What a corpus says about itself, and how to recognise the user's copy of it.

    `folder` is where its files lie below the data folder, the corpus's id by default; those of one that is `shipped`
    lie beside its card. `files` lists the
    files of each split, relative to it; a file may also lie there as `NAME.gz`. `checksums` are the
    SHA-256 of the copies that were read when `counts` (split -> what -> how many) were taken, of the
    unpacked text for a file that is packed. `layers` gives each annotation layer's labels in the
    corpus's order, () for scores and texts; `spaces` names the label space of a layer that has one.
    The first layer is the one that is scored by default, by `metric` where the field has agreed on another
    than weighted F1. `obtain` says where to ask for the corpus. `shares` names corpora that hold some of the same
    conversations, in splits of the same name ("meld"), or in any ("peld/*") where the two are cut in another way;
    it is enough that one of the two cards says so. `annotators` says who gave the votes that it holds.
    """

    tasks: tuple[Task, ...]
    folder: str | None = None
    obtain: str
    shipped: bool = False
    files: dict[str, tuple[str, ...]]
    checksums: dict[str, str] = {}
    counts: dict[str, dict[str, int]] = {}
    layers: dict[str, tuple[str, ...]]
    spaces: dict[str, str] = {}
    metric: str | None = None
    shares: tuple[str, ...] = ()
    annotators: Literal["person", "language model"] = "person"
    faults: tuple[str, ...] = ()
