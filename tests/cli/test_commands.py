"""The command line as people call it: output, exit codes, one-line errors, resuming, pipes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

import sentio as package

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "kitchen.txt")
SAID = re.findall(r"^\[\d\d:\d\d\] (\w+): (.*)", Path(EXAMPLE).read_text("utf8"), re.MULTILINE)
"""Speaker and text, line by line."""
KEYS = [
    "conversation", "utterance", "index", "speaker", "text", "labels", "emotion", "probabilities",
    "valence", "arousal", "dominance", "shift",
]  # fmt: skip


Call = Callable[..., Any]


def test_the_table_names_everyone_and_what_they_feel(sentio: Call) -> None:
    done = sentio("recognize", EXAMPLE)
    assert done.code == 0
    for (speaker, text), row in zip(SAID, done.out.splitlines()[2:], strict=False):
        assert f" {speaker} " in row
        assert text[:20] in row
    for mood in package.recognize(EXAMPLE):
        assert f" {mood.emotion} " in done.out
    assert "\x1b" not in done.out
    assert done.err == ""


def test_jsonl_has_exactly_the_promised_keys(sentio: Call) -> None:
    done = sentio("recognize", EXAMPLE, "--format", "jsonl")
    assert [list(row) for row in done.rows] == [[*KEYS, "active"]] * len(SAID)
    ekman = sentio("recognize", EXAMPLE, "--format", "jsonl", "--labels", "ekman")
    assert [list(row) for row in ekman.rows] == [KEYS] * len(SAID)
    row = ekman.rows[5]
    assert (row["conversation"], row["utterance"], row["index"], row["speaker"]) == ("kitchen", "5", 5, "Nitin")
    assert (row["labels"], row["emotion"]) == ("ekman", max(row["probabilities"], key=row["probabilities"].get))
    assert sum(row["probabilities"].values()) == pytest.approx(1.0, abs=1e-9)


def test_the_suffix_of_out_decides_the_format(sentio: Call, tmp_path: Path) -> None:
    for name in ("m.jsonl", "m.csv", "m.parquet", "m.html"):
        assert sentio("recognize", EXAMPLE, "--out", tmp_path / name).code == 0
    lines = (tmp_path / "m.jsonl").read_text("utf8").splitlines()
    assert len(lines) == len(SAID)
    assert polars.read_csv(tmp_path / "m.csv").height == len(SAID)
    assert polars.read_parquet(tmp_path / "m.parquet")["emotion"].to_list() == [json.loads(x)["emotion"] for x in lines]
    assert "<title>" in (tmp_path / "m.html").read_text("utf8")


def test_our_own_output_can_be_read_again(sentio: Call, tmp_path: Path) -> None:
    sentio("recognize", EXAMPLE, "--out", tmp_path / "m.jsonl")
    again = sentio("recognize", tmp_path / "m.jsonl", "--format", "jsonl")
    assert again.out == (tmp_path / "m.jsonl").read_text("utf8")


def test_standard_input_and_limit(sentio: Call, tmp_path: Path) -> None:
    text = "".join(f'{{"conversation": "{c}", "speaker": "A", "text": "Hi"}}\n' * 2 for c in "abc")
    command = [sys.executable, "-m", "sentio", "recognize", "-", "--format", "jsonl", "--limit", "2"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    assert [json.loads(line)["conversation"] for line in done.stdout.splitlines()] == ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recognize"], "no input; name a file"),
        (["recognize", "nowhere.txt"], "nowhere.txt: "),
        (["recognize", "."], ".: "),
        (["recognize", EXAMPLE, "--labels", "ekmann"], "unknown label space 'ekmann'; did you mean 'ekman'?"),
        (["recognize", EXAMPLE, "--system", "minni"], "unknown system 'minni'; did you mean 'mini'?"),
        (["recognize", EXAMPLE, "--thread", "2"], "unknown option of mini '--thread'; did you mean '--threads'?"),
        (["recognize", EXAMPLE, "--threads", "many"], "option threads of mini: "),
        (["recognize", EXAMPLE, "--input-format", "jsn"], "did you mean 'json'?"),
        (["recognize", EXAMPLE, "--out", "no/such/folder/m.csv"], "no/such/folder"),
        (["recognize", EXAMPLE, "--format", "xml"], "xml"),
        (["recognise", EXAMPLE], "recognize"),
        (["train", "nowhere.toml"], "nowhere.toml: cannot read the recipe"),
        (["ls", "sytems"], "systems"),
    ],
)
def test_mistakes_cost_one_line(sentio: Call, arguments: list[str], message: str) -> None:
    done = sentio(*arguments)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_is_told(sentio: Call) -> None:
    done = sentio("recognize", EXAMPLE, "--format", "jsonl", "--out", "/dev/full")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "disk full" in done.err


def test_a_bad_conversation_is_told_and_the_others_are_done(sentio: Call, tmp_path: Path) -> None:
    chats = tmp_path / "chats.jsonl"
    good = '{"id": "%s", "utterances": [{"id": "0", "speaker": "A", "text": "Hi"}]}\n'
    chats.write_text(good % "a" + "{broken\n" + good % "b")
    done = sentio("recognize", chats, "--format", "jsonl")
    assert done.code == 1
    assert [row["conversation"] for row in done.rows] == ["a", "b"]
    assert f"{chats}:2: " in done.err


def test_an_unreadable_file_among_others(sentio: Call, tmp_path: Path) -> None:
    done = sentio("recognize", tmp_path / "gone.txt", EXAMPLE, "--format", "jsonl")
    assert (done.code, len(done.rows)) == (1, len(SAID))
    assert "gone.txt" in done.err


def test_resuming_ends_with_the_same_bytes(sentio: Call, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Ada: I hate this.\nBo: Great, thank you!\n")
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    sentio("recognize", EXAMPLE, other, "--out", whole)
    for size in (0, 1, 2_000, 9_001, whole.stat().st_size - 3, whole.stat().st_size):
        broken.write_bytes(whole.read_bytes()[:size])
        assert sentio("recognize", EXAMPLE, other, "--out", broken, "--resume").code == 0
        assert broken.read_bytes() == whole.read_bytes(), size


def test_conversations_that_alternate_are_resumed_with_what_was_said_in_them(sentio: Call, tmp_path: Path) -> None:
    rows = [f"a,{line}\nb,{line}\n" for line in ("Ada,I hate this.", "Bo,Why?", "Ada,You broke it!", "Bo,Great.")]
    table, whole, broken = tmp_path / "chats.csv", tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    table.write_text("conversation,speaker,text\n" + "".join(rows))
    assert sentio("recognize", table, "--out", whole).code == 0
    lines = whole.read_bytes().splitlines(keepends=True)
    assert len(lines) == 8
    for done in range(1, 8):
        broken.write_bytes(b"".join(lines[:done]))
        assert sentio("recognize", table, "--out", broken, "--resume").code == 0
        assert broken.read_bytes() == whole.read_bytes(), done


def test_interrupted_the_output_is_valid_and_the_code_says_so(tmp_path: Path) -> None:
    chats, out = tmp_path / "chats.jsonl", tmp_path / "moods.jsonl"
    with chats.open("w") as file:
        for number in range(60_000):
            file.write(
                json.dumps({"conversation": number // 10, "speaker": "AB"[number % 2], "text": f"Line {number}"})
            )
            file.write("\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "sentio", "recognize", chats, "--out", out], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while (not out.exists() or out.stat().st_size < 10_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    rows = [json.loads(line) for line in out.read_text("utf8").splitlines()]
    assert 0 < len(rows) < 60_000


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    chat, out = tmp_path / "chat.txt", tmp_path / "first.jsonl"
    chat.write_text("Ada: I love this!\nBo: Not me.\n" * 150)
    command = f'"{sys.executable}" -m sentio recognize "{chat}" --format jsonl | head -1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, "")
    # A pipe holds 64 KB: only what does not fit waits for the reader, and fails when it has gone.
    subprocess.run([sys.executable, "-m", "sentio", "recognize", chat, "--out", out], check=True)
    assert out.stat().st_size > 2 * 65_536


def test_ls_shows_systems_with_their_flags_labels_and_files(sentio: Call) -> None:
    out = sentio("ls").out
    for expected in ("mini", "--threads: ", "empathetic32", "read whatsapp", "write parquet", "write html"):
        assert expected in out
    assert "whatsapp" not in sentio("ls", "labels").out
    assert "openai/MODEL@http://host:port/v1" in sentio("ls", "llms").out


def test_help_has_examples_and_the_version_is_the_packages(sentio: Call) -> None:
    assert "sentio recognize chat.txt --out report.html" in sentio("recognize", "--help").out
    assert "Exit codes: 0 done" in sentio("--help").out
    assert sentio("--version").out.strip() == "0.1.0"
