"""What run folders say of themselves: who learned from what was scored, and which cannot be read."""

import json
from pathlib import Path

import pytest

from sentio.errors import InputError
from sentio.evaluation import evaluate, folders


def changed(run: Path, **fields: object) -> None:
    told = json.loads((run / "metrics.json").read_text("utf8"))
    (run / "metrics.json").write_text(json.dumps({**told, **fields}), "utf8")


def test_a_baseline_that_learned_from_the_scored_split_is_marked_wherever_it_stands(
    corpora: Path, moody: str, tmp_path: Path
) -> None:
    evaluate(moody, "dailydialog", split="train", data=corpora, out=tmp_path / "train")
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "dev")
    of_train, of_dev = (tmp_path / name / "baselines" / "tfidf.parquet" for name in ("train", "dev"))
    assert folders.contender(of_train).chosen_on == "this split"
    assert folders.contender(of_dev).chosen_on == "another split"
    assert folders.contender(tmp_path / "train").chosen_on == "another split", "moody has not seen it"
    outcome = folders.contender(tmp_path / "train").outcome
    assert {row.name for row in outcome.rows if outcome.learned_from_scored(row)} == {
        row.name for row in outcome.rows if row.learned
    }


def test_a_baseline_that_learned_from_the_same_conversations_in_another_split_is_marked(
    corpora: Path, moody: str, tmp_path: Path
) -> None:
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run")
    changed(tmp_path / "run", corpus="iemocap", split="session1")
    assert folders.contender(tmp_path / "run" / "baselines" / "tfidf.parquet").chosen_on == "this split"
    changed(tmp_path / "run", split="validation")
    assert folders.contender(tmp_path / "run" / "baselines" / "tfidf.parquet").chosen_on == "another split"


def test_an_outcome_keeps_what_its_system_has_seen(corpora: Path, moody: str, tmp_path: Path) -> None:
    assert evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run").seen == ("goemotions/validation",)
    assert evaluate("tfidf", "dailydialog", data=corpora, out=tmp_path / "own").seen == ("dailydialog/train",)
    assert folders.contender(tmp_path / "run").outcome.seen == ("goemotions/validation",)


@pytest.mark.parametrize("broken", ["no rows", "a number", "not TOML", "a folder", "cut"])
def test_a_folder_that_cannot_be_read_is_passed_over_with_the_reason(
    broken: str, corpora: Path, moody: str, tmp_path: Path
) -> None:
    for name in ("bad", "good"):
        evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "runs" / name)
    bad = tmp_path / "runs" / "bad"
    match broken:
        case "no rows":
            changed(bad, rows=[])
        case "a number":
            (bad / "config.toml").write_text("evaluation = 3\n", "utf8")
        case "not TOML":
            (bad / "config.toml").write_bytes(b"\xff[")
        case "a folder":
            (bad / "config.toml").unlink()
            (bad / "config.toml").mkdir()
        case _:
            (bad / "metrics.json").write_text('{"system": "mo', "utf8")
    first, second = folders.below(tmp_path / "runs")
    assert (first.path.name, first.finished, first.outcome) == ("bad", False, None)
    assert first.problem
    assert second.finished
    with pytest.raises(InputError):
        folders.contender(bad)
