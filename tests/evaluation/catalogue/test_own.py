"""Finished runs become rows; runs that are no result are refused with a reason."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio.errors import InputError
from sentio.evaluation import evaluate
from sentio.evaluation.catalogue import Result, own, rescoring
from sentio.evaluation.catalogue.lint import lint

Make = Callable[..., Result]


@pytest.fixture
def run(corpora: Path, moody: str, tmp_path: Path) -> Path:
    """A finished run of a system chosen on another corpus, with three seeds."""
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run", seeds=3)
    return tmp_path / "run"


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures need not follow from the answers: for what was changed by hand."""
    monkeypatch.setattr(rescoring, "check", lambda folder, outcome: None)


def change(run: Path, **fields: object) -> Path:
    """The run, with other fields in what it found out."""
    told = metrics(run)
    (run / "metrics.json").write_text(json.dumps({**told, **fields}), "utf8")
    return run


def metrics(run: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((run / "metrics.json").read_text("utf8"))
    return told


def test_system_and_baselines_become_rows_with_seeds_and_spread(run: Path) -> None:
    rows = own.from_run(run)
    assert {row.role for row in rows} == {"system", "baseline", "oracle"}
    assert {row.where[:3] for row in rows} == {("dailydialog", "", "validation")}
    moody = {row.metric: row for row in rows if row.system == "moody"}
    assert set(moody) == {"micro_f1_without:neutral", "weighted_f1", "macro_f1", "accuracy", "uar"}
    told = metrics(run)["rows"][0]["metrics"]["accuracy"]
    row = moody["accuracy"]
    assert (row.value, row.spread, row.n_seeds) == (told["mean"], told["sd"], 3)
    assert (row.unit, row.task, row.modalities, row.output) == ("fraction", "emotion", ("text",), "closed.set")
    assert (row.selection, row.source_kind, row.evidence) == ("validation", "ours", "verified")
    assert row.source == (
        "sentio evaluate --system moody --corpus dailydialog --split validation --target emotion --seeds 3"
    )
    environment = json.loads((run / "environment.json").read_text("utf8"))
    assert environment["split_hash"].startswith(row.split_hash)
    assert len(row.split_hash) == 12
    assert "95 % interval over conversations" in moody["micro_f1_without:neutral"].note
    assert all("another copy of the corpus" in one.note for one in rows), "the little corpus is not the measured one"
    assert {one.selection for one in rows if one.role != "system"} == {"n/a"}
    assert not lint(rows)


def test_a_run_on_the_split_its_system_was_chosen_on_is_refused(run: Path) -> None:
    with pytest.raises(InputError, match="run: refused: moody was trained or chosen on this split"):
        own.from_run(change(run, chosen_on="this split"))


@pytest.mark.parametrize(
    ("split", "chosen", "accepted"),
    [
        ("test", "another split", True),
        ("test", "nothing", True),
        ("test", "unknown", False),
        ("dialogue_test", "unknown", False),
        ("test", "this split", False),
        ("validation", "unknown", True),
        ("validation", "nothing", True),
    ],
)
def test_a_test_split_needs_a_system_that_says_what_it_was_chosen_on(
    split: str, chosen: str, accepted: bool, run: Path
) -> None:
    changed = change(run, split=split, chosen_on=chosen)
    if not accepted:
        with pytest.raises(InputError, match="refused: "):
            own.from_run(changed)
        return
    selections = {row.selection for row in own.from_run(changed) if row.role == "system"}
    assert selections == {{"another split": "validation", "nothing": "n/a", "unknown": "unknown"}[chosen]}


def test_what_learned_from_the_scored_split_is_left_out(run: Path) -> None:
    rows = metrics(run)["rows"]
    for row in rows:
        if row["name"] == "majority":
            row["learned"] = "the scored split itself"
    names = {row.system for row in own.from_run(change(run, rows=rows))}
    assert "majority" not in names
    assert "tfidf" in names
    assert {row.system for row in own.from_run(change(run, split="train"))} == {"moody"}
    with pytest.raises(InputError, match="majority learned from the split it is scored on"):
        own.from_run(change(run, rows=[row for row in rows if row["name"] == "majority"], system="majority"))


@pytest.mark.parametrize("broken", ["unfinished", "training", "cut", "empty", "nan", "no seeds", "gone"])
def test_a_folder_that_is_no_finished_evaluation_is_refused(broken: str, run: Path) -> None:
    path = run / "metrics.json"
    match broken:
        case "unfinished":
            path.unlink()
        case "training":
            path.write_text('{"accuracy": 0.5}', "utf8")
        case "cut":
            path.write_text(path.read_text("utf8")[:-20], "utf8")
        case "empty":
            change(run, rows=[])
        case "nan":
            rows = metrics(run)["rows"]
            rows[0]["metrics"]["accuracy"]["mean"] = float("nan")
            change(run, rows=rows)
        case "no seeds":
            (run / "config.toml").write_text("[evaluation]\n", "utf8")
        case _:
            run = run / "gone"
    with pytest.raises(InputError, match="refused: "):
        own.from_run(run)


def test_a_metric_that_is_not_defined_is_no_row(run: Path, unchecked: None) -> None:
    rows = metrics(run)["rows"]
    rows[0]["metrics"]["accuracy"] = None
    changed = own.from_run(change(run, rows=rows))
    assert "accuracy" not in {row.metric for row in changed if row.system == "moody"}


def test_no_path_of_the_machine_is_told(run: Path) -> None:
    rows = metrics(run)["rows"]
    rows[0]["name"] = str(run / "trained")
    with (run / "config.toml").open("a", encoding="utf8") as file:
        file.write(f'index_of = "{run}/my index"\n')
    for row in own.from_run(change(run, system=str(run / "trained"), rows=rows)):
        assert str(run) not in row.model_dump_json()
        assert row.source.endswith("--seeds 3 --index-of 'my index'")


@pytest.mark.parametrize(
    ("corpus", "target", "task", "place"),
    [
        ("iemocap", "emotion4", "classification", ("iemocap", "4-way", "emotion")),
        ("iemocap", "emotion", "classification", ("iemocap", "6-way", "emotion")),
        ("meld", "sentiment", "classification", ("meld", "sentiment", "sentiment")),
        ("emorynlp_7551", "emotion", "classification", ("emorynlp", "7,551", "emotion")),
        ("reccon", "causes", "causes", ("reccon", "dd causes", "cause")),
        ("peld", "emotion", "next emotion", ("peld", "", "next emotion")),
        ("cped", "dialogue act", "classification", ("cped", "dialogue act", "dialogue act")),
        ("my calls", "mood", "classification", ("my calls", "mood", "emotion")),
    ],
)
def test_rows_stand_where_the_published_ones_do(
    corpus: str, target: str, task: str, place: tuple[str, str, str], run: Path, unchecked: None
) -> None:
    rows = own.from_run(change(run, corpus=corpus, target=target, task=task))
    assert {(row.corpus, row.version, row.task) for row in rows} == {place}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (2e-9, "predictions.parquet: refused: accuracy is another figure: metrics.json says"),
        (-2e-9, "accuracy is another figure"),
        (None, "accuracy is defined only in one of metrics.json and these answers"),
    ],
)
def test_figures_that_the_answers_do_not_give_are_refused(changed: float | None, message: str, run: Path) -> None:
    rows = metrics(run)["rows"]
    if changed is None:
        rows[0]["metrics"]["accuracy"] = None
    else:
        rows[0]["metrics"]["accuracy"]["mean"] += changed
    with pytest.raises(InputError, match=message):
        own.from_run(change(run, rows=rows))


def test_a_figure_may_differ_in_its_last_digits(run: Path) -> None:
    rows = metrics(run)["rows"]
    rows[0]["metrics"]["accuracy"]["mean"] += 5e-10
    assert own.from_run(change(run, rows=rows))


def test_a_figure_of_a_baseline_is_scored_again_too(run: Path) -> None:
    rows = metrics(run)["rows"]
    rows[-1]["metrics"]["weighted_f1"]["mean"] += 0.01
    with pytest.raises(InputError, match=rf"baselines/{rows[-1]['name']}.parquet: refused: weighted_f1"):
        own.from_run(change(run, rows=rows))
    rows[-1]["metrics"] = {"kettles": rows[0]["metrics"]["accuracy"]}
    with pytest.raises(InputError, match="these answers give no kettles"):
        own.from_run(change(run, rows=rows))
    (run / "predictions.parquet").unlink()
    with pytest.raises(InputError, match=r"cannot be scored again: .*missing"):
        own.from_run(run)


@pytest.mark.parametrize(
    ("seen", "selection", "how"),
    [
        (["goemotions/train", "goemotions/validation"], "validation", "goemotions/train, goemotions/validation"),
        (["goemotions/train", "dailydialog/test"], "test", "goemotions/train, dailydialog/test"),
        (["meld/validation", "dailydialog/dialogue_test"], "test", "meld/validation, dailydialog/dialogue_test"),
        (["meld/validation", "goemotions/test"], "validation", "meld/validation, goemotions/test"),
        (["goemotions/test"], "unknown", None),
        (["goemotions/train"], "unknown", None),
        (None, "unknown", None),
    ],
)
def test_the_way_of_selection_follows_from_the_splits_that_were_seen(
    seen: list[str] | None, selection: str, how: str | None, run: Path
) -> None:
    rows = own.from_run(change(run, seen=seen))
    told = {(row.selection, row.selection_ref) for row in rows if row.role == "system"}
    assert told == {(selection, f"its card names {how}" if how else "")}
    folder = metrics(run)["rows"]
    folder[0]["name"] = "runs/trained"
    named = {row.selection_ref for row in own.from_run(change(run, rows=folder)) if row.role == "system"}
    assert named == {f"its training run names {how}" if how else ""}


def test_a_folder_that_is_called_like_a_shipped_system_does_not_take_its_place(run: Path) -> None:
    rows = metrics(run)["rows"]
    shipped = own.from_run(run)
    rows[0]["name"] = "somewhere/moody"
    other = own.from_run(change(run, rows=rows, system="somewhere/moody"))
    assert {row.system for row in other if row.role == "system"} == {"moody (own copy)"}
    both = own.merged(shipped, other)
    assert {row.system for row in both if row.role == "system"} == {"moody", "moody (own copy)"}
    rows[0]["name"] = "somewhere/trained"
    assert "trained" in {row.system for row in own.from_run(change(run, rows=rows))}


def test_the_method_is_that_of_the_card(run: Path, moody: str) -> None:
    source = Path(sys.modules[moody].__file__ or "")
    assert {row.method for row in own.from_run(run)} == {None}
    source.write_text(source.read_text("utf8").replace('labels="ekman"', 'labels="ekman", method="classic"'), "utf8")
    assert {row.method for row in own.from_run(run) if row.role == "system"} == {"classic"}
    assert {row.method for row in own.from_run(run) if row.role != "system"} == {None}


def test_a_new_row_takes_the_place_of_the_old_one(row: Make) -> None:
    old, new, other = row(value=50.0), row(value=51.0), row(system="Spoon")
    assert own.merged([old, other], [new]) == (new, other)
    assert own.merged([other, old], []) == own.merged([old], [other])
    assert len(own.merged([old], [row(role="baseline"), row(split="validation")])) == 3


def test_run_folders_are_found_at_a_path_or_in_it(run: Path) -> None:
    assert own.folders(run) == own.folders(run.parent) == (run,)
    training = run.parent / "training"
    training.mkdir()
    (training / "config.toml").write_text('system = "moody"\n', "utf8")
    assert own.folders(run.parent) == (run,)
    with pytest.raises(own.NoResult, match="a training, not an evaluation"):
        own.from_run(training)
    with pytest.raises(InputError, match="no run folder of an evaluation, and none in it"):
        own.folders(run / "baselines")
