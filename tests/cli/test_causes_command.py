"""`sentio causes` as people call it: every format, whole conversations, jobs that go on, mistakes of one line."""

import json
import os
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
from sentio.results.columns import CAUSES

Call = Callable[..., Any]
EXAMPLES = Path(__file__).parents[2] / "examples"
KITCHEN = str(EXAMPLES / "kitchen.txt")

MOODY = """
import numpy as np
from pydantic import BaseModel
from sentio import labels
from sentio.card import Card
from sentio.recognition import Prediction

card = Card(title="Moody", summary="sad where somebody sighs", labels="dailydialog")

class Options(BaseModel):
    pass

class Moody:
    space = labels.space("dailydialog")

    def predict(self, conversations):
        for conversation in conversations:
            moods = ["sadness" if "sigh" in said.text else "neutral" for said in conversation.utterances]
            yield Prediction(np.eye(len(self.space))[[self.space.index(mood) for mood in moods]])

    def remarks(self):
        yield "some sighs were deep"

def load(options):
    return Moody()
"""


@pytest.fixture
def causes(sentio: Call, register: Callable[[str, str | None], None]) -> Call:
    """`sentio causes` of emotions that are easy to foresee: where somebody sighs."""
    register("moody", MOODY)
    return lambda *arguments: sentio("causes", *arguments, "--recognizer", "moody")


def chats(path: Path, *rows: tuple[str, str]) -> Path:
    """Utterances of conversations, each (conversation, text), by Ada and Bo in turn."""
    told = [{"conversation": c, "speaker": "Ada Bo".split()[n % 2], "text": text} for n, (c, text) in enumerate(rows)]
    path.write_text("".join(json.dumps(row) + "\n" for row in told))
    return path


def told(rows: list[dict[str, Any]]) -> list[tuple[str, int, int | None]]:
    return [(row["conversation"], row["index"], row["cause_index"]) for row in rows]


def test_the_table_says_who_feels_what_because_of_what(sentio: Call) -> None:
    done = sentio("causes", KITCHEN)
    assert (done.code, done.err) == (0, "")
    rows = [row for effects in package.find_causes(KITCHEN).conversations for row in effects.rows()]
    assert rows
    for row in rows:
        if row["distance"]:
            assert f"← {row['cause_index']} {row['cause_speaker']}: “{row['span'][:6]}" in done.out
    assert "inter-personal" in done.out
    assert "← its own words" in done.out
    assert "\x1b" not in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_jsonl_has_exactly_the_promised_keys(sentio: Call) -> None:
    done = sentio("causes", KITCHEN, "--format", "jsonl")
    assert done.rows
    assert [list(row) for row in done.rows] == [list(CAUSES)] * len(done.rows)
    assert done.rows == [row for c in package.find_causes(KITCHEN).conversations for row in c.rows()]


def test_every_format_holds_the_same(sentio: Call, tmp_path: Path) -> None:
    for name in ("w.jsonl", "w.csv", "w.parquet", "w.html", "w.txt"):
        assert sentio("causes", KITCHEN, "--out", tmp_path / name).code == 0
    rows = [json.loads(line) for line in (tmp_path / "w.jsonl").read_text("utf8").splitlines()]
    assert polars.read_parquet(tmp_path / "w.parquet").to_dicts() == rows
    assert polars.read_csv(tmp_path / "w.csv")["cause_index"].to_list() == [row["cause_index"] for row in rows]
    page = (tmp_path / "w.html").read_text("utf8")
    assert page.count('<p class="why">') == len({row["utterance"] for row in rows})
    assert 'class="arrows"' in page
    assert all(row["speaker"] in (tmp_path / "w.txt").read_text("utf8") for row in rows)


def test_options_of_the_finder_are_flags(causes: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("a", "Hm"), ("a", "sigh"))
    assert told(causes(chat, "--format", "jsonl").rows) == [("a", 2, 1), ("a", 2, 2)]
    assert told(causes(chat, "--format", "jsonl", "--reach", "2").rows) == [("a", 2, 0), ("a", 2, 1), ("a", 2, 2)]


def test_what_systems_remark_is_told(causes: Call, tmp_path: Path) -> None:
    done = causes(chats(tmp_path / "c.jsonl", ("a", "sigh")), "--format", "csv")
    assert (done.code, done.err) == (0, "sentio: some sighs were deep\n")


def test_a_conversation_whose_rows_are_mixed_with_others_is_whole(causes: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("b", "sigh"), ("a", "sigh"), ("b", "sigh"))
    expected = [("a", 1, 0), ("a", 1, 1), ("b", 0, 0), ("b", 1, 0), ("b", 1, 1)]
    assert told(causes(chat, "--format", "jsonl").rows) == expected
    command = [sys.executable, "-m", "sentio", "causes", "-", "--format", "jsonl"]
    piped = subprocess.run(command, input=chat.read_bytes(), capture_output=True, check=True)
    assert piped.returncode == 0


def test_standard_input_holds_whole_conversations_too(sentio: Call) -> None:
    text = Path(KITCHEN).read_bytes()
    command = [sys.executable, "-m", "sentio", "causes", "-", "--format", "jsonl"]
    done = subprocess.run(command, input=text, capture_output=True, check=True)
    rows = [json.loads(line) | {"conversation": "kitchen"} for line in done.stdout.splitlines()]
    assert rows == sentio("causes", KITCHEN, "--format", "jsonl").rows


def test_a_conversation_that_cannot_be_done_is_told_and_the_others_are_done(causes: Call, tmp_path: Path) -> None:
    chat = tmp_path / "twice.csv"
    chat.write_text("conversation,id,speaker,text\na,1,Ada,sigh\na,1,Bo,sigh\nb,1,Ada,sigh\n")
    done = causes(chat, tmp_path / "gone.txt", "--format", "jsonl")
    assert done.code == 1
    assert told(done.rows) == [("b", 0, 0)]
    assert f"skipped: {chat}: conversation 'a': two utterances have the id '1'; give each its own" in done.err
    assert "gone.txt: no such file" in done.err


def test_the_limit_counts_conversations(causes: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", *((name, "sigh") for name in "abcd"))
    assert [row["conversation"] for row in causes(chat, "--format", "jsonl", "--limit", "2").rows] == ["a", "b"]


def test_an_output_stays_where_nothing_can_be_read_and_is_no_input(causes: Call, tmp_path: Path) -> None:
    out = chats(tmp_path / "c.jsonl", ("a", "sigh"))
    before = out.read_bytes()
    causes(tmp_path / "typo.txt", "--out", out).fails("typo.txt: no such file")
    causes(out, "--out", out).fails("is the output and an input")
    causes(out, "--out", out, "--resume").fails("is the output and an input")
    assert out.read_bytes() == before


ROWS = [
    ("a", "Hi"), ("a", "sigh"), ("quiet", "Hi"), ("b", "sigh"), ("b", "sigh"), ("calm", "Yes"), ("calm", "No"),
    ("c", "Hi"), ("c", "Hm"), ("c", "sigh, a\nlong \"one\""), ("still", "."), ("d", "sigh"), ("late", "Bye"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["w.jsonl", "w.csv"])
def test_resuming_ends_with_the_same_bytes(causes: Call, tmp_path: Path, name: str) -> None:
    """Cut anywhere: also conversations without rows are neither missed nor repeated, and two inputs may share names."""
    chat, again = chats(tmp_path / "c.jsonl", *ROWS), chats(tmp_path / "again.jsonl", ("d", "sigh"), ("d", "sigh"))
    whole, out = tmp_path / f"whole-{name}", tmp_path / name
    assert causes(chat, again, "--out", whole).code == 0
    content = whole.read_bytes()
    for size in [*range(0, len(content), 251), len(content) - 1, len(content)]:
        out.write_bytes(content[:size])
        assert causes(chat, again, "--out", out, "--resume").code == 0
        assert out.read_bytes() == content, size


@pytest.mark.parametrize("name", ["w.jsonl", "w.csv"])
def test_the_output_of_another_input_is_not_resumed(causes: Call, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    assert causes(chats(tmp_path / "c.jsonl", *ROWS), "--out", out).code == 0
    before = out.read_bytes()
    other = [ROWS[0], ("a", "a deep sigh"), *ROWS[2:]]
    for rows, message in [(other, "row 1 is about 'a'"), (ROWS[:8], "is about 'c'"), (ROWS[:-3], "is about 'd'")]:
        done = causes(chats(tmp_path / "other.jsonl", *rows), "--out", out, "--resume")
        done.fails(message)
        assert "name another file with --out" in done.err
        assert out.read_bytes() == before


def test_moods_are_no_causes_to_go_on_with(causes: Call, sentio: Call, tmp_path: Path) -> None:
    for name in ("m.jsonl", "m.csv"):
        sentio("recognize", KITCHEN, "--out", tmp_path / name)
        before = (tmp_path / name).read_bytes()
        causes(KITCHEN, "--out", tmp_path / name, "--resume").fails("not the columns that are to be written")
        assert (tmp_path / name).read_bytes() == before


def test_only_jsonl_and_csv_can_be_resumed(causes: Call, tmp_path: Path) -> None:
    for name in ("w.html", "w.parquet", "w.txt"):
        causes(KITCHEN, "--out", tmp_path / name, "--resume").fails("output cannot be resumed, only jsonl and csv")
        assert not (tmp_path / name).exists()
    causes(KITCHEN, "--format", "csv", "--resume").fails("standard output cannot be resumed")


def test_killed_outright_a_job_goes_on(tmp_path: Path) -> None:
    chat, out, whole = tmp_path / "c.jsonl", tmp_path / "w.csv", tmp_path / "whole.csv"
    feels = ["I hate this!", "Okay.", "I love it, thank you!", "So it is."]
    with chat.open("w") as file:
        for n in range(6_000):
            row = {"conversation": n // 6, "speaker": "AB"[n % 2], "text": f"{feels[n % 4]} {n % 1_000}"}
            file.write(json.dumps(row) + "\n")
    command = [sys.executable, "-m", "sentio", "causes", str(chat), "--out", str(out)]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while (not out.exists() or out.stat().st_size < 10_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = out.stat().st_size
    os.truncate(out, left - 7)  # as a disk may leave it
    subprocess.run([*command, "--resume"], check=True)
    subprocess.run([*command[:-1], str(whole)], check=True)
    assert out.read_bytes() == whole.read_bytes()
    assert 10_000 <= left < whole.stat().st_size, "it was killed at work"


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("Ada: I love this!\nBo: I hate it.\n" * 400)
    command = f'"{sys.executable}" -m sentio causes "{chat}" --format jsonl | head -1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no input; name a file"),
        ([KITCHEN, "--system", "positon"], "unknown system for causes 'positon'; did you mean 'position'?"),
        ([KITCHEN, "--system", "mini"], "unknown system for causes 'mini'"),
        ([KITCHEN, "--recognizer", "minni"], "unknown system 'minni'; did you mean 'mini'?"),
        ([KITCHEN, "--reech", "2"], "unknown option of position '--reech'; did you mean '--reach'?"),
        ([KITCHEN, "--recogniser", "mini"], "did you mean '--recognizer'?"),
        ([KITCHEN, "--reach", "-1"], "option reach of position: "),
        ([KITCHEN, "--system", "cause_llm"], "name one with --llm"),
        ([KITCHEN, "--out", "w.pdf"], "the suffix tells no format"),
        ([KITCHEN, "--out", "no/such/w.csv"], "no/such"),
        ([KITCHEN, "--format", "xml"], "xml"),
    ],
)
def test_mistakes_cost_one_line(sentio: Call, arguments: list[str], message: str) -> None:
    sentio("causes", *arguments).fails(message)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize("format", ["table", "jsonl", "csv", "html"])
def test_a_full_disk_is_told(sentio: Call, format: str) -> None:
    done = sentio("causes", KITCHEN, "--format", format, "--out", "/dev/full")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "disk full" in done.err


def test_chinese_and_silence_survive_every_format(causes: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("晚饭", "你怎么了？😊"), ("晚饭", "sigh，我不饿。"), ("空", ""))
    done = causes(chat)
    assert done.code == 0
    assert "“你怎么了？😊”" in done.out
    assert "nobody feels anything" in done.out
    for format in ("jsonl", "csv", "html"):
        assert "sigh，我不饿。" in causes(chat, "--format", format).out


def test_ls_shows_the_systems_of_both_verbs(sentio: Call) -> None:
    assert "--reach: " in sentio("ls", "causes").out
    out = sentio("ls", "responses").out
    assert "support" in out
    assert "--llm: " in out
    everything = sentio("ls").out
    assert "\ncauses\n" in everything
    assert "\nresponses\n" in everything


def test_a_language_model_finds_causes_from_the_command_line(causes: Call, tiny_qwen3: Path, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "The cat is ill."), ("a", "sigh"))
    for model in ("scripted/lexicon", f"hf/{tiny_qwen3}"):
        done = causes(chat, "--system", "cause_llm", "--llm", model, "--format", "jsonl")
        assert done.code == 0
        assert {row["index"] for row in done.rows} == {1}


def test_a_trained_finder_is_named_by_its_run_folder(causes: Call, trained_finder: Path, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "The cat is ill."), ("a", "sigh"), ("b", "sigh"))
    whole, out = tmp_path / "whole.csv", tmp_path / "w.csv"
    assert causes(chat, "--system", trained_finder, "--out", whole).code == 0
    assert polars.read_csv(whole)["conversation"].unique(maintain_order=True).to_list() == ["a", "b"]
    out.write_bytes(whole.read_bytes()[:-9])
    assert causes(chat, "--system", trained_finder, "--out", out, "--resume").code == 0
    assert out.read_bytes() == whole.read_bytes()
    causes(chat, "--system", trained_finder, "--reach", "2").fails("unknown option of")
