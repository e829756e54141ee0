"""`sentio respond` as people call it: the reply and its evidence in every format, failures told, jobs that go on."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

import sentio as package
from sentio.results.columns import REPLIES

Call = Callable[..., Any]
EXAMPLES = Path(__file__).parents[2] / "examples"
SUPPORT, DINNER = str(EXAMPLES / "support.txt"), str(EXAMPLES / "dinner-zh.txt")
SCRIPT = ("--llm", "scripted/lexicon")

ECHO = """
from pydantic import BaseModel
from sentio.card import Card
from sentio.results import Reply

card = Card(title="Echo", summary="says again what was said, and falls silent where somebody says stop")

class Options(BaseModel):
    loud: bool = False

class Echo:
    def __init__(self, loud):
        self.loud = loud

    def respond(self, turns):
        for turn in turns:
            said = turn.conversation.utterances[-1].text
            if "stop" in said:
                yield Reply(speaker=turn.speaker, text="", error="the server\\n went away")
            else:
                count = len(turn.conversation)
                yield Reply(speaker=turn.speaker, text=said.upper() if self.loud else said, feels="joy", calls=count)

    def remarks(self):
        yield "an echo has no opinion"

def load(options):
    return Echo(options.loud)
"""


@pytest.fixture
def respond(sentio: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """`sentio respond` with a system that says again what it hears."""
    site = tmp_path / "site"
    metadata = site / "echoing-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: echoing\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[sentio.responses]\nechoing = echoing\n")
    (site / "echoing.py").write_text(ECHO)
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "echoing", raising=False)
    return lambda *arguments: sentio("respond", *arguments, "--system", "echoing")


def chats(path: Path, *rows: tuple[str, str]) -> Path:
    told = [{"conversation": c, "speaker": "Ada Bo".split()[n % 2], "text": text} for n, (c, text) in enumerate(rows)]
    path.write_text("".join(json.dumps(row) + "\n" for row in told))
    return path


def test_the_default_asks_for_a_model_in_one_line_that_says_what_to_type(sentio: Call) -> None:
    done = sentio("respond", SUPPORT)
    done.fails("support asks a language model: name one with --llm (openai/MODEL@URL, hf/PATH; scripted/lexicon")


def test_the_table_shows_the_reply_and_what_it_was_built_on(sentio: Call) -> None:
    done = sentio("respond", SUPPORT, *SCRIPT)
    assert done.code == 0
    assert "Eileen  The speaker follows" in done.out
    assert "feels" in done.out
    assert "strategy" in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_every_format_holds_the_same(sentio: Call, tmp_path: Path) -> None:
    for name in ("r.jsonl", "r.csv", "r.parquet", "r.html", "r.txt"):
        assert sentio("respond", SUPPORT, DINNER, *SCRIPT, "--out", tmp_path / name).code == 0
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf8").splitlines()]
    assert [list(row) for row in rows] == [list(REPLIES)] * 2
    assert [row["speaker"] for row in rows] == ["Eileen", "杨建国"]
    assert polars.read_parquet(tmp_path / "r.parquet")["text"].to_list() == [row["text"] for row in rows]
    assert polars.read_csv(tmp_path / "r.csv")["strategy"].to_list() == [row["strategy"] for row in rows]
    page = (tmp_path / "r.html").read_text("utf8")
    assert page.count("could say") == 2
    assert "按摩床" in page
    replies = package.respond(SUPPORT, options={"llm": "scripted/lexicon"})
    assert [done.row() for done in replies.conversations] == rows[:1]


def test_who_speaks_can_be_chosen(respond: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("a", "So what?"))
    assert [respond(chat, "--format", "jsonl", *flags).rows[0]["speaker"] for flags in [(), ("--speaker", "李雷")]] == [
        "Ada", "李雷",
    ]  # fmt: skip


def test_options_of_the_system_are_flags_and_remarks_are_told(respond: Call, tmp_path: Path) -> None:
    done = respond(chats(tmp_path / "c.jsonl", ("a", "Hi")), "--format", "jsonl", "--loud", "yes")
    assert (done.code, done.rows[0]["text"]) == (0, "HI")
    assert done.err == "sentio: an echo has no opinion\n"


def test_a_reply_that_failed_is_told_and_its_row_is_written(respond: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("b", "stop"), ("c", "Yes"))
    done = respond(chat, "--format", "jsonl")
    assert done.code == 1
    assert [(row["conversation"], row["text"], bool(row["error"])) for row in done.rows] == [
        ("a", "Hi", False), ("b", "", True), ("c", "Yes", False),
    ]  # fmt: skip
    assert "sentio: failed: conversation 'b': no reply: the server went away\n" in done.err
    assert "no reply: the server went away" in respond(chat).out
    assert "No reply: the server" in respond(chat, "--format", "html").out


def test_a_conversation_is_answered_once_and_at_its_end(respond: Call, tmp_path: Path) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "one"), ("b", "two"), ("a", "three"), ("b", "four"))
    rows = respond(chat, "--format", "jsonl").rows
    assert [(row["conversation"], row["text"], row["calls"]) for row in rows] == [("a", "three", 2), ("b", "four", 2)]


def test_a_conversation_longer_than_a_readers_part_is_whole(respond: Call, tmp_path: Path) -> None:
    chat = tmp_path / "long.txt"
    chat.write_text("Ada: Hi\nBo: Yes\n" * 12_000)
    (row,) = respond(chat, "--format", "jsonl").rows
    assert row["calls"] == 24_000


def test_silence_is_told(respond: Call, tmp_path: Path) -> None:
    chat = tmp_path / "c.jsonl"
    chat.write_text('{"id": "night", "utterances": []}\n{"conversation": "a", "speaker": "Ada", "text": "Hi"}\n')
    done = respond(chat, "--format", "jsonl")
    assert (done.code, len(done.rows)) == (1, 1)
    assert "conversation 'night': nobody says anything; nothing to reply to" in done.err


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_resuming_ends_with_the_same_bytes(respond: Call, tmp_path: Path, name: str) -> None:
    chat = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("b", "stop"), ("c", 'So,\n"yes"'), ("d", "Bye"), ("a", "Well"))
    again = chats(tmp_path / "again.jsonl", ("a", "Hi"), ("a", "Hi"))
    out = tmp_path / name
    respond(chat, again, "--out", out)
    whole = out.read_bytes()
    for size in [*range(0, len(whole), 61), len(whole) - 1, len(whole)]:
        out.write_bytes(whole[:size])
        respond(chat, again, "--out", out, "--resume")
        assert out.read_bytes() == whole, size


def test_what_was_answered_is_not_answered_again(respond: Call, tmp_path: Path) -> None:
    chat, out = chats(tmp_path / "c.jsonl", ("a", "Hi"), ("b", "Yes")), tmp_path / "r.jsonl"
    respond(chat, "--out", out)
    kept = out.read_text().replace('"text":"Yes"', '"text":"kept"')
    out.write_text(kept)
    assert respond(chat, "--out", out, "--resume", "--loud", "yes").code == 0
    assert out.read_text() == kept


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_the_output_of_another_input_is_not_resumed(respond: Call, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    respond(chats(tmp_path / "c.jsonl", ("a", "Hi"), ("b", "Yes")), "--out", out)
    before = out.read_bytes()
    other, short = chats(tmp_path / "o.jsonl", ("a", "Hi"), ("c", "Yes")), chats(tmp_path / "s.jsonl", ("a", "Hi"))
    respond(other, "--out", out, "--resume").fails("row 2 is a reply in 'b', the input has 'c' there")
    respond(short, "--out", out, "--resume").fails("holds 2 replies or more, the input only 1 conversations")
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no input; name a file"),
        ([SUPPORT, "--system", "suport"], "unknown system that replies 'suport'; did you mean 'support'?"),
        ([SUPPORT, "--lmm", "x"], "unknown option of support '--lmm'; did you mean '--llm'?"),
        ([SUPPORT, "--speeker", "x"], "did you mean '--speaker'?"),
        ([SUPPORT, *SCRIPT, "--selector", "oracle"], "option selector of support: "),
        ([SUPPORT, "--llm", "scripted/poet"], "no rule 'poet'"),
        ([SUPPORT, *SCRIPT, "--out", "r.html", "--resume"], "output cannot be resumed, only jsonl and csv"),
        ([SUPPORT, *SCRIPT, "--recognizer", "minni", "--format", "html"], "did you mean 'mini'?"),
        (["gone.txt", *SCRIPT], "gone.txt: no such file"),
        ([SUPPORT, *SCRIPT, "--out", SUPPORT, "--format", "csv"], "is the output and an input"),
    ],
)
def test_mistakes_cost_one_line(sentio: Call, arguments: list[str], message: str) -> None:
    sentio("respond", *arguments).fails(message)


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    chat = tmp_path / "c.jsonl"
    chat.write_text("".join(f'{{"conversation": {n}, "speaker": "A", "text": "Hi {n}"}}\n' for n in range(900)))
    program = f'"{sys.executable}" -m sentio respond "{chat}" --llm scripted/lexicon --format jsonl'
    done = subprocess.run(
        ["bash", "-c", f"{program} | head -1; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, "")


def test_danger_is_answered_with_a_notice_that_stands_first(sentio: Call, tmp_path: Path) -> None:
    chat = tmp_path / "c.txt"
    chat.write_text("Sam: What is the matter?\nNora: I want to kill myself.\n")
    table = sentio("respond", chat, *SCRIPT).out
    (row,) = sentio("respond", chat, *SCRIPT, "--format", "jsonl").rows
    assert row["notice"]
    first = row["notice"].split()[:5]
    assert table.index(" ".join(first)) < table.index(row["text"][:20])
    page = sentio("respond", chat, *SCRIPT, "--format", "html").out
    assert page.index(" ".join(first)) < page.index("could say")


def test_a_real_model_answers_from_the_command_line(sentio: Call, tiny_qwen3: Path, tmp_path: Path) -> None:
    chat = tmp_path / "c.txt"
    chat.write_text("Tom: Hi.\n韩梅: 我的猫不见了。\n")
    (row,) = sentio("respond", chat, "--llm", f"hf/{tiny_qwen3}", "--format", "jsonl").rows
    assert row["speaker"] == "Tom"
    assert bool(row["text"]) != bool(row["error"])
