"""`sentio evaluate`: a system and the task's baselines on a split, in a run folder.

runs/mini-meld-validation/
  config.toml           what was asked
  environment.json      versions, command, seeds, what the data were (hashes)
  predictions.parquet   the system's answers, on disk before any metric is computed
  baselines/*.parquet   the baselines' answers
  metrics.json          what came out
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sentio import corpora, registry
from sentio.corpora import Corpus
from sentio.errors import InputError, UnknownName
from sentio.evaluation import overlaps, predictors, tasks
from sentio.evaluation.base import Asked, Predictor, Task
from sentio.evaluation.given import GivenAnswers
from sentio.evaluation.journal import Journal
from sentio.evaluation.outcome import Outcome, Row, merged
from sentio.evaluation.predictions import by_seed, table
from sentio.evaluation.predictors import Contender
from sentio.recognition.base import Remarking
from sentio.training.run_folder import RunFolder, replacing

if TYPE_CHECKING:
    import polars

Progress = Callable[[str, int], None]
Remarked = Callable[[str], None]


def evaluate(
    system: str,
    corpus: str,
    *,
    split: str | None = None,
    target: str | None = None,
    seeds: int = 1,
    data: str | Path | None = None,
    out: str | Path | None = None,
    options: Mapping[str, object] | None = None,
    progress: Progress = lambda name, done: None,
    remarked: Remarked = lambda remark: None,
) -> Outcome:
    """Score a system, and the task's trivial baselines beside it, on a split of a corpus.

    `system` is a name, the folder of a training run, a baseline, or a file of predictions (`evaluation.given`).
    `split` is validation by default, or the only one the corpus has. `target` is the annotation layer (the
    corpus's main one by default; `causes` and `spans` for causes). Systems and baselines that throw dice are
    run with the seeds 0 to `seeds` - 1. `out` is runs/SYSTEM-CORPUS-SPLIT-TARGET by default. A killed run
    goes on where it was when called again and ends with the same bytes; a finished one is read, not
    repeated. `remarked` is told, a line each, what the system has to say about the answers of this call.
    Raises `InputError` for a corpus that cannot be read, `UnknownName`, `MappingError`, `RecipeError` when
    `out` holds another run, `OutputError` when it holds something else, or another process is at work there.
    """
    source = corpora.load(corpus, None if data is None else Path(data))
    call = _Call.prepared(system, source, split or _default_split(source), target, seeds, options or {})
    path = Path(out or default_folder(system, source.name, call.split, call.target))
    folder = RunFolder(path, call.config())
    if folder.metrics is None:
        call.try_system()
    metrics = folder.complete(lambda: call.run(folder, progress, remarked), call.facts())
    try:
        return Outcome.model_validate(metrics)
    except ValidationError as error:
        raise InputError("written by another version of sentio; choose another --out", path=path) from error


def default_folder(system: str, corpus: str, split: str, target: str) -> Path:
    """Where a run goes that was told no folder.

    >>> default_folder("mini", "meld", "validation", "emotion").name
    'mini-meld-validation-emotion'
    """
    return Path("runs") / f"{Path(system).name}-{corpus}-{split}-{target}"


def _default_split(corpus: Corpus) -> str:
    only = tuple(corpus.card.files)
    return only[0] if len(only) == 1 else "validation"


@dataclass(frozen=True)
class _Call:
    """One call of `evaluate`: everything that is known before the first question is asked."""

    system: str
    corpus: Corpus
    split: str
    target: str
    seeds: int
    options: Mapping[str, object]
    task: Task
    asked: tuple[Asked, ...]
    contenders: tuple[Contender, ...]

    @classmethod
    def prepared(
        cls, system: str, corpus: Corpus, split: str, target: str | None, seeds: int, options: Mapping[str, object]
    ) -> "_Call":
        items = list(corpus.conversations(split))
        target = target or tasks.default_target(corpus.card)
        task = tasks.for_target(corpus, target, items)
        first = predictors.system(system, task, corpus, options, split)
        if options and (first.kind != "system" or first.sha256):
            raise UnknownName(f"option of {system}", next(iter(options)), ())
        asked = tasks.asked(task, items)
        others = (one for one in predictors.baselines(task, corpus, asked, split) if one.name != first.name)
        return cls(system, corpus, split, target, seeds, options, task, asked, (first, *others))

    def config(self) -> str:
        """The call as TOML, with hashes of the data, the training data where something is learned from them, and
        of a trained model: a folder made by another one is not gone on with."""
        given = {
            "sentio": version("sentio"),
            "system": self.system,
            "corpus": self.corpus.name,
            "split": self.split,
            "target": self.target,
            "seeds": self.seeds,
            "data": self.corpus.fingerprint(self.split),
            "training": self.corpus.fingerprint(self.learned) if self.learned else "",
            "predictions": self.contenders[0].sha256,
            "model": self._model_digest(),
        }
        lines = ["[evaluation]", *(f"{key} = {json.dumps(value)}" for key, value in given.items() if value != "")]
        lines += ["", "[options]", *(f"{key} = {json.dumps(str(value))}" for key, value in self.options.items())]
        return "\n".join(lines) + "\n"

    def facts(self) -> dict[str, Any]:
        """What the environment says besides versions: seeds, and hashes of what was read and asked.

        `split_hash` is that of the targets: where each is, what is said there, and its gold.
        """
        keys = sorted(
            json.dumps([one.item.id, t.utterance, t.evidence, one.utterances[t.utterance].text, t.gold])
            for one in self.asked
            for t in one.targets
        )
        read = {self.split, self.learned} if self.learned else {self.split}
        names = dict.fromkeys(name for split in sorted(read) for name in self.corpus.card.files[split])
        return {
            "seeds": list(range(self.seeds)),
            "split_hash": sha256("\n".join(keys).encode()).hexdigest(),
            "files": {name: self.corpus.files.checksum(name) for name in names},
            "files_as_measured": all(f.state == "same" for f in self.corpus.check() if read & {*f.splits}),
        }

    @property
    def learned(self) -> str | None:
        """The training split, where somebody here learns from it."""
        source = overlaps.training(self.split, self.corpus.splits)
        return source if any(contender.learned == source for contender in self.contenders) else None

    @cached_property
    def training(self) -> tuple[Asked, ...]:
        """What baselines learn from: the training split, or where there is none (for shares of labels only)
        the scored split itself."""
        source = overlaps.training(self.split, self.corpus.splits)
        return self.asked if source is None else tasks.asked(self.task, list(self.corpus.conversations(source)))

    def try_system(self) -> None:
        """Raise what keeps the system from answering before a folder is made for it.

        It is an option, a label space, a missing package, or a target that a file of predictions leaves out.
        """
        if self.contenders[0].kind == "system":
            system = self.predictor(self.contenders[0], 0)
            if self.contenders[0].sha256:  # looking up costs nothing; asking a system might
                deque(system.predict(self.asked), maxlen=0)

    def predictor(self, contender: Contender, seed: int) -> Predictor:
        """The contender, ready to answer; a baseline is fitted now."""
        if contender.sha256:
            return GivenAnswers(Path(contender.name), self.task)
        if contender.kind == "system":
            return predictors.at_work(contender, self.task, self.corpus, seed, self.options)
        return predictors.fitted(contender, self.task, self.training if contender.learned else (), seed)

    def run(self, folder: RunFolder, progress: Progress, remarked: Remarked) -> None:
        """Let all answer, one after the other, and write what came out."""
        rows = [self.row(contender, folder, progress, remarked) for contender in self.contenders]
        folder.finish(self.outcome(rows).model_dump())

    def row(self, contender: Contender, folder: RunFolder, progress: Progress, remarked: Remarked) -> Row:
        """Ask for every seed, write the answers, then score them."""
        answered = []
        for seed in range(self.seeds if contender.seeded else 1):
            journal = Journal(folder.checkpoints / f"{contender.file_name}-{seed}.jsonl")
            self.ask(contender, seed, journal, progress, remarked)
            answered.append((seed, journal.answers()))
        predictions = table(self.asked, answered)
        first = contender == self.contenders[0]
        path = folder.path / ("predictions.parquet" if first else f"baselines/{contender.file_name}.parquet")
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as beside:
            predictions.write_parquet(beside)
        return scored(contender, self.task, predictions)

    def ask(self, contender: Contender, seed: int, journal: Journal, progress: Progress, remarked: Remarked) -> None:
        """Ask what the journal does not hold yet."""
        at_work: list[Predictor] = []

        def predictor() -> Predictor:
            at_work.append(self.predictor(contender, seed))
            return at_work[0]

        for done in journal.complete(predictor, self.asked):
            progress(contender.name, done)
        for one in at_work:
            if isinstance(one, Remarking):
                for remark in one.remarks():
                    remarked(remark)

    def _model_digest(self) -> str:
        """SHA-256 over the names and files of a training run's model; "" for a system that comes with a package,
        whose version says which it is."""
        folder = Path(self.system) / "model"
        if self.system in registry.components("recognition") or not folder.is_dir():
            return ""
        digest = sha256()
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            with path.open("rb") as file:
                digest.update(
                    f"{path.relative_to(folder).as_posix()} {file_digest(file, 'sha256').hexdigest()}\n".encode()
                )
        return digest.hexdigest()

    def outcome(self, rows: Sequence[Row]) -> Outcome:
        return Outcome(
            system=self.system,
            corpus=self.corpus.name,
            split=self.split,
            target=self.target,
            task=self.task.name,
            headline=self.task.headline,
            labels=self.task.labels,
            conversations=len(self.asked),
            targets=sum(len(one.targets) for one in self.asked),
            chosen_on=self.contenders[0].chosen_on(f"{self.corpus.name}/{self.split}"),
            seen=self.contenders[0].seen,
            rows=tuple(rows),
        )


def scored(contender: Contender, task: Task, predictions: "polars.DataFrame") -> Row:
    """A contender's row of the table, from its predictions alone."""
    scores = [task.score(of_seed) for _, of_seed in by_seed(predictions)]
    metrics, per_label = merged(scores)
    return Row(
        name=contender.name,
        kind=contender.kind,
        summary=contender.summary,
        learned=contender.learned,
        metrics=metrics,
        per_label=per_label,
        interval=scores[0].interval(),
    )
