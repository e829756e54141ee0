"""Rows of the catalogue from our own run folders, and the runs that are refused.

A score on data that a system was trained or chosen on is no result. A score on a test split is one only
where it is known what the system was chosen on.
"""

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any, get_args

from pydantic import ValidationError

from sentio import registry
from sentio.card import Card, CorpusCard, Modality, Task
from sentio.errors import InputError
from sentio.evaluation.catalogue import rescoring
from sentio.evaluation.catalogue.record import Ability, Output, Result, Selection, Unit
from sentio.evaluation.outcome import Outcome, Row

VERSIONS = {
    ("iemocap", "emotion"): ("iemocap", "6-way"),
    ("iemocap", "emotion4"): ("iemocap", "4-way"),
    ("emorynlp_7551", "emotion"): ("emorynlp", "7,551"),
    ("reccon", "causes"): ("reccon", "dd causes"),
    ("reccon", "spans"): ("reccon", "dd spans"),
    ("wassa_essays", "empathy"): ("wassa_essays", "2022 empathy"),
    ("wassa_essays", "distress"): ("wassa_essays", "2022 distress"),
}
"""A corpus and target of ours as the catalogue's corpus and version, where the names are not the same."""
CORRELATIONS = ("pearson", "spearman", "ccc")
ERRORS = ("mae", "rmse")
NO_SCORES = ("ece", "brier", "coverage", "invalid_rate")
"""How sure a system is, what share of gold words the wheels know and of answers is no label, rank nobody."""
TASKS: dict[str, Task] = {"causes": "cause", "spans": "cause", "next emotion": "next emotion"}
OUTPUTS: dict[str, Output] = {"open vocabulary": "open.vocab", "text": "description", "spans": "span"}
OTHER_COPY = "another copy of the corpus than the one its card was measured on"
TEXT: tuple[Modality, ...] = ("text",)


class NoResult(InputError):
    """A run that is whole and yet nothing for the catalogue: a training, or a score on what its system has seen."""


@dataclass(frozen=True)
class _Run:
    """A finished run: what came out, what was asked, what was written down about it, and its corpus's card."""

    outcome: Outcome
    config: dict[str, Any]
    facts: dict[str, Any]
    card: CorpusCard

    @classmethod
    def read(cls, folder: Path) -> "_Run":
        if _is_training(folder):
            raise NoResult("refused: a training, not an evaluation", path=folder)
        if not (folder / "metrics.json").exists():
            raise InputError("refused: the run is not finished", path=folder)
        try:
            outcome = Outcome.model_validate_json((folder / "metrics.json").read_text("utf8"))
            config = loads((folder / "config.toml").read_text("utf8"))
            facts = json.loads((folder / "environment.json").read_text("utf8"))
        except (OSError, ValueError, ValidationError, TOMLDecodeError) as error:
            raise InputError("refused: no complete run of `sentio evaluate`", path=folder) from error
        known = registry.components("corpora")
        # A corpus without a file of its own is a table of the user's.
        card = known[outcome.corpus if outcome.corpus in known else "table"].card
        assert isinstance(card, CorpusCard)
        return cls(outcome, config, facts, card)

    @property
    def place(self) -> tuple[str, str]:
        """The catalogue's corpus and version; the corpus's main target needs no version."""
        corpus, target = self.outcome.corpus, self.outcome.target
        main = next(iter(self.card.layers), None)
        return VERSIONS.get((corpus, target), (corpus, "" if target == main else target))

    @property
    def task(self) -> Task:
        if self.outcome.task in TASKS:
            return TASKS[self.outcome.task]
        names: tuple[Task, ...] = get_args(Task)
        return next((name for name in names if self.outcome.target.startswith(name)), self.card.tasks[0])

    @property
    def output(self) -> Output | None:
        return None if self.outcome.task == "regression" else OUTPUTS.get(self.outcome.task, "closed.set")

    @property
    def command(self) -> str:
        """The call that gives these numbers again; of a path on this machine only the name."""
        asked, seeds = self.outcome, self.config["evaluation"]["seeds"]
        words = ["--system", asked.system, "--corpus", asked.corpus, "--split", asked.split, "--target", asked.target]
        words += ["--seeds", str(seeds)] if seeds > 1 else []
        for name, value in self.config.get("options", {}).items():
            words += [f"--{name.replace('_', '-')}", value]
        return shlex.join(
            ["sentio", "evaluate", *(Path(word).name if Path(word).is_absolute() else word for word in words)]
        )


def from_run(folder: Path) -> tuple[Result, ...]:
    """The rows of a finished `sentio evaluate`: the system and its baselines, every metric that ranks.

    Raises `NoResult` naming the folder and the reason for a training and for a run on a split that the system
    was trained or chosen on, or on a test split without anybody knowing what it was chosen on; `InputError` for
    one that is unfinished or damaged, or whose answers do not give its figures (`rescoring`).
    """
    run = _Run.read(folder)
    system, split, chosen = Path(run.outcome.system).name, run.outcome.split, run.outcome.chosen_on
    if chosen == "this split":
        raise NoResult(f"refused: {system} was trained or chosen on this split", path=folder)
    if chosen == "unknown" and "test" in split:
        raise NoResult("refused: scored on a test split, and what it was chosen on is unknown", path=folder)
    # A baseline that learned from the scored split knows its answers, whatever the system is.
    fair = [row for row in run.outcome.rows if not run.outcome.learned_from_scored(row)]
    if run.outcome.rows[0] not in fair:
        raise NoResult(f"refused: {system} learned from the split it is scored on", path=folder)
    rescoring.check(folder, run.outcome)
    try:
        return tuple(result for row in fair for result in _results(row, run))
    except (AttributeError, KeyError, TypeError, ValidationError) as error:
        raise InputError("refused: what the run says of itself is damaged", path=folder) from error


def folders(folder: Path) -> tuple[Path, ...]:
    """The evaluations at a path: itself, or those it holds besides trainings. Raises `InputError` where none is."""
    if (folder / "config.toml").exists():
        return (folder,)
    found = tuple(config.parent for config in sorted(folder.glob("*/config.toml")) if not _is_training(config.parent))
    if not found:
        raise InputError("no run folder of an evaluation, and none in it", path=folder)
    return found


def merged(known: Iterable[Result], new: Iterable[Result]) -> tuple[Result, ...]:
    """Known and new rows in a fixed order; a new row takes the place of one of the same system and place."""
    rows = {(row.name, row.role, row.where): row for row in (*known, *new)}
    return tuple(rows[key] for key in sorted(rows, key=lambda key: (key[2], key[1] != "system", key[:2])))


def _is_training(folder: Path) -> bool:
    try:
        return "evaluation" not in loads((folder / "config.toml").read_text("utf8"))
    except (OSError, ValueError):
        return False


def _results(row: Row, run: _Run) -> list[Result]:
    card = _card(row)
    sees, (corpus, version), (selection, how) = _sees(row, card), run.place, _selection(row, run.outcome)
    copy = [] if run.facts.get("files_as_measured") else [OTHER_COPY]
    interval = ["95 % interval over conversations {:.4f} to {:.4f}".format(*row.interval)] if row.interval else []
    return [
        Result(
            system=_name(row),
            role=row.kind,
            task=run.task,
            ability=_ability(run.task, sees),
            method=card.method if card else None,
            output=run.output,
            corpus=corpus,
            version=version,
            split=run.outcome.split,
            modalities=sees,
            metric=metric,
            value=spread.mean,
            unit=_unit(metric),
            selection=selection,
            selection_ref=how,
            n_seeds=spread.n,
            spread=spread.sd,
            source_kind="ours",
            evidence="verified",
            source=run.command,
            split_hash=run.facts["split_hash"][:12],
            note="; ".join([*(interval if metric == run.outcome.headline else []), *copy]),
        )
        for metric, spread in row.metrics.items()
        if spread is not None and metric not in NO_SCORES
    ]


def _name(row: Row) -> str:
    """The system's name; a folder or file called like a shipped system must not take that one's place."""
    name = Path(row.name).name
    shipped = registry.components("recognition").keys() | registry.components("evaluation.baselines").keys()
    return f"{name} (own copy)" if name != row.name and name in shipped else name


def _card(row: Row) -> Card | None:
    """The card of a shipped system; a run folder, a file and a baseline have none."""
    known = registry.components("recognition")
    return known[row.name].card if row.kind == "system" and row.name in known else None


def _sees(row: Row, card: Card | None) -> tuple[Modality, ...]:
    if row.kind != "system":
        return TEXT
    return card.modalities if card else ()


def _ability(task: Task, sees: Sequence[Modality]) -> Ability:
    if set(sees) - {"text"}:
        return "multi.emotion"
    return "verbal.act" if task in ("strategy", "intent", "dialogue act") else "verbal.emotion"


def _selection(row: Row, outcome: Outcome) -> tuple[Selection, str]:
    """How the system was chosen, by the splits it has seen: only one that names a validation split, and no test
    split of this corpus, was chosen on validation."""
    if row.kind != "system" or outcome.chosen_on == "nothing":
        return "n/a", ""
    if outcome.chosen_on == "unknown":
        return "unknown", ""
    named = [split.rpartition("/") for split in outcome.seen or ()]
    role: Selection = "unknown"
    if any("test" in split for corpus, _, split in named if corpus == outcome.corpus):
        role = "test"
    elif any("validation" in split for _, _, split in named):
        role = "validation"
    if role == "unknown":
        return role, ""
    source = "its card names" if _card(row) else "its training run names"
    return role, f"{source} {', '.join(outcome.seen or ())}"


def _unit(metric: str) -> Unit:
    if metric in CORRELATIONS:
        return "correlation"
    return "points" if metric in ERRORS else "percent" if metric == "bleu" else "fraction"
