"""Rows of the catalogue from our own run folders, and the runs that are refused.

A score on data that a system was trained or chosen on is no result. A score on a test split is one only
where it is known what the system was chosen on.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any, get_args

from pydantic import ValidationError

from sentio import registry
from sentio.card import CorpusCard, Modality, Task
from sentio.errors import InputError
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
TEXT: tuple[Modality, ...] = ("text",)


def from_run(folder: Path) -> tuple[Result, ...]:
    """The rows of a finished `sentio evaluate`: the system and its baselines, every metric that ranks.

    Raises `InputError` naming the folder and the reason for a run that is no result: unfinished, scored
    on the split that the system was trained or chosen on, or scored on a test split without anybody
    knowing what it was chosen on.
    """
    outcome, config, facts = _read(folder)
    if outcome.chosen_on == "this split":
        raise InputError(f"refused: {Path(outcome.system).name} was trained or chosen on this split", path=folder)
    if outcome.chosen_on == "unknown" and "test" in outcome.split:
        raise InputError("refused: scored on a test split, and what it was chosen on is unknown", path=folder)
    # A baseline that learned from the scored split knows its answers, whatever the system is.
    fair = [row for row in outcome.rows if row.learned not in ("the scored split itself", outcome.split)]
    if outcome.rows[0] not in fair:
        raise InputError(f"refused: {outcome.system} learned from the split it is scored on", path=folder)
    try:
        return tuple(result for row in fair for result in _results(row, outcome, config, facts))
    except (KeyError, TypeError, ValidationError) as error:
        raise InputError("refused: what the run says of itself is damaged", path=folder) from error


def folders(folder: Path) -> tuple[Path, ...]:
    """The run folders at a path: itself, or those it holds. Raises `InputError` where there is none."""
    found = (folder,) if (folder / "config.toml").exists() else tuple(sorted(folder.glob("*/config.toml")))
    if not found:
        raise InputError("no run folder, and none in it", path=folder)
    return tuple(path.parent if path.name == "config.toml" else path for path in found)


def merged(known: Iterable[Result], new: Iterable[Result]) -> tuple[Result, ...]:
    """Known and new rows in a fixed order; a new row takes the place of one of the same system and place."""
    rows = {(row.name, row.role, row.where): row for row in (*known, *new)}
    return tuple(rows[key] for key in sorted(rows, key=lambda key: (key[2], key[1] != "system", key[:2])))


def _read(folder: Path) -> tuple[Outcome, dict[str, Any], dict[str, Any]]:
    if not (folder / "metrics.json").exists():
        raise InputError("refused: the run is not finished", path=folder)
    try:
        outcome = Outcome.model_validate_json((folder / "metrics.json").read_text("utf8"))
        config = loads((folder / "config.toml").read_text("utf8"))
        facts = json.loads((folder / "environment.json").read_text("utf8"))
    except (OSError, ValueError, ValidationError, TOMLDecodeError) as error:
        raise InputError("refused: no complete run of `sentio evaluate`", path=folder) from error
    if not outcome.rows:
        raise InputError("refused: nobody was scored", path=folder)
    return outcome, config, facts


def _results(row: Row, outcome: Outcome, config: dict[str, Any], facts: dict[str, Any]) -> list[Result]:
    corpus, version = _place(outcome)
    selection, how = _selection(row, outcome)
    task, sees = _task(outcome), _sees(row)
    same_files = facts.get("files_as_measured")
    rows = []
    for metric, spread in row.metrics.items():
        if spread is None or metric in NO_SCORES:
            continue
        notes = [] if same_files else ["another copy of the corpus than the one its card was measured on"]
        if metric == outcome.headline and row.interval:
            notes.insert(0, "95 % interval over conversations {:.4f} to {:.4f}".format(*row.interval))
        rows.append(
            Result(
                system=Path(row.name).name,
                role=row.kind,
                task=task,
                ability=_ability(task, sees),
                output=_output(outcome),
                corpus=corpus,
                version=version,
                split=outcome.split,
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
                source=_command(outcome, config),
                split_hash=str(facts.get("split_hash", ""))[:12],
                note="; ".join(notes),
            )
        )
    return rows


def _place(outcome: Outcome) -> tuple[str, str]:
    named = VERSIONS.get((outcome.corpus, outcome.target))
    if named is not None:
        return named
    card = _corpus_card(outcome)
    return outcome.corpus, "" if outcome.target == next(iter(card.layers), None) else outcome.target


def _corpus_card(outcome: Outcome) -> CorpusCard:
    known = registry.components("corpora")
    card = known[outcome.corpus if outcome.corpus in known else "table"].card
    assert isinstance(card, CorpusCard)
    return card


def _task(outcome: Outcome) -> Task:
    if outcome.task in TASKS:
        return TASKS[outcome.task]
    names: tuple[Task, ...] = get_args(Task)
    return next((name for name in names if outcome.target.startswith(name)), _corpus_card(outcome).tasks[0])


def _sees(row: Row) -> tuple[Modality, ...]:
    if row.kind != "system":
        return TEXT
    known = registry.components("recognition")
    return known[row.name].card.modalities if row.name in known else ()


def _ability(task: Task, sees: Sequence[Modality]) -> Ability:
    if set(sees) - {"text"}:
        return "multi.emotion"
    return "verbal.act" if task in ("strategy", "intent", "dialogue act") else "verbal.emotion"


def _output(outcome: Outcome) -> Output | None:
    return None if outcome.task == "regression" else OUTPUTS.get(outcome.task, "closed.set")


def _selection(row: Row, outcome: Outcome) -> tuple[Selection, str]:
    if row.kind != "system" or outcome.chosen_on == "nothing":
        return "n/a", ""
    if outcome.chosen_on == "unknown":
        return "unknown", ""
    return "validation", "trained and chosen on other splits than this one, says its card"


def _unit(metric: str) -> Unit:
    if metric in CORRELATIONS:
        return "correlation"
    return "points" if metric in ERRORS else "percent" if metric == "bleu" else "fraction"


def _command(outcome: Outcome, config: dict[str, Any]) -> str:
    """The call that gives these numbers again."""
    seeds = config["evaluation"]["seeds"]
    system = Path(outcome.system).name
    call = f"sentio evaluate --system {system} --corpus {outcome.corpus} --split {outcome.split}"
    call += f" --target {outcome.target!r}" if " " in outcome.target else f" --target {outcome.target}"
    options = "".join(f" --{name.replace('_', '-')} {value}" for name, value in config.get("options", {}).items())
    return call + (f" --seeds {seeds}" if seeds > 1 else "") + options
