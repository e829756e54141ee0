"""Run folders: answers before metrics, resuming to the same bytes, and what a folder says about itself."""

import json
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentio.errors import InputError, OutputError, RecipeError, SentioError, UnknownName
from sentio.evaluation import Outcome, evaluate
from sentio.evaluation.base import Predictions
from sentio.evaluation.intervals import dialogue_interval
from sentio.evaluation.tasks.classification import Classification
from sentio.metrics.confusion import Measure

STEADY = """
from pathlib import Path
from moody import Moody
from pydantic import BaseModel
from sentio.card import Card

card = Card(title="Steady", summary="throws the same dice", labels="ekman")

class Options(BaseModel):
    model: Path | None = None

def load(options):
    return Moody(0)
"""


def written(folder: Path) -> dict[str, bytes]:
    """What a run left, but for its environment, which holds the time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "environment.json"
    }


def test_the_system_stands_above_the_baselines_of_its_task(corpora: Path, moody: str, tmp_path: Path) -> None:
    outcome = evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run", seeds=3)
    assert outcome.rows[0].name == "moody"
    assert {row.name for row in outcome.rows[1:]} == {
        "majority", "repeat_previous", "repeat_speaker", "stratified_random", "tfidf", "tfidf_context",
    }  # fmt: skip
    assert {row.name: row.kind for row in outcome.rows}["repeat_speaker"] == "oracle"
    assert (outcome.conversations, outcome.targets) == (4, 10)
    assert outcome == Outcome.model_validate_json((tmp_path / "run" / "metrics.json").read_text("utf8"))


def test_seeds_become_mean_and_spread(corpora: Path, moody: str, tmp_path: Path) -> None:
    outcome = evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run", seeds=3)
    table = polars.read_parquet(tmp_path / "run" / "predictions.parquet")
    right = [fmean(part["gold"] == part["predicted"]) for _, part in table.group_by("seed", maintain_order=True)]
    assert len(set(right)) > 1
    accuracy = outcome.rows[0].metrics["accuracy"]
    assert accuracy is not None
    assert accuracy.n == 3
    assert accuracy.mean == pytest.approx(fmean(right))
    assert accuracy.sd == pytest.approx(stdev(right))
    majority = next(row for row in outcome.rows if row.name == "majority").metrics["accuracy"]
    assert majority is not None
    assert majority.n == 1, "what throws no dice is run once"


def test_of_several_seeds_one_interval_is_drawn(
    corpora: Path, moody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def counted(predictions: Predictions, labels: tuple[str, ...], measure: Measure) -> tuple[float, float] | None:
        drawn.append(measure)
        return dialogue_interval(predictions, labels, measure)

    monkeypatch.setattr("sentio.evaluation.tasks.classification.dialogue_interval", counted)
    outcome = evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run", seeds=3)
    assert len(drawn) == len(outcome.rows)
    assert all(row.interval for row in outcome.rows)


def test_answers_are_on_disk_before_any_metric(
    corpora: Path, moody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Classification, "score", fails)
        with pytest.raises(RuntimeError):
            evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run")
    assert len(polars.read_parquet(tmp_path / "run" / "predictions.parquet")) == 10
    assert not (tmp_path / "run" / "metrics.json").exists()
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run")
    assert (tmp_path / "run" / "metrics.json").exists()


def test_a_killed_run_ends_with_the_same_bytes(
    corpora: Path, moody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "whole", seeds=2)
    system = sys.modules[moody].Moody
    monkeypatch.setattr(system, "dies_at", "validation-2")
    with pytest.raises(KeyboardInterrupt):
        evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "killed", seeds=2)
    environment = (tmp_path / "killed" / "environment.json").read_bytes()
    monkeypatch.setattr(system, "dies_at", "validation-0")  # what was answered is not asked again
    with pytest.raises(KeyboardInterrupt):
        evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "killed", seeds=2)
    assert len((tmp_path / "killed" / "checkpoints" / "moody-0.jsonl").read_text("utf8").splitlines()) == 4
    monkeypatch.setattr(system, "dies_at", None)
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "killed", seeds=2)
    assert written(tmp_path / "killed") == written(tmp_path / "whole")
    assert (tmp_path / "killed" / "environment.json").read_bytes() == environment


@pytest.fixture
def stopped(corpora: Path, moody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with all its answers and no metrics."""
    with monkeypatch.context() as patch:
        patch.setattr("sentio.evaluation.run.RunFolder.finish", lambda *_: None)
        with pytest.raises(RuntimeError, match="has not finished"):
            evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "stopped")
    return tmp_path / "stopped"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), name=st.sampled_from(["moody-0", "majority-0", "stratified_random-0"]))
def test_answers_cut_anywhere_are_completed(
    share: float, name: str, stopped: Path, corpora: Path, moody: str, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    if not whole.exists():
        evaluate(moody, "dailydialog", data=corpora, out=whole)
    shutil.copytree(stopped, cut)
    journal = cut / "checkpoints" / f"{name}.jsonl"
    journal.write_bytes(journal.read_bytes()[: round(share * journal.stat().st_size)])
    evaluate(moody, "dailydialog", data=corpora, out=cut)
    assert written(cut) == written(whole)
    shutil.rmtree(cut)


@pytest.mark.parametrize(
    "damage",
    [
        b"\0\0\0\n", b"\xff\n", b"null\n", b"{}\n", b'{"conversation": "validation-1", "answers": []}\n',
        b'{"conversation": "validation-1", "answers": [["joy", null], 3]}\n', b'{"conversation": "validation-1"}\n',
    ],
)  # fmt: skip
def test_a_damaged_answer_is_asked_again(
    damage: bytes, stopped: Path, corpora: Path, moody: str, tmp_path: Path
) -> None:
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "whole")
    journal = stopped / "checkpoints" / "moody-0.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], damage, *lines[2:]]))
    evaluate(moody, "dailydialog", data=corpora, out=stopped)
    assert written(stopped) == written(tmp_path / "whole")


@pytest.mark.parametrize("name", ["metrics.json", "environment.json"])
@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_cut_file_of_a_finished_run_is_written_again(name: str, kept: int, corpora: Path, tmp_path: Path) -> None:
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    whole = written(tmp_path / "run")
    (tmp_path / "run" / "metrics.json").write_bytes(b"")
    path = tmp_path / "run" / name
    path.write_bytes(path.read_bytes()[:kept])
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    assert written(tmp_path / "run") == whole
    assert json.loads((tmp_path / "run" / "environment.json").read_text("utf8"))["seeds"] == [0]


def test_the_metrics_of_another_version_are_told(corpora: Path, tmp_path: Path) -> None:
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    (tmp_path / "run" / "metrics.json").write_text('{"accuracy": 0.5}')
    with pytest.raises(InputError, match="another version of sentio; choose another --out") as told:
        evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    assert "\n" not in str(told.value)


def test_a_folder_of_the_users_own_is_refused_and_kept(corpora: Path, moody: str, tmp_path: Path) -> None:
    own = tmp_path / "home" / "checkpoints" / "mine.pt"
    own.parent.mkdir(parents=True)
    own.write_text("weights")
    for system in (moody, "majority"):
        with pytest.raises(OutputError, match=r"holds 'mine\.pt' and is no run folder"):
            evaluate(system, "dailydialog", data=corpora, out=tmp_path / "home")
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == [own]


def test_a_finished_run_is_read_not_repeated(
    corpora: Path, moody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run")
    monkeypatch.setattr(sys.modules[moody].Moody, "dies_at", "validation-0")
    assert evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run") == first


def test_a_folder_of_another_call_or_of_other_data_is_refused(corpora: Path, tmp_path: Path) -> None:
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    with pytest.raises(RecipeError, match="another recipe"):
        evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run", seeds=2)
    path = corpora / "dailydialog" / "dailydialog_dev.txt"
    path.write_text(path.read_text("utf8").replace("lied", "lies"), "utf8")
    with pytest.raises(RecipeError, match=r"another recipe \(evaluation\.data differs\)"):
        evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")


def test_other_training_data_are_another_call_where_somebody_learns_from_them(corpora: Path, tmp_path: Path) -> None:
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    evaluate("majority", "dailydialog", split="train", data=corpora, out=tmp_path / "train")
    path = corpora / "dailydialog" / "dailydialog_train.txt"
    path.write_text(path.read_text("utf8").replace("tulips", "roses"), "utf8")
    with pytest.raises(RecipeError, match=r"another recipe \(evaluation\.training differs\)"):
        evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")


def test_a_split_hash_is_that_of_targets_texts_and_gold(corpora: Path, tmp_path: Path) -> None:
    def split_hash(name: str) -> str:
        evaluate("majority", "dailydialog", data=corpora, out=tmp_path / name)
        found: str = json.loads((tmp_path / name / "environment.json").read_text("utf8"))["split_hash"]
        return found

    path = corpora / "dailydialog" / "dailydialog_dev.txt"
    before = path.read_text("utf8")
    first = split_hash("first")
    path.write_text(before.replace("1\tStill ?\tsurprise", "1\tStill ?\tfear"), "utf8")
    other_gold = split_hash("other gold")
    path.write_text(before.replace("1\tStill ?", "1\tAgain ?"), "utf8")
    other_text = split_hash("other text")
    path.write_text(before.replace("1\tStill ?", "0\tStill ?"), "utf8")
    assert split_hash("other speaker") == first, "who speaks is not what is scored"
    assert len({first, other_gold, other_text}) == 3


def test_another_model_in_the_folder_of_a_training_is_another_system(
    register: Callable[[str, str | None], None], moody: str, corpora: Path, tmp_path: Path
) -> None:
    register("steady", STEADY)
    trained = tmp_path / "trained"
    (trained / "model").mkdir(parents=True)
    (trained / "config.toml").write_text('system = "steady"')
    (trained / "model" / "weights").write_text("1 2 3")
    first = evaluate(str(trained), "dailydialog", data=corpora, out=tmp_path / "run")
    assert evaluate(str(trained), "dailydialog", data=corpora, out=tmp_path / "run") == first
    (trained / "model" / "weights").write_text("1 2 4")
    with pytest.raises(RecipeError, match=r"another recipe \(evaluation\.model differs\)"):
        evaluate(str(trained), "dailydialog", data=corpora, out=tmp_path / "run")


def test_answers_about_other_conversations_are_refused(stopped: Path, corpora: Path, moody: str) -> None:
    journal = stopped / "checkpoints" / "majority-0.jsonl"
    journal.write_text(journal.read_text("utf8").replace("validation-0", "elsewhere"), "utf8")
    with pytest.raises(OutputError, match="other conversations"):
        evaluate(moody, "dailydialog", data=corpora, out=stopped)


def test_the_folder_says_what_was_done_on_what(corpora: Path, moody: str, tmp_path: Path) -> None:
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run", seeds=2)
    config = tomllib.loads((tmp_path / "run" / "config.toml").read_text("utf8"))["evaluation"]
    assert {key: config[key] for key in ("system", "corpus", "split", "target", "seeds")} == {
        "system": "moody", "corpus": "dailydialog", "split": "validation", "target": "emotion", "seeds": 2,
    }  # fmt: skip
    environment = json.loads((tmp_path / "run" / "environment.json").read_text("utf8"))
    assert environment["seeds"] == [0, 1]
    assert environment["packages"]["numpy"]
    assert len(environment["split_hash"]) == 64
    assert list(environment["files"]) == ["dailydialog_train.txt", "dailydialog_dev.txt"]
    assert environment["files_as_measured"] is False


def test_predictions_can_be_read_without_the_corpus(corpora: Path, tmp_path: Path) -> None:
    evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    first = polars.read_parquet(tmp_path / "run" / "predictions.parquet").row(0, named=True)
    assert first == {
        "seed": 0, "conversation": "validation-0", "utterance": "0", "evidence": "", "speaker": "0",
        "text": "The cake is gone .", "gold": "sadness", "predicted": "neutral", "probabilities": None,
    }  # fmt: skip


def test_a_score_on_data_the_system_has_seen_is_marked(corpora: Path, moody: str, tmp_path: Path) -> None:
    assert evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "other").chosen_on == "another split"
    card = sys.modules[moody].card
    source = Path(sys.modules[moody].__file__ or "")
    source.write_text(source.read_text().replace("goemotions/validation", "dailydialog/validation"))
    assert card.selected_on == ("goemotions/validation",)
    assert evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "this").chosen_on == "this split"


def test_without_a_training_split_only_shares_are_learned_and_that_is_told(corpora: Path, tmp_path: Path) -> None:
    (corpora / "dailydialog" / "dailydialog_train.txt").unlink()
    outcome = evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "run")
    assert "tfidf" not in {row.name for row in outcome.rows}
    assert outcome.rows[0].learned == "the scored split itself"
    assert outcome.chosen_on == "this split"


@pytest.mark.parametrize(
    ("system", "corpus", "more", "error", "message"),
    [
        ("majorty", "dailydialog", {}, UnknownName, "did you mean 'majority'"),
        ("majority", "dailydialogue", {}, UnknownName, "did you mean 'dailydialog'"),
        ("majority", "dailydialog", {"split": "dev"}, UnknownName, "unknown split of dailydialog 'dev'"),
        ("majority", "dailydialog", {"target": "emotions"}, UnknownName, "did you mean 'emotion'"),
        ("majority", "dailydialog", {"split": "test"}, InputError, "get dailydialog_"),
        ("majority", "dailydialog", {"options": {"sedes": 3}}, UnknownName, "unknown option of majority 'sedes'"),
        ("moody", "dailydialog", {"options": {"sedes": 3}}, UnknownName, "unknown option of moody 'sedes'"),
        ("mean", "dailydialog", {}, SentioError, "a baseline for regression, not for classification"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    system: str,
    corpus: str,
    more: dict[str, Any],
    error: type[Exception],
    message: str,
    corpora: Path,
    moody: str,
    tmp_path: Path,
) -> None:
    with pytest.raises(error, match=message):
        evaluate(system, corpus, data=corpora, out=tmp_path / "run", **more)
    assert not (tmp_path / "run").exists()


def test_a_baseline_scored_on_what_it_learned_from_is_marked(corpora: Path, tmp_path: Path) -> None:
    assert evaluate("tfidf", "dailydialog", data=corpora, out=tmp_path / "dev").chosen_on == "another split"
    outcome = evaluate("tfidf", "dailydialog", split="train", data=corpora, out=tmp_path / "train")
    assert outcome.chosen_on == "this split"
