"""No call destroys what it was not told to replace: inputs, earlier outputs, outputs of other inputs."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

import sentio
from sentio import Conversation, Utterance, labels
from sentio.cli.resuming import Resumed
from sentio.files import open_writer
from sentio.recognition import Moods, Tails

Call = Callable[..., Any]


def chats(path: Path, *ids: str, speaker: str = "Ada") -> Path:
    """One utterance a name: names that come again are further utterances of one conversation."""
    rows = [{"conversation": id, "speaker": speaker, "text": f"Line {n}"} for n, id in enumerate(ids)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def conversations(path: Path) -> list[str]:
    return [json.loads(line)["conversation"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_an_input_is_never_the_output(calm: Call, tmp_path: Path, resume: tuple[str, ...]) -> None:
    chat = chats(tmp_path / "in.jsonl", "a", "b")
    before = chat.read_bytes()
    (tmp_path / "link.jsonl").symlink_to("in.jsonl")
    for out in (chat, tmp_path / "link.jsonl"):
        calm(tmp_path / "gone", chat, "--out", out, *resume).fails("is the output and an input")
        assert chat.read_bytes() == before


def test_standard_input_is_never_the_output(tmp_path: Path) -> None:
    chat = chats(tmp_path / "in.jsonl", "a", "b")
    before = chat.read_bytes()
    command = [sys.executable, "-m", "sentio", "recognize", "-", "--out", str(chat)]
    with chat.open() as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)
    assert (done.returncode, chat.read_bytes()) == (2, before)
    assert "is the output and an input" in done.stderr


@pytest.mark.parametrize("name", ["m.jsonl", "m.csv", "m.parquet", "m.html", "m.txt"])
def test_an_earlier_output_stays_where_nothing_can_be_read(calm: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"yesterday's")
    calm(tmp_path / "typo.txt", "--out", tmp_path / name).fails("typo.txt: no such file")
    assert (tmp_path / name).read_bytes() == b"yesterday's"


def test_what_was_read_before_an_error_is_recognised(calm: Call, tmp_path: Path) -> None:
    whole = gzip.compress(chats(tmp_path / "in.jsonl", *map(str, range(9_000))).read_bytes())
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(whole[:-5_000])
    done = calm(torn, "--format", "jsonl")
    read = [row["conversation"] for row in done.rows]
    assert read == [str(n) for n in range(len(read))]
    assert 5_000 < len(read) < 9_000
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"sentio: skipped: {torn}:")


def test_nothing_read_is_told_once(calm: Call, tmp_path: Path) -> None:
    done = calm(tmp_path / "a.txt", tmp_path / "b.txt", "--format", "jsonl")
    assert done.code == 2
    assert [line.split(":")[0:2] for line in done.err.splitlines()] == [
        ["sentio", " skipped"],
        ["sentio", f" {tmp_path / 'b.txt'}"],
    ]


@pytest.mark.parametrize("name", ["m.jsonl", "m.csv"])
def test_the_output_of_another_input_is_not_resumed(calm: Call, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    long, other = chats(tmp_path / "in.jsonl", *"aab"), chats(tmp_path / "other.jsonl", *"aac")
    stranger = chats(tmp_path / "stranger.jsonl", *"aab", speaker="Bo")
    short = chats(tmp_path / "short.jsonl", *"aa")
    assert calm(long, "--out", out).code == 0
    before = out.read_bytes()
    for chat, message in {
        other: "row 3 is by 'Ada' in 'b', the input has 'Ada' in 'c' there",
        stranger: "row 1 is by 'Ada' in 'a', the input has 'Bo' in 'a' there",
        short: "holds 3 utterances, the input only 2",
    }.items():
        done = calm(chat, "--out", out, "--resume")
        done.fails(message)
        assert "name another file with --out" in done.err
        assert out.read_bytes() == before
    calm(tmp_path / "gone.txt", "--out", out, "--resume").fails("gone.txt: no such file")
    assert out.read_bytes() == before
    assert calm(long, "--out", out, "--resume").code == 0
    assert out.read_bytes() == before


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_names_that_cannot_be_written_are_resumed(tmp_path: Path, format: str) -> None:
    out, space = tmp_path / "m", labels.space("ekman")
    said = [Utterance(id=str(n), speaker='A\ud83d, "b"', text="Hi") for n in range(3)]
    chat = Conversation(id="x\ud800", utterances=tuple(said))
    begun = chat.model_copy(update={"utterances": chat.utterances[:2]})
    with open_writer(format, out, space) as writer:
        for done in sentio.recognize(begun, system="calm").conversations:
            writer.write(done)
    with open_writer(format, out, space, resume=True) as writer:
        resumed = Resumed(out, writer.progress)
        assert list(resumed.rest(iter([chat]), Moods(), Tails(2))) == [chat]
    (whole,) = sentio.recognize(chat, system="calm").conversations
    rest = resumed.fresh(whole)
    assert (rest.conversation.offset, rest.conversation.utterances) == (2, (said[2],))
    assert rest.recognitions == whole.recognitions[2:]


def test_the_limit_counts_conversations_and_opens_no_more_files(calm: Call, tmp_path: Path) -> None:
    out = tmp_path / "m.jsonl"
    first = chats(tmp_path / "in.jsonl", *"abacb")
    assert calm(first, "--out", out, "--limit", "2").code == 0
    assert conversations(out) == ["a", "b", "a"]
    assert calm(first, tmp_path / "gone.txt", "--out", out, "--limit", "3").code == 0
    assert conversations(out) == ["a", "b", "a", "c", "b"]
    assert calm(first, first, "--out", out, "--limit", "4").code == 0
    assert conversations(out) == ["a", "b", "a", "c", "b", "a"]


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_below_one_is_refused(calm: Call, tmp_path: Path, limit: str) -> None:
    calm(chats(tmp_path / "in.jsonl", "a"), "--limit", limit).fails("Must be >= 1")


def test_a_part_of_a_conversation_is_something_read(calm: Call, tmp_path: Path) -> None:
    chat = tmp_path / "part.jsonl"
    utterance = {"id": "7", "speaker": "Ada", "text": "Hi"}
    chat.write_text(json.dumps({"id": "a", "offset": 7, "utterances": [utterance]}) + "\n")
    done = calm(chat, "--format", "jsonl", "--limit", "1")
    assert (done.code, [row["index"] for row in done.rows]) == (0, [7])


def test_html_is_not_resumed(calm: Call, tmp_path: Path) -> None:
    out = tmp_path / "y.html"
    out.write_text("yesterday's")
    calm(chats(tmp_path / "in.jsonl", "a"), "--out", out, "--resume").fails("html output cannot be resumed")
    assert out.read_text() == "yesterday's"


def test_a_suffix_nobody_writes_is_refused_unless_the_format_is_named(calm: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "in.jsonl", "a")
    for name in ("x.pdf", "x", "x.jsonl.gz"):
        done = calm(chat, "--out", tmp_path / name)
        done.fails(f"{name}: the suffix tells no format; known: .csv, .htm, .html, .jsonl, ")
        assert not (tmp_path / name).exists()
    assert calm(chat, "--out", tmp_path / "x.pdf", "--format", "parquet").code == 0
    assert polars.read_parquet(tmp_path / "x.pdf").height == 1
