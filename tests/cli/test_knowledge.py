"""`sentio knowledge`: built from a real server, killed and gone on with, shown, checked; one line for mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.llms.servers import Loopback, Reply, serving, written

Call = Callable[..., "Done"]  # type: ignore[name-defined]  # noqa: F821

CHAT = "Ada: Who ate my cake?\nBo: Not me.\nAda: The plate is warm.\n"
WAITS = "He waits and looks away for now. "
READINGS = json.dumps({"ExplicitEmotion": WAITS * 4, "ImplicitEmotion": WAITS * 3})
DESCRIBED = json.dumps({"Response": WAITS * 14})


def answer(path: str, body: Any) -> Reply:  # noqa: ANN401
    """A server with one model, that answers as it is asked to."""
    if path == "/v1/models":
        return Reply({"object": "list", "data": [{"id": "writer", "object": "model"}]})
    if body["model"] != "writer":
        return Reply({"error": {"message": f"The model {body['model']!r} does not exist."}}, status=404)
    asked = body["messages"][-1]["content"]
    return Reply(written(DESCRIBED if "characteristics" in asked else READINGS))


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    (tmp_path / "chat.txt").write_text(CHAT, "utf8")
    return tmp_path / "chat.txt"


def asked(server: Loopback) -> Counter[str]:
    """How often each chat was asked."""
    return Counter(
        str(body["messages"])
        for path, body, _ in server.requests
        if path.endswith("completions") and "messages" in body
    )


def keys(out: Path) -> list[str]:
    records = [json.loads(line) for line in out.read_text("utf8").splitlines()]
    return [f"{r['kind']}/{r['dialogue']}/{r.get('utterance', r['speaker'])}" for r in records]


def test_a_chat_is_asked_about_once_shown_and_checked(sentio: Call, chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"
    with serving(answer) as server:
        build = ("knowledge", "build", "--file", chat, "--llm", server.address("writer"), "--out", out)
        done = sentio(*build)
        assert done.code == 0
        assert done.out == (
            f"{out}: 5 answered, 0 were there, 0 gaps, 0 errors; 0.0% of first answers invalid; 35 + 10 tokens\n"
        )
        assert not done.err
        assert set(asked(server).values()) == {1}
        assert len(asked(server)) == 5
        again = sentio(*build)
        assert again.out == f"{out}: 0 answered, 5 were there, 0 gaps, 0 errors; 0 + 0 tokens\n"
        assert len(asked(server)) == 5
    assert sorted(keys(out)) == [
        "characteristics/chat/Ada",
        "characteristics/chat/Bo",
        *(f"interpretation/chat/{k}" for k in range(3)),
    ]
    assert "127.0.0.1" not in out.read_text("utf8")

    shown = sentio("knowledge", "show", out, "--kind", "interpretation", "--limit", "1")
    title, explicit, implicit = shown.out.splitlines()
    assert title in {"chat chat/0, Ada", "chat chat/1, Bo", "chat chat/2, Ada"}
    assert explicit.split()[0] == "explicit"
    assert implicit.split()[:3] == ["implicit", "He", "waits"]

    checked = sentio("knowledge", "check", out, "--file", chat)
    assert checked.code == 0
    head, future, _, _, interpretations, characteristics, *_ = checked.out.splitlines()
    assert head.startswith(f"{out}: by openai/writer, asked characteristics-1/")
    assert future == "characteristics were written with the whole conversation in view: they know the future"
    assert interpretations.split() == ["interpretation", "3", "3", "0", "0", "0", "0", "21–28", "0", "0"]
    assert characteristics.split() == ["characteristics", "2", "2", "0", "0", "0", "0", "98–98", "0", "0"]


def test_what_is_lacking_is_told_and_ends_with_1(sentio: Call, chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"
    with serving(answer) as server:
        sentio("knowledge", "build", "--file", chat, "--llm", server.address("writer"), "--out", out, "--causal")
    chat.write_text(CHAT.replace("Not me.", "Me.") + "Bo: All right.\n", "utf8")
    done = sentio("knowledge", "check", out, "--file", chat)
    assert done.code == 1
    assert "lacking: interpretation/chat/3\n" in done.out
    assert "about another conversation: interpretation/chat/1\n" in done.out
    assert "future" not in done.out


def test_a_corpus_is_asked_about_split_by_split_into_one_file(sentio: Call, miniatures: Path, tmp_path: Path) -> None:
    out = tmp_path / "meld.jsonl"
    with serving(answer) as server:
        build = ("knowledge", "build", "--corpus", "meld", "--data", miniatures, "--llm", server.address("writer"))
        one = sentio(*build, "--out", out, "--kind", "interpretation", "--history", "all", "--limit", "1")
        assert one.code == 0
        few = len(keys(out))
        train = sentio(*build, "--out", out, "--kind", "interpretation", "--history", "all")
        assert f"{few} were there" in train.out
        both = sentio(*build, "--out", out, "--kind", "interpretation", "--history", "all", "--split", "validation")
        assert both.code == 0
    assert len(keys(out)) == len(set(keys(out)))
    # The labels that must not be named are those of the corpus.
    system = next(body["messages"][0]["content"] for _, body, _ in server.requests if body and "messages" in body)
    assert "none of the words neutral, surprise, fear, sadness, joy, disgust, anger" in system
    for split in ("train", "validation"):
        check = sentio("knowledge", "check", out, "--corpus", "meld", "--data", miniatures, "--split", split)
        assert check.code == 0, check.out


def test_gaps_are_recorded_counted_and_shown(sentio: Call, chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"

    def refusing(path: str, body: Any) -> Reply:  # noqa: ANN401
        return answer(path, body) if path == "/v1/models" else Reply(written("I would rather not say."))

    with serving(refusing) as server:
        done = sentio("knowledge", "build", "--file", chat, "--llm", server.address("writer"), "--out", out)
    assert done.code == 0
    assert "0 answered, 0 were there, 5 gaps, 0 errors; 100.0% of first answers invalid" in done.out
    # Each was asked for twice: the model's own form is asked for by the client, greedily.
    assert len(asked(server)) == 10
    shown = sentio("knowledge", "show", out, "--gaps", "--limit", "9")
    assert shown.out.count("I would rather not say.") == 5
    assert shown.out.count("no JSON object with the keys") == 5
    assert sentio("knowledge", "show", out, "--dialogue", "other").out == f"{out}: no such answers\n"


def test_an_error_that_was_answered_since_is_shown_no_more(sentio: Call, chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"

    def refusing(path: str, body: Any) -> Reply:  # noqa: ANN401
        told = {"error": {"message": "This text was flagged."}}
        return answer(path, body) if path == "/v1/models" else Reply(told, status=400)

    for server_answers, code, shown in ((refusing, 1, 3), (answer, 0, 0)):
        with serving(server_answers) as server:
            build = ("knowledge", "build", "--file", chat, "--llm", server.address("writer"), "--out", out)
            assert sentio(*build, "--kind", "interpretation").code == code
        assert sentio("knowledge", "show", out, "--gaps").out.count("flagged") == shown
    # Nor do old errors take up the limit.
    assert sentio("knowledge", "show", out, "--limit", "3").out.count("explicit") == 3


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {"error": {"message": "bad key"}}, "wants a key: set SENTIO_API_KEY"),
        (404, {"error": {"message": "The model 'writer' does not exist."}}, "writer"),
    ],
)
def test_a_server_that_refuses_costs_one_line_and_no_answer(
    sentio: Call,
    chat: Path,
    tmp_path: Path,
    status: int,
    body: object,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SENTIO_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    out = tmp_path / "chat.jsonl"
    with serving(answer) as server:
        sentio(
            "knowledge",
            "build",
            "--file",
            chat,
            "--llm",
            server.address("writer"),
            "--out",
            out,
            "--kind",
            "interpretation",
        )
    before = out.read_bytes()
    chat.write_text(CHAT + "Bo: All right.\n", "utf8")
    with serving(lambda path, asked: Reply(body, status=status)) as server:
        build = ("knowledge", "build", "--file", chat, "--llm", server.address("writer"), "--out", out)
        sentio(*build, "--kind", "interpretation").fails(told)
    assert out.read_bytes() == before


def test_mistakes_cost_one_line(sentio: Call, chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    build = ("knowledge", "build", "--out", out)
    nobody = "openai/writer@http://127.0.0.1:9/v1"
    sentio(*build, "--file", chat, "--llm", nobody).fails("no server answers at http://127.0.0.1:9/v1")
    assert out.read_bytes() == b""
    sentio(*build, "--llm", nobody).fails("name what to read: --corpus NAME, or --file PATH")
    sentio(*build, "--llm", nobody, "--corpus", "meld", "--file", chat).fails("--corpus NAME, or --file PATH")
    sentio(*build, "--llm", "qwen", "--file", chat).fails("'qwen' is no address of a language model")
    sentio(*build, "--llm", nobody, "--file", tmp_path / "absent.txt").fails("absent.txt")
    sentio(*build, "--llm", nobody, "--file", chat, "--history", "some").fails("some")
    sentio(*build, "--llm", nobody, "--file", chat, "--history", "-3").fails("Must be >= 0")
    sentio(*build, "--llm", nobody, "--file", chat, "--context", "100").fails("--context")
    sentio("knowledge", "build", "--file", chat, "--llm", nobody, "--out", chat).fails("is the output and the input")
    sentio("knowledge", "build", "--file", chat, "--llm", nobody, "--out", "-").fails("name a file with --out")
    sentio("knowledge", "show", chat).fails("chat.txt:1: no record of knowledge")
    sentio("knowledge", "check", out, "--file", chat).fails("holds no knowledge yet")


def test_a_killed_call_goes_on_where_it_was(sentio: Call, tmp_path: Path) -> None:
    """SIGKILL, on the real command before a real server: nothing is lost, and only what was on its way is repeated."""
    chat, out = tmp_path / "long.csv", tmp_path / "long.jsonl"
    chat.write_text("speaker,text\n" + "".join(f"{'Ada' if k % 2 else 'Bo'},turn {k}\n" for k in range(150)), "utf8")

    def slowly(path: str, body: Any) -> Reply:  # noqa: ANN401
        time.sleep(0.005)
        return answer(path, body)

    with serving(slowly) as server:
        build = ["knowledge", "build", "--file", str(chat), "--llm", server.address("writer"), "--out", str(out)]
        build += ["--concurrency", "4"]
        with subprocess.Popen([sys.executable, "-m", "sentio", *build], env=dict(os.environ)) as process:
            while process.poll() is None and (not out.exists() or out.read_bytes().count(b"\n") < 40):
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        there = out.read_bytes().count(b"\n")
        before = sum(asked(server).values())
        done = sentio(*build)
    assert done.code == 0
    assert f"{152 - there} answered, {there} were there" in done.out
    assert len(keys(out)) == len(set(keys(out))) == 152
    assert sum(asked(server).values()) - before == 152 - there
    assert before - there <= 4
