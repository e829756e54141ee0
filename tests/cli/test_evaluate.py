"""`sentio evaluate`: one table with the baselines, JSON for pipes, one line for mistakes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., "Done"]  # type: ignore[name-defined]  # noqa: F821

TABLE = """conversation,speaker,text,emotion
kitchen,Ada,Who ate my cake?,anger
kitchen,Bo,Not me.,neutral
kitchen,Ada,The plate is still warm.,anger
kitchen,Bo,"All right, it was me.",sadness
garden,Cem,Look at those tulips!,joy
garden,Dora,They came back after all.,joy
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "moods.csv"
    path.write_text(TABLE, "utf8")
    return path


def test_the_system_and_the_baselines_make_one_table(sentio: Call, table: Path) -> None:
    done = sentio("evaluate", "--system", "mini", "--corpus", table)
    assert done.code == 0
    heading, guess, empty, columns, first, *rows = done.out.splitlines()
    assert guess == 'labels: ekman, guessed; say space = "..." in moods.toml'
    assert heading == "moods/all, emotion: 6 targets in 2 conversations"
    assert not empty
    assert columns.split()[:3] == ["weighted_f1", "macro_f1", "accuracy"]
    assert first.split()[0] == "mini"
    assert columns.endswith("95 % of weighted_f1")
    assert "majority (baseline, learned from these targets)" in "\n".join(rows)
    assert "repeat_speaker (reads gold, learned from these targets)" in "\n".join(rows)
    assert rows[-2].startswith("learned from the scored split itself: majority")
    assert rows[-1] == "intervals from only 2 conversations: too few to say much about others"
    assert not done.err


def test_several_seeds_are_told_with_their_spread(sentio: Call, table: Path) -> None:
    done = sentio("evaluate", "--system", "stratified_random", "--corpus", table, "--seeds", "3", "--out", "runs/three")
    assert " ± " in done.out
    assert "95 % of weighted_f1, seed 0" in done.out
    assert Path("runs/three/metrics.json").is_file()


def test_json_is_that_of_the_run_folder(sentio: Call, table: Path) -> None:
    done = sentio("evaluate", "--system", "majority", "--corpus", table, "--format", "json")
    told = json.loads(done.out)
    assert told == json.loads(Path("runs/majority-moods-all-emotion/metrics.json").read_text("utf8"))
    assert told["rows"][0]["metrics"]["accuracy"]["mean"] == pytest.approx(2 / 6)


def test_a_score_on_what_was_learned_from_is_no_result(sentio: Call, table: Path) -> None:
    done = sentio("evaluate", "--system", "majority", "--corpus", table)
    assert done.out.splitlines()[-1] == "majority was trained or chosen on this split: its row is no result"


def test_scores_of_numbers_say_where_one_is_undefined(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = sentio("evaluate", "--system", "mean", "--corpus", "wassa_turns", "--data", miniatures, "--out", out)
    assert done.code == 0
    assert "undefined" in next(line for line in done.out.splitlines() if line.startswith("mean"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--corpus", "moods.csv", "--system", "minny"], "unknown system 'minny'; did you mean 'mini'?"),
        (["--corpus", "mled"], "unknown corpus 'mled'; did you mean 'meld'?"),
        (["--corpus", "absent.csv"], "absent.csv"),
        (["--corpus", "moods.csv", "--target", "mood"], "unknown target of moods 'mood'"),
        (["--corpus", "moods.csv", "--split", "dev"], "unknown split of moods 'dev'"),
        (["--corpus", "moods.csv", "--seeds", "0"], "--seeds"),
        (["--corpus", "moods.csv", "--system", "mini", "--thread", "1"], "unknown option of mini 'thread'"),
        (["--system", "mini"], "--corpus"),
    ],
)
def test_a_mistake_costs_one_line_and_no_folder(arguments: list[str], message: str, sentio: Call, table: Path) -> None:
    sentio("evaluate", *arguments).fails(message)
    assert not Path("runs").exists()


def test_a_folder_of_another_call_is_refused(sentio: Call, table: Path) -> None:
    sentio("evaluate", "--system", "majority", "--corpus", table, "--out", "run")
    sentio("evaluate", "--system", "stratified_random", "--corpus", table, "--out", "run").fails("run holds a run of")


def test_answers_that_are_no_label_are_told_last_and_only_where_there_are_any(sentio: Call, table: Path) -> None:
    columns = sentio("evaluate", "--corpus", table, "--out", "mini").out.splitlines()[3]
    assert columns.split()[:5] == ["weighted_f1", "macro_f1", "accuracy", "uar", "ece"]
    assert "invalid_rate" not in columns
    rows = [
        ("kitchen", 0, "rage"), ("kitchen", 1, "neutral"), ("kitchen", 2, "anger"), ("kitchen", 3, "anger"),
        ("garden", 0, "joy"), ("garden", 1, "joy"),
    ]  # fmt: skip
    lines = [f"{conversation},{utterance},{label}" for conversation, utterance, label in rows]
    Path("theirs.csv").write_text("\n".join(["conversation,utterance,predicted", *lines]), "utf8")
    shown = sentio("evaluate", "--corpus", table, "--system", "theirs.csv", "--out", "theirs").out.splitlines()
    assert shown[3].split()[:5] == ["weighted_f1", "macro_f1", "accuracy", "uar", "invalid_rate"]
    assert shown[4].split()[5] == "0.1667"


def test_sets_of_labels_have_an_interval(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    done = sentio(
        "evaluate", "--system", "majority", "--corpus", "goemotions", "--data", miniatures, "--out", tmp_path / "run"
    )
    assert done.code == 0
    assert "95 % of macro_f1" in done.out


def test_labels_of_no_space_tell_the_way_out_and_a_named_space_is_no_guess(sentio: Call, table: Path) -> None:
    table.with_suffix(".toml").write_text('space = "meld"\n', "utf8")
    named = sentio("evaluate", "--system", "majority", "--corpus", table, "--out", "named")
    assert "guessed" not in named.out
    table.with_suffix(".toml").unlink()
    table.write_text(TABLE.replace("anger", "hunger"), "utf8")
    sentio("evaluate", "--corpus", table, "--out", "run").fails("under [labels] in the .toml beside it")
    own = sentio("evaluate", "--system", "majority", "--corpus", table, "--out", "own").out.splitlines()
    assert own[1] == 'labels: the table\'s own, no label space holds them; say space = "..." in moods.toml'


def test_predictions_for_an_own_table_are_read_in_any_case(sentio: Call, table: Path) -> None:
    labels = ["Anger", "neutral", "ANGER ", "sadness", "joy", "Joy"]
    places = [("kitchen", place) for place in range(4)] + [("garden", 0), ("garden", 1)]
    rows = [f"{talk},{place},{label}" for (talk, place), label in zip(places, labels, strict=True)]
    Path("theirs.csv").write_text("\n".join(["conversation,utterance,predicted", *rows]), "utf8")
    done = sentio("evaluate", "--corpus", table, "--system", "theirs.csv", "--format", "json")
    assert json.loads(done.out)["rows"][0]["metrics"]["accuracy"]["mean"] == 1.0


def test_a_corpus_of_questions_says_so_first(sentio: Call, miniatures: Path) -> None:
    sentio("evaluate", "--corpus", "emobench", "--data", miniatures).fails(
        "emobench holds questions, not conversations"
    )


HEARS = """
import numpy as np
from pydantic import BaseModel
from sentio import labels
from sentio.card import Card
from sentio.recognition import Prediction

card = Card(title="Hears", summary="says which recordings it was given", labels="ekman")

class Options(BaseModel):
    pass

class Hears:
    space = labels.space("ekman")

    def __init__(self):
        self.given = []

    def predict(self, conversations):
        for conversation in conversations:
            self.given += [said.audio for said in conversation.utterances if said.audio]
            yield Prediction(np.eye(len(self.space))[[0] * len(conversation)])

    def remarks(self):
        if self.given:
            yield "heard\\x1b " + ", ".join(self.given)

def load(options):
    return Hears()
"""


def test_recordings_of_a_table_reach_the_system_and_its_remarks_the_user(
    sentio: Call, table: Path, register: Callable[[str, str | None], None]
) -> None:
    register("hears", HEARS)
    silent = sentio("evaluate", "--system", "hears", "--corpus", table, "--out", "silent")
    assert (silent.code, silent.err) == (0, "")
    first, *rows = TABLE.splitlines()
    table.write_text("\n".join([f"{first},audio", f"{rows[0]},a.wav", *(f"{row}," for row in rows[1:])]), "utf8")
    call = ("evaluate", "--system", "hears", "--corpus", table, "--format", "json")
    done = sentio(*call)
    heard = f"sentio: heard␛ {table.parent / 'a.wav'}\n"
    assert (done.code, done.err) == (0, heard)
    assert "heard" not in done.out
    assert sentio(*call).err == "", "nothing was asked this time"
    for quiet in ((), ("--quiet",)):
        told = sentio("recognize", table, "--system", "hears", "--format", "jsonl", *quiet)
        assert (told.code, told.err) == (0, heard)
