"""`sentio corpora convert`: every corpus in every format, broken corpora, outputs that cannot be written."""

import csv
import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

from sentio import corpora, registry
from sentio.cli.corpora.writing import create
from sentio.conversation import Conversation
from sentio.corpora import conversion
from sentio.files.writers.output import Output
from sentio.gold import AnnotatedConversation, Item, Question

Call = Callable[..., Any]
every_corpus = pytest.mark.parametrize("name", registry.components("corpora"))


def read(name: str, data: Path) -> dict[str, list[Item]]:
    corpus = corpora.load(name, data)
    return {split: list(corpus.read(split)) for split in corpus.splits}


@every_corpus
def test_converted_lines_are_the_items(sentio: Call, miniatures: Path, name: str, tmp_path: Path) -> None:
    sentio("corpora", "convert", name, "--to", "jsonl", "--data", miniatures, "--out", tmp_path / "all.jsonl")
    expected = [conversion.with_split(item, split) for split, items in read(name, miniatures).items() for item in items]
    lines = (tmp_path / "all.jsonl").read_text("utf8").splitlines()
    assert [type(item).model_validate_json(line) for item, line in zip(expected, lines, strict=True)] == expected


@every_corpus
def test_converted_tables_have_a_row_an_utterance(sentio: Call, miniatures: Path, name: str, tmp_path: Path) -> None:
    layers = list(corpora.load(name, miniatures).card.layers)
    assert not set(layers) & set(conversion.UTTERANCE)
    for split, items in read(name, miniatures).items():
        for to in ("csv", "parquet"):
            options = ("--to", to, "--split", split, "--data", miniatures, "--out", tmp_path / f"one.{to}")
            assert sentio("corpora", "convert", name, *options).code == 0
        header, *rows = csv.reader(io.StringIO((tmp_path / "one.csv").read_bytes().decode("utf8"), newline=""))
        frame = polars.read_parquet(tmp_path / "one.parquet")
        asked = isinstance(items[0], Question)
        assert header == frame.columns == list(conversion.QUESTION if asked else [*conversion.UTTERANCE, *layers])
        told = [row for item in items for row in conversion.rows(item, split, layers)]
        assert len(told) == sum(1 if isinstance(item, Question) else len(item.conversation) for item in items)
        assert frame.rows() == [tuple(list(cell) if isinstance(cell, tuple) else cell for cell in row) for row in told]
        for cells, row in zip(rows, told, strict=True):
            assert [plain(cell) for cell in row] == cells


def plain(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else "; ".join(cell) if isinstance(cell, tuple) else str(cell)


def test_a_converted_table_is_an_own_table(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    out = tmp_path / "meld.csv"
    sentio("corpora", "convert", "meld", "--to", "csv", "--split", "train", "--data", miniatures, "--out", out)
    again = list(corpora.load(str(out)).conversations("all"))
    told = list(corpora.load("meld", miniatures).conversations("train"))
    assert [item.id for item in again] == [item.id for item in told]
    assert [list(item.gold["emotion"].values()) for item in again] == [
        list(item.gold["emotion"].values()) for item in told
    ]


def test_what_was_written_before_a_broken_line_is_valid(sentio: Call, goemotions: Path, tmp_path: Path) -> None:
    broken = goemotions / "goemotions" / "original" / "train.tsv"
    whole = len(broken.read_text("utf8").splitlines())
    broken.write_text(broken.read_text("utf8") + "one cell\n", "utf8")
    for to in ("jsonl", "csv", "parquet"):
        out = tmp_path / f"out.{to}"
        done = sentio("corpora", "convert", "goemotions", "--to", to, "--data", goemotions, "--out", out)
        done.fails(f"{broken}:{whole + 1}: 1 cells where 3 are expected")
    assert len([json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf8").splitlines()]) == whole
    assert polars.read_csv(tmp_path / "out.csv").height == polars.read_parquet(tmp_path / "out.parquet").height == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out.csv", "out.jsonl", "out.parquet"]


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_an_earlier_output_stays_where_nothing_can_be_read(
    sentio: Call, goemotions: Path, tmp_path: Path, to: str
) -> None:
    (goemotions / "goemotions" / "original" / "train.tsv").write_text("one cell\n", "utf8")
    out = tmp_path / "earlier"
    out.write_text("mine")
    sentio("corpora", "convert", "goemotions", "--to", to, "--data", goemotions, "--out", out).fails("train.tsv:1: ")
    assert out.read_text() == "mine"


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_a_corpus_is_not_written_over(sentio: Call, table: Path, tmp_path: Path, to: str) -> None:
    before = table.read_text("utf8")
    (tmp_path / "link").symlink_to(table)
    for out in (table, tmp_path / "link"):
        sentio("corpora", "convert", table, "--to", to, "--out", out).fails("is a file of the corpus")
    assert table.read_text("utf8") == before


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_an_output_that_cannot_be_written_costs_one_line(sentio: Call, table: Path, tmp_path: Path, to: str) -> None:
    sentio("corpora", "convert", table, "--to", to, "--out", tmp_path / "no" / "x").fails("is not a folder that exists")
    sentio("corpora", "convert", table, "--to", to, "--out", tmp_path).fails(str(tmp_path))
    if os.path.exists("/dev/full"):
        sentio("corpora", "convert", table, "--to", to, "--out", "/dev/full").fails("/dev/full: ")


def test_a_full_disk_leaves_the_earlier_parquet_and_nothing_beside_it(
    sentio: Call, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(output: Output, rest: memoryview) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Output, "_send", full)
    (tmp_path / "out").write_text("mine")
    sentio("corpora", "convert", table, "--to", "parquet", "--out", tmp_path / "out").fails("disk full")
    assert {path.name for path in tmp_path.iterdir()} == {"mine.csv", "out"}
    assert (tmp_path / "out").read_text() == "mine"


def test_conversations_and_questions_are_not_one_table(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    for to in ("csv", "parquet"):
        options = ("--data", miniatures, "--out", tmp_path / "imhi")
        sentio("corpora", "convert", "imhi", "--to", to, *options).fails("name one with --split, or write jsonl")
    assert polars.read_parquet(tmp_path / "imhi").height > 0


def test_a_table_without_rows_is_told(sentio: Call, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("text,emotion\n")
    options = ("--to", "csv", "--out", tmp_path / "out")
    sentio("corpora", "convert", tmp_path / "none.csv", *options).fails("none.csv:1: holds nothing")
    assert not (tmp_path / "out").exists()


def test_half_of_a_surrogate_pair_does_not_stop_a_conversion(sentio: Call, tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text('{"text": "half \\ud83d of it", "emotion": "joy"}\n')
    for to in ("jsonl", "csv", "parquet"):
        assert sentio("corpora", "convert", tmp_path / "odd.jsonl", "--to", to, "--out", tmp_path / to).code == 0
    (line,) = (tmp_path / "jsonl").read_text("utf8").splitlines()
    assert json.loads(line)["conversation"]["utterances"][0]["text"] == "half \ud83d of it"
    assert polars.read_csv(tmp_path / "csv")["text"].to_list() == ["half \ufffd of it"]
    assert polars.read_parquet(tmp_path / "parquet")["text"].to_list() == ["half \ufffd of it"]


def test_labels_of_several_frames_are_one_column(sentio: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentio.cli.corpora.writing.ROWS", 2)
    (tmp_path / "late.csv").write_text("text,emotion\n" + "a,\n" * 5 + "b,joy\n" + "c,\n" * 3)
    sentio("corpora", "convert", tmp_path / "late.csv", "--to", "parquet", "--out", tmp_path / "late")
    assert polars.read_parquet(tmp_path / "late")["emotion"].to_list() == [None] * 5 + ["joy"] + [None] * 3


def test_standard_output_and_a_reader_that_has_seen_enough(miniatures: Path, table: Path) -> None:
    command = [sys.executable, "-m", "sentio", "corpora", "convert", str(table), "--to"]
    packed = subprocess.run([*command, "parquet"], capture_output=True, check=True)
    assert polars.read_parquet(io.BytesIO(packed.stdout)).height == 4
    plain = subprocess.run([*command, "csv", "--out", "-"], capture_output=True, check=True)
    assert plain.stdout.count(b"\r\n") == 5
    many = [sys.executable, "-m", "sentio", "corpora", "convert", "table", "--to", "jsonl", "--data", str(miniatures)]
    with subprocess.Popen(many, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_conversations_without_utterances_are_columns_without_rows(tmp_path: Path) -> None:
    with create("parquet", tmp_path / "out", ("emotion",)) as writer:
        writer.write(AnnotatedConversation(conversation=Conversation(id="silence", utterances=())), "all")
    frame = polars.read_parquet(tmp_path / "out")
    assert (frame.columns, frame.height) == ([*conversion.UTTERANCE, "emotion"], 0)
