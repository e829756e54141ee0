"""`sentio compare` and `sentio runs ls`, called as people call them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

Call = Callable[..., Any]

LABELS = """conversation,speaker,text,emotion
a,Ada,The tulips are out,joy
a,Ben,And the tap drips,anger
a,Ada,Lovely,joy
b,Ada,Who ate my cake?,anger
b,Ben,Not me,neutral
b,Ada,The plate is warm,anger
c,Ben,Good night,neutral
c,Ada,Good night,neutral
c,Ben,Sleep well,neutral
"""


@pytest.fixture
def runs(sentio: Call, tmp_path: Path) -> Path:
    """A folder with two finished evaluations of a user's own labels, one that was killed, and a training."""
    corpus = tmp_path / "labels.csv"
    corpus.write_text(LABELS)
    folder = tmp_path / "runs"
    for name, seeds in (("majority", "1"), ("stratified_random", "3")):
        arguments = ("--corpus", corpus, "--split", "all", "--system", name, "--seeds", seeds, "--out", folder / name)
        done = sentio("evaluate", *arguments, "--quiet")
        assert done.code == 0, done.err
    killed = folder / "killed"
    killed.mkdir()
    (killed / "config.toml").write_text((folder / "majority" / "config.toml").read_text("utf8"))
    training = folder / "trained" / "deeper"
    training.mkdir(parents=True)
    (training / "config.toml").write_text('system = "mini"\n')
    (training / "metrics.json").write_text("{}\n")
    return folder


def test_the_table_holds_metrics_labels_and_answers(sentio: Call, runs: Path) -> None:
    done = sentio("compare", runs / "majority", runs / "stratified_random", "--limit", "2")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "labels/all, emotion: 9 targets in 3 conversations, seed 0 of both"
    assert lines[2].split("  ")[0] == ""
    assert "stratified_random, all seeds" in lines[2]
    assert lines[3].startswith("weighted_f1")
    assert "F1 of" in done.out
    assert "; the first 2" in done.out
    drawn = "intervals and p from 10,000 draws of conversations; each for itself, not corrected for their number"
    assert drawn in lines
    assert "only 3 conversations are drawn: too few to say much about others" in lines
    assert "majority was fitted or chosen on this split: its figures are no result" in lines
    assert done.err == ""


def test_json_is_the_comparison(sentio: Call, runs: Path) -> None:
    done = sentio(
        "compare", runs / "majority", runs / "majority" / "baselines" / "stratified_random.parquet", "--format", "json"
    )
    told = json.loads(done.out)
    assert told["metrics"][0]["name"] == told["headline"] == "weighted_f1"
    assert told["metrics"][0]["first"] == pytest.approx(4 / 9 * 8 / 13)  # the F1 of neutral, on 4 of 9 rows
    assert (told["second"]["name"], told["second"]["kind"]) == ("stratified_random", "baseline")
    assert len(told["disagreements"]) == told["disagreeing"]


def test_a_page_is_written_beside_the_table(sentio: Call, runs: Path, tmp_path: Path) -> None:
    done = sentio("compare", runs / "majority", runs / "stratified_random", "--out", tmp_path / "page.html")
    assert "weighted_f1" in done.out
    assert "<title>majority against stratified_random" in (tmp_path / "page.html").read_text("utf8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["majority", "nowhere"], "nowhere: no run folder"),
        (["majority", "killed"], "killed: not finished"),
        (["majority", "trained/deeper"], "deeper: a training, not an evaluation"),
        (["majority", "majority", "--out", "page.pdf"], "page.pdf: a comparison is written as a page"),
        (["majority", "majority", "--out", "no/page.html"], "no is not a folder that exists"),
        (["majority", "majority", "--limit", "-1"], "limit"),
        (["majority"], "SECOND"),
    ],
)
def test_mistakes_cost_one_line(
    sentio: Call, runs: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runs)
    sentio("compare", *arguments).fails(message)


def test_runs_are_listed_a_line_each(sentio: Call, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs.parent)
    done = sentio("runs", "ls")
    assert done.code == 0
    heading, killed, majority, dice, training = done.out.splitlines()
    assert heading.split() == ["run", "system", "corpus", "target", "headline", "score", "95", "%", "interval", "state"]
    assert killed.split() == ["killed", "majority", "labels/all", "emotion", "unfinished"]
    assert majority.startswith("majority           majority           labels/all  emotion  weighted_f1  0.2735 ")
    assert majority.endswith("finished, chosen on this split")
    assert " ± " in dice
    assert training.split() == ["trained/deeper", "mini", "training", "finished"]


def test_no_runs_and_no_folder(sentio: Call, tmp_path: Path) -> None:
    assert sentio("runs", "ls", tmp_path).out == f"{tmp_path}: no runs\n"
    sentio("runs", "ls", tmp_path / "nowhere").fails("nowhere: no such folder")


def test_a_broken_run_has_a_line_that_says_so(sentio: Call, runs: Path) -> None:
    (runs / "majority" / "metrics.json").write_text("{")
    done = sentio("runs", "ls", runs)
    assert done.code == 0
    assert next(line for line in done.out.splitlines() if line.startswith("majority")).endswith(
        "not what sentio evaluate writes"
    )


def test_help_shows_examples_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from sentio.cli import main; sys.argv = ['sentio', *sys.argv[1:]]\n"
        "try: main()\nfinally: print('heavy:', {'polars', 'numpy', 'jinja2', 'sklearn'} & set(sys.modules))"
    )
    for command in (["compare", "--help"], ["runs", "ls", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
        assert f"\n\nsentio {' '.join(command[:-1])}" in done.stdout, "an example"
        assert "heavy: set()" in done.stdout


def test_what_a_terminal_obeys_is_neither_compared_nor_listed(sentio: Call, tmp_path: Path) -> None:
    corpus = tmp_path / "odd.csv"
    corpus.write_text("conversation,speaker,text,emotion\na\x1b[2J,A\x1b[31m,Hi\x1b]0;x\x07,j\x1b[1m\nb,B,Ho,sad\n")
    for name in ("majority", "stratified_random"):
        done = sentio("evaluate", "--system", name, "--corpus", corpus, "--out", tmp_path / "runs" / f"{name}\x1bc")
        assert done.code == 0, done.err
        assert "\x1b" not in done.out
    first, second = sorted((tmp_path / "runs").iterdir())
    done = sentio("compare", first, second)
    assert done.code == 0
    assert "j␛[1m" in done.out
    assert "\x1b" not in done.out
    assert "\x1b" not in sentio("runs", "ls", tmp_path / "runs").out


def test_other_texts_of_the_same_gold_are_told(sentio: Call, runs: Path) -> None:
    answers = polars.read_parquet(runs / "majority" / "predictions.parquet")
    first = polars.int_range(polars.len()) == 0
    text = polars.when(first).then(polars.lit("The roses are out")).otherwise("text")
    answers.with_columns(text=text).write_parquet(runs / "majority" / "predictions.parquet")
    done = sentio("compare", runs / "majority", runs / "stratified_random")
    assert "1 of 9 targets have another text in the other run" in done.out.splitlines()
