"""Who answers: a system, that of a run folder, a file of predictions, or a trivial baseline, by name."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol, cast

from sentio import causes, loading, personality, recognition, registry, responses
from sentio.card import BaselineCard
from sentio.corpora import Corpus
from sentio.errors import SentioError, UnknownName
from sentio.evaluation import given, overlaps
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.found_causes import FoundCauses
from sentio.evaluation.outcome import Chosen
from sentio.evaluation.recognized_emotions import RecognizedEmotions
from sentio.evaluation.recognized_traits import RecognizedTraits
from sentio.evaluation.replying import replying

Kind = Literal["system", "baseline", "oracle"]


class BaselineModule(Protocol):
    """What a baseline's file offers besides its card."""

    def fit(self, task: Task, training: Sequence[Asked], seed: int) -> Predictor: ...


@dataclass(frozen=True)
class Contender:
    """A name in the table: how to get its predictor for a seed, and what to say about it.

    `learned` names what a baseline was fitted on, "" where it learns nothing. `seen` are the splits
    ("meld/train") a system was trained or chosen on, None where nobody says. `sha256` is that of a file of
    predictions, "" for everything else.
    """

    name: str
    kind: Kind
    seeded: bool
    summary: str
    learned: str = ""
    seen: tuple[str, ...] | None = ()
    sha256: str = ""

    @property
    def file_name(self) -> str:
        """The name as part of a file's: that of a run folder is a path."""
        return Path(self.name).name

    def chosen_on(self, split: str) -> Chosen:
        """Whether a score on `split` ("meld/validation") is one on data the system has seen.

        "this split" is also said of a split that may hold the same conversations (`evaluation.overlaps`).
        """
        if self.seen is None:
            return "unknown"
        if self.learned == "the scored split itself" or overlaps.seen(split, self.seen):
            return "this split"
        return "another split" if self.seen else "nothing"


def system(
    name: str, task: Task, corpus: Corpus, options: Mapping[str, object] | None = None, split: str = "validation"
) -> Contender:
    """The contender that `--system` names: a recogniser, a run folder, a file of predictions or a baseline.

    What the option `demos` shows it counts as seen, and so do the default demonstrations where it would show these.
    Raises `UnknownName` for what is none of them, `InputError` for demonstrations that cannot be read.
    """
    shown = _shown(options or {})
    if name in (baselines := registry.components("evaluation.baselines")):
        if task.name not in (answers := cast(BaselineCard, baselines[name].card).answers):
            raise SentioError(f"{name} is a baseline for {', '.join(answers)}, not for {task.name}")
        return baseline(name, corpus, split)
    known = {one: found for kind in registry.METHODS for one, found in registry.components(kind).items()}
    if name not in known:
        if Path(name).suffix in given.SUFFIXES and Path(name).is_file():
            digest = sha256(Path(name).read_bytes()).hexdigest()
            return Contender(name, "system", False, "predictions of another program", seen=None, sha256=digest)
        if not Path(name).is_dir():
            raise UnknownName("system", name, [*known, *baselines])
        return Contender(name, "system", seeded=False, summary=f"trained in {name}", seen=_seen_in(Path(name), shown))
    made = known[name].card
    if "demos" in known[name].options():
        shown = shown or _shown_by_default(options or {})
    seeded = "seed" in known[name].options()
    return Contender(name, "system", seeded, made.summary, seen=made.fitted_on + made.selected_on + shown)


def baseline(name: str, corpus: Corpus, split: str = "validation") -> Contender:
    """The contender of a baseline's card; what it learns from is the training split that belongs to `split`."""
    card = cast(BaselineCard, registry.find("evaluation.baselines", name).card)
    source = None if card.learns == "nothing" else overlaps.training(split, corpus.splits)
    learned = "" if card.learns == "nothing" else source or "the scored split itself"
    kind: Kind = "oracle" if card.oracle else "baseline"
    seen = (f"{corpus.name}/{source}",) if source else ()
    return Contender(name, kind, card.seeded, card.summary, learned, seen)


def baselines(task: Task, corpus: Corpus, asked: Sequence[Asked], split: str = "validation") -> list[Contender]:
    """The task's baselines that make sense here, on that split.

    One that needs conversations is left out where there is no training split, one that reads what was said
    before where nothing was, and an oracle where no earlier utterance is labelled.
    """
    trained = overlaps.training(split, corpus.splits) is not None
    dialogue = any(len(one.item.conversation) > 1 for one in asked)
    labelled = any(len(one.item.gold.get(task.layer, ())) > 1 for one in asked)
    found = []
    for name, component in registry.components("evaluation.baselines").items():
        card = cast(BaselineCard, component.card)
        fits = (trained or card.learns != "conversations") and (dialogue or not card.context)
        if task.name in card.answers and fits and (labelled or not card.oracle):
            found.append(baseline(name, corpus, split))
    return found


def at_work(contender: Contender, task: Task, corpus: Corpus, seed: int, options: Mapping[str, object]) -> Predictor:
    """A system, loaded; one that throws dice gets the seed, and one that leaves out what it holds of the corpus its
    name.

    Raises `MissingExtra`, `UnknownName` for an option it has not, and `SentioError` or `MappingError` where
    it cannot answer what is asked, in the labels of the corpus.
    """
    kind = _kind(contender.name)
    given = dict(options)
    if contender.seeded:
        given["seed"] = seed
    if "corpus" in loading.component(kind, contender.name).options():
        given.setdefault("corpus", corpus.name)
    if kind == "causes":
        return FoundCauses(causes.load(contender.name, given), task)
    if kind == "responses":
        return replying(responses.load(contender.name, given), task)
    if kind == "personality":
        return RecognizedTraits(personality.load(contender.name, given), task)
    return RecognizedEmotions(recognition.load(contender.name, given), task, corpus.card.spaces.get(task.layer))


def fitted(contender: Contender, task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """A baseline, fitted on `training`; raises `MissingExtra` when it needs an optional package."""
    component = registry.find("evaluation.baselines", contender.name)
    with component.extra_named():
        module = cast(BaselineModule, component.load())
        return module.fit(task, training, seed)


def _kind(name: str) -> registry.Kind:
    """What kind of system it is, a name or a run folder; a name wins over a folder of that name.

    Raises `SentioError` for a folder of none.
    """
    for kind in registry.METHODS:
        if name in registry.components(kind):
            return kind
    for kind in registry.METHODS[1:]:
        with suppress(UnknownName):
            loading.component(kind, name)
            return kind
    return "recognition"


def _shown(options: Mapping[str, object]) -> tuple[str, ...]:
    """The splits whose labels are in the repository of demonstrations, or behind the planner, that the options name."""
    if "planner" in options:
        return _seen_in(Path(str(options["planner"])), ()) or ()
    if "demos" not in options:
        return ()
    from sentio import retrieval

    sources = retrieval.load(Path(str(options["demos"]))).manifest.sources
    return tuple(f"{source.corpus}/{source.split}" for source in sources)


def _shown_by_default(options: Mapping[str, object]) -> tuple[str, ...]:
    """The split of the default demonstrations, unless the option `retrieval` says that none are shown; also where they
    then turn out to have no words for the labels: what is claimed as unseen must be."""
    from sentio import retrieval

    wanted = str(options.get("retrieval", True)).lower() not in ("false", "no", "off", "n", "f", "0")
    return (retrieval.SOURCE.replace(":", "/"),) if wanted else ()


def _seen_in(run: Path, shown: tuple[str, ...]) -> tuple[str, ...] | None:
    """The splits a training run used, from its metrics, and those `shown` to it; None where they do not say."""
    try:
        told = json.loads((run / "metrics.json").read_text("utf8"))
        return (*told["fitted_on"], *told["selected_on"], *shown)
    except (OSError, ValueError, KeyError, TypeError):
        return None
