"""Repositories as they are built: what is taken, what is told, what survives a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sentio import encoders
from sentio.corpora.sources import open_source
from sentio.errors import InputError, OutputError, UnknownName
from sentio.retrieval import build, load
from sentio.retrieval.building import CHUNK

FILES = {"manifest.json", "entries.parquet", "vectors.npy"}


def write(path: Path, *rows: str) -> str:
    path.write_text("\n".join(("conversation,speaker,text,emotion", *rows)) + "\n")
    return str(path)


def test_what_is_built_is_what_was_said(table: Path, tmp_path: Path) -> None:
    built = build([str(table)], tmp_path / "demos", encoder="mini")
    assert {path.name for path in built.path.iterdir()} == FILES
    assert built.entry(5)._asdict() == {
        "text": "We won the cup!",
        "label": "sad",
        "emotion": "sad",
        "corpus": "mine",
        "split": "all",
        "conversation": "funeral",
        "utterance": "2",
        "position": 2,
        "speaker": "Cy",
    }
    assert built.manifest.entries == len(built) == 10
    assert built.manifest.labels == {
        "mine": {"sad": 3, "happy": 2, "neutral": 2, "excited": 1, "angry": 1, "frustrated": 1}
    }
    encoder = encoders.load("mini")
    assert (built.manifest.encoder, built.manifest.version) == ("mini", encoder.version)
    np.testing.assert_array_equal(built.vectors, encoder.encode(built.entries["text"].to_list()))


def test_several_corpora_each_with_its_splits_and_fingerprints(miniatures: Path, tmp_path: Path) -> None:
    sources = ["meld:train", "meld/validation", "prc_demonstrations:train", "iemocap"]
    built = build(sources, tmp_path / "demos", encoder="mini", data=miniatures)
    named = [(source.corpus, source.split) for source in built.manifest.sources]
    assert named == [("meld", "train"), ("meld", "validation"), ("prc_demonstrations", "train"), ("iemocap", "train")]
    assert sum(source.entries for source in built.manifest.sources) == len(built)
    assert all(len(source.fingerprint) == 64 for source in built.manifest.sources)
    assert set(built.entries["corpus"]) == {"meld", "prc_demonstrations", "iemocap"}


def test_utterances_without_one_label_are_left_out_and_counted(tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.csv", "a,Ada,Hello.,joy", "a,Bo,Who is there?,", "b,Cy,Me.,fear")
    (source,) = build([mine], tmp_path / "demos", encoder="mini").manifest.sources
    assert (source.entries, source.left_out) == (2, 1)


def test_several_labels_of_an_utterance_are_no_demonstration(miniatures: Path, tmp_path: Path) -> None:
    built = build(["goemotions:train"], tmp_path / "demos", encoder="mini", data=miniatures)
    (source,) = built.manifest.sources
    assert source.left_out > 0
    assert source.entries == len(built) > 0


def test_a_corpus_without_speakers_is_built(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("text,label\nWhat a day!,joy\nOh no.,sadness\n")
    built = build([str(path)], tmp_path / "demos", encoder="mini")
    assert [built.entry(row).speaker for row in range(2)] == ["", ""]
    assert [built.entry(row).conversation for row in range(2)] == ["line 2", "line 3"]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([], "no source is named"),
        (["meld:train", "meld:train"], "meld:train is named twice"),
        (["emobench:test"], "emobench has no utterances with labels"),
        (["wassa_turns:train"], "wassa_turns has no utterances with labels"),
    ],
)
def test_sources_that_cannot_be_are_told(sources: list[str], message: str, miniatures: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        build(sources, tmp_path / "demos", encoder="mini", data=miniatures)
    assert not (tmp_path / "demos").exists()


def test_a_table_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mine has no utterances with labels"):
        build([write(tmp_path / "mine.csv", "a,Ada,Hello.,")], tmp_path / "demos", encoder="mini")


def test_names_that_are_misspelt_are_told_first(miniatures: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'meld'"):
        build(["iemocap:train", "mled:train"], tmp_path / "demos", encoder="mini", data=miniatures)
    with pytest.raises(UnknownName, match="split of meld"):
        build(["meld:trian"], tmp_path / "demos", encoder="mini", data=miniatures)
    with pytest.raises(UnknownName, match="did you mean 'minilm'"):
        build(["meld:train"], tmp_path / "demos", encoder="minlm", data=miniatures)


def test_a_source_is_named_in_either_way(miniatures: Path) -> None:
    for name in ("meld:validation", "meld/validation"):
        corpus, split = open_source(name, miniatures)
        assert (corpus.name, split) == ("meld", "validation")
    assert open_source("meld", miniatures)[1] == "train"


def test_other_people_s_folders_are_left_alone(table: Path, tmp_path: Path) -> None:
    (tmp_path / "demos").mkdir()
    (tmp_path / "demos" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds other files"):
        build([str(table)], tmp_path / "demos", encoder="mini")
    with pytest.raises(OutputError, match="is a file"):
        build([str(table)], table, encoder="mini")
    assert (tmp_path / "demos" / "thesis.txt").read_text() == "years of work"


def test_a_manifest_alone_makes_no_repository(table: Path, tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "manifest.json").write_text('{"name": "my app"}')
    with pytest.raises(OutputError, match="web: holds other files than a repository"):
        build([str(table)], web, encoder="mini")
    (web / "index.html").write_text("hi")
    with pytest.raises(OutputError, match="holds other files"):
        build([str(table)], web, encoder="mini")
    assert (web / "index.html").read_text() == "hi"


def test_what_was_put_into_a_repository_is_not_thrown_away_with_it(table: Path, tmp_path: Path) -> None:
    out = build([str(table)], tmp_path / "demos", encoder="mini").path
    (out / "indexes").mkdir()
    build([str(table)], out, encoder="mini")
    (out / "notes.txt").write_text("which lines to leave out")
    with pytest.raises(OutputError, match="holds other files"):
        build([str(table)], out, encoder="mini")
    assert (out / "notes.txt").read_text() == "which lines to leave out"


@pytest.mark.parametrize("name", ["demos.partial", "demos.former"])
def test_folders_beside_the_place_are_left_alone(name: str, table: Path, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match=f"{name}: holds other files"):
        build([str(table)], tmp_path / "demos", encoder="mini")
    assert (tmp_path / name / "thesis.txt").read_text() == "years of work"


def test_the_folder_one_is_in_is_not_replaced(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for out in (".", "..", str(tmp_path)):
        with pytest.raises(OutputError, match="you are in this folder"):
            build([str(table)], Path(out), encoder="mini")
    assert len(build([str(table)], Path("sub/../demos"), encoder="mini")) == 10


def test_a_link_is_followed_and_stays(table: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "demos").symlink_to(tmp_path / "disk")
    for _ in range(2):
        build([str(table)], tmp_path / "demos", encoder="mini")
    assert (tmp_path / "demos").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"disk", "demos"}


def test_a_repository_is_replaced_by_one_that_is_whole(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "demos"
    build([write(tmp_path / "old.csv", "a,Ada,Hello.,joy")], out, encoder="mini")
    with pytest.raises(InputError):
        build([str(tmp_path / "nowhere.csv")], out, encoder="mini")
    assert len(load(out)) == 1
    assert len(build([str(table)], out, encoder="mini")) == 10
    assert {path.name for path in tmp_path.iterdir()} == {"old.csv", "demos"}


def test_chunks_of_other_texts_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentio.retrieval.building.CHUNK", 2)
    rows = [f"a,Ada,This is line {number}.,joy" for number in range(5)]
    out, partial = tmp_path / "demos", tmp_path / "demos.partial"
    partial.mkdir()
    encoder = encoders.load("mini")
    # As a build of another table, of another encoder, and one whose last write was cut have left them.
    for name in ("0" * 24, "1" * 24):
        np.save(partial / f"{name}.npy", np.ones((2, encoder.width), np.float32))
    built = build([write(tmp_path / "mine.csv", *rows)], out, encoder="mini")
    np.testing.assert_array_equal(built.vectors, encoder.encode([f"This is line {number}." for number in range(5)]))
    assert {path.name for path in out.iterdir()} == FILES


def test_a_killed_build_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    rows = [f"{number // 8},Ada,Number {number % 300} is a fine one.,joy" for number in range(3 * CHUNK)]
    mine, out = write(tmp_path / "mine.csv", *rows), tmp_path / "demos"
    command = [sys.executable, "-m", "sentio", "demos", "build", "--corpus", mine, "--encoder", "mini", "-q", "-o"]
    process = subprocess.Popen([*command, str(out)], stdout=subprocess.DEVNULL)
    partial = tmp_path / "demos.partial"
    while not list(partial.glob("*.npy")) and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    kept = {path: path.stat().st_ino for path in partial.glob("*.npy") if path.name != "vectors.npy"}
    assert 1 <= len(kept) <= 3
    seen: list[int] = []

    def progress(stage: str, done: int) -> None:
        if stage.startswith("encode"):
            seen.append(done)
            assert {path: path.stat().st_ino for path in kept} == kept

    again = build([mine], out, encoder="mini", progress=progress)
    whole = build([mine], tmp_path / "whole", encoder="mini")
    assert sum(seen) == len(again) == 3 * CHUNK
    for name in FILES:
        assert (out / name).read_bytes() == (whole.path / name).read_bytes()
    assert not partial.exists()


def test_half_a_character_does_not_stop_a_build(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"text": "\\ud800 half", "emotion": "joy"}\n{"text": "whole", "emotion": "joy"}\n')
    built = build([str(path)], tmp_path / "demos", encoder="mini")
    assert pl.Series(["? half", "whole"]).to_list() == built.entries["text"].to_list()
