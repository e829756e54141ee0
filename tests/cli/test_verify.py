"""`sentio demos verify`: the report, a person on a real terminal, a language model."""

import csv
import json
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from time import monotonic

import pytest

Call = Callable[..., "Done"]  # type: ignore[name-defined]  # noqa: F821

VOTE = '{{"conversation": "a", "utterance": "{}", "annotator": "{}", "kind": "person", "label": "{}"}}\n'


def test_the_shipped_corpus_passes(sentio: Call) -> None:
    done = sentio("demos", "verify", "everyday")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert re.fullmatch(r"everyday:train, everyday:validation, everyday:test: [\d,]+ utterances of .*", lines[0])
    assert re.fullmatch(r" *verified: all annotators agree with the author +[\d,]+ +\d+\.\d%", lines[1])
    assert "does not hold" not in done.out
    assert len([line for line in lines if re.match(r"r\d+ +language model +[\d,]+ +\d\d\.\d%", line)]) >= 8


def test_the_report_as_json(sentio: Call) -> None:
    found = json.loads(sentio("demos", "verify", "everyday:test", "--format", "json").out)
    assert sum(found["verdicts"].values()) == found["utterances"]
    assert found["verdicts"]["open"] == 0
    assert found["faults"] == []


def test_what_is_shipped_can_be_built_and_checked(sentio: Call, tmp_path: Path) -> None:
    built = sentio("demos", "build", "--corpus", "everyday:test", "--encoder", "mini", "--out", tmp_path / "demos")
    verified = json.loads(sentio("demos", "verify", "everyday:test", "--format", "json").out)["verdicts"]["verified"]
    assert built.out.startswith(f"{verified} entries")
    done = sentio("demos", "check", tmp_path / "demos", "--against", "everyday:validation")
    assert done.code == 0


def test_a_corpus_that_counts_too_much_as_verified_ends_with_1(sentio: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from sentio.corpora import everyday
    from sentio.corpora.everyday.record import Turn

    assert everyday
    monkeypatch.setattr(Turn, "is_verified", property(lambda turn: turn.emotion in turn.readers.values()))
    done = sentio("demos", "verify", "everyday:test")
    assert done.code == 1
    assert "\ndoes not hold: everyday:test: conversation 'w" in done.out
    assert "is counted as verified" in done.out


def test_a_table_with_votes_of_two_people(sentio: Call, table: Path, tmp_path: Path) -> None:
    given = {"ann": ("surprise", "sadness", "joy"), "bob": ("surprise", "anger", "neutral")}
    for name, labels in given.items():
        lines = (VOTE.format(n, name, label) for n, label in enumerate(labels))
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
    call = ("demos", "verify", table, "--votes", tmp_path / "ann.jsonl", "--votes", tmp_path / "bob.jsonl")
    found = json.loads(sentio(*call, "--format", "json").out)
    assert found["verdicts"] == {"verified": 1, "adjudicated": 2, "disputed": 0, "open": 1}
    done = sentio(*call, "--out", tmp_path / "decided.csv")
    assert done.code == 0
    rows = list(csv.DictReader((tmp_path / "decided.csv").read_text("utf8").splitlines()))
    assert [(row["verdict"], row["label"]) for row in rows] == [
        ("verified", "surprise"), ("adjudicated", "sadness"), ("adjudicated", "joy"), ("open", ""),
    ]  # fmt: skip
    assert json.loads(rows[1]["votes"]) == {"author": "sadness", "ann": "sadness", "bob": "anger"}
    sentio(*call, "--out", tmp_path / "decided.jsonl")
    again = sentio("demos", "verify", tmp_path / "decided.jsonl", "--format", "json")
    assert json.loads(again.out)["utterances"] == 3


def test_what_is_left_out_is_told(sentio: Call, table: Path) -> None:
    table.write_text(f"{table.read_text('utf8')}c,Di,Nobody asked me.,\n", "utf8")
    heading = sentio("demos", "verify", table).out.splitlines()[0]
    assert heading == "mine:all: 4 utterances of 2 conversations, 1 with neither one label nor votes left out"


def test_two_tables_of_the_same_conversations_take_no_vote_together(sentio: Call, table: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    other = tmp_path / "more" / "mine.csv"
    other.write_bytes(table.read_bytes())
    call, votes = ("demos", "verify", "--llm", "scripted/lexicon"), tmp_path / "votes.jsonl"
    sentio(*call, table, other, "--votes", votes).fails("verify them one after the other, each with a votes file of")
    assert votes.read_bytes() == b""
    for one, file in ((table, votes), (other, tmp_path / "more.jsonl")):  # as told
        assert sentio(*call, one, "--votes", file).code == 0
        assert sentio("demos", "verify", one, "--votes", file).code == 0


def test_mistakes_cost_one_line(sentio: Call, table: Path, tmp_path: Path) -> None:
    votes = tmp_path / "votes.jsonl"
    sentio("demos", "verify").fails("no source is named")
    sentio("demos", "verify", "everiday").fails("did you mean 'everyday'?")
    sentio("demos", "verify", "everyday:tset").fails("did you mean 'test'?")
    sentio("demos", "verify", table, "--annotator", "ann").fails("name it with --votes")
    sentio("demos", "verify", table, "--annotator", "ann", "--votes", votes).fails("this is none")
    sentio("demos", "verify", table, "--llm", "scripted/lexicon").fails("name it with --votes")
    sentio("demos", "verify", table, "--llm", "nobody", "--votes", votes).fails("is no address of a language model")
    sentio("demos", "verify", table, "--out", tmp_path / "decided.txt").fails("the suffix tells no format")
    sentio("demos", "verify", table, "--out", table).fails("is the output and the input")
    for_report = "is for the report: call again without --annotator and --llm"
    for who in (("--annotator", "ann"), ("--llm", "scripted/lexicon")):
        sentio("demos", "verify", table, *who, "--votes", votes, "--out", votes).fails(f"--out {for_report}")
        sentio("demos", "verify", table, *who, "--votes", votes, "--format", "json").fails(f"--format {for_report}")
    sentio("demos", "verify", table, "--limit", "3").fails("--limit is for an annotator: name one with --annotator or")
    for flag, value in (("--cache", tmp_path / "answers.sqlite"), ("--concurrency", "16")):
        for call in ((table, flag, value), (table, flag, value, "--annotator", "ann", "--votes", votes)):
            sentio("demos", "verify", *call).fails(f"{flag} is for a language model: name one with --llm")
    assert not votes.exists()
    votes.write_text(VOTE.format("9", "ann", "joy"))
    sentio("demos", "verify", table, "--votes", votes).fails("votes.jsonl:1: utterance '9' of conversation 'a' is not")


def test_a_language_model_end_to_end(sentio: Call, table: Path, tmp_path: Path) -> None:
    votes, call = tmp_path / "votes.jsonl", ("demos", "verify", table)
    lexicon = (*call, "--llm", "scripted/lexicon", "--annotator", "lex", "--votes", votes)
    done = sentio(*lexicon, "--limit", "3")
    assert done.out.startswith(f"{votes}: 3 labelled, 3 of 4 in all; 3 questions, 3 answered")
    assert sentio(*lexicon, "--cache", tmp_path / "answers.sqlite").out.startswith(f"{votes}: 1 labelled, 4 of 4")
    assert sentio(*lexicon).out.startswith(f"{votes}: 0 labelled, 4 of 4")
    assert sentio(*call, "--llm", "scripted/always=joy", "--votes", votes).code == 0
    found = json.loads(sentio(*call, "--votes", votes, "--format", "json").out)
    assert [(one["name"], one["kind"], one["model"], one["votes"]) for one in found["annotators"]] == [
        ("author", "author", None, 4),
        ("lex", "language model", "scripted/lexicon", 4),
        ("scripted/always=joy", "language model", "scripted/always=joy", 4),
    ]
    other = sentio(*call, "--llm", "scripted/always=joy", "--annotator", "lex", "--votes", votes)
    other.fails("'lex' has voted as the model scripted/lexicon")


def test_questions_that_fail_are_told_and_end_with_1(sentio: Call, table: Path, tmp_path: Path) -> None:
    done = sentio("demos", "verify", table, "--llm", "scripted/always=hunger", "--votes", tmp_path / "votes.jsonl")
    assert done.code == 1
    assert "0 labelled, 0 of 4 in all" in done.out
    assert "4 questions failed, which are no votes; the last error: 'hunger' is none of" in done.out
    assert (tmp_path / "votes.jsonl").read_bytes() == b""


class Page:
    """A terminal with `sentio demos verify` at work in it. It is in packet mode: it tells when what was typed is
    dropped, which is done once for each page; what is typed from then on counts."""

    def __init__(self, terminal: int, process: "subprocess.Popen[bytes]") -> None:
        self.terminal, self.process, self.screen = terminal, process, ""
        self.listens = False

    def look(self, seconds: float) -> None:
        """Read what the terminal tells within that time."""
        from termios import TIOCPKT_FLUSHREAD

        if select([self.terminal], [], [], seconds)[0]:
            told, *_ = packet = os.read(self.terminal, 1 << 16)
            self.listens |= bool(told & TIOCPKT_FLUSHREAD)
            self.screen += packet[1:].decode("utf8", "replace")

    def shows(self, text: str, seconds: float = 30.0) -> str:
        """Wait until the text is drawn; what was drawn since the last key."""
        until = monotonic() + seconds
        while text not in plain(self.screen):
            left = until - monotonic()
            assert left > 0, f"{text!r} is not on the screen: {plain(self.screen)!r}"
            self.look(left)
        return plain(self.screen)

    def press(self, key: bytes, seconds: float = 30.0) -> None:
        """Wait until the page is whole, and press a key."""
        until = monotonic() + seconds
        while not self.listens:
            left = until - monotonic()
            assert left > 0, f"no key counts: {plain(self.screen)!r}"
            self.look(left)
        self.screen, self.listens = "", False
        os.write(self.terminal, key)

    def ends(self) -> int:
        """The exit code; what is still drawn is read, for a terminal nobody reads stands still."""
        while self.process.poll() is None:
            try:
                self.look(0.05)
            except OSError:
                break
        return self.process.wait(30)


def plain(screen: str) -> str:
    """What is drawn, without colours, and with a line end for each move to a line."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", re.sub(r"\x1b\[\d+;1H", "\n", screen))


@contextmanager
def terminal(rows: int, columns: int, *arguments: str | Path) -> Iterator[Page]:
    """`sentio demos verify` in a pseudo-terminal of this size."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    ioctl = pytest.importorskip("fcntl").ioctl
    ours, theirs = pty.openpty()
    ioctl(ours, termios.TIOCPKT, struct.pack("i", 1))
    termios.tcsetwinsize(theirs, (rows, columns))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "sentio", "demos", "verify", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm"},
        start_new_session=True,
    )
    before = termios.tcgetattr(theirs)
    try:
        yield Page(ours, process)
    finally:
        process.kill()
        process.wait()
        assert termios.tcgetattr(theirs)[3] == before[3] or process.returncode == -signal.SIGKILL
        os.close(ours)
        os.close(theirs)


def labels(path: Path) -> list[str]:
    return [json.loads(line)["label"] for line in path.read_text("utf8").splitlines()]


def test_a_person_labels_goes_back_skips_and_quits(table: Path, tmp_path: Path) -> None:
    votes = tmp_path / "votes.jsonl"
    with terminal(24, 80, table, "--annotator", "ann", "--votes", votes) as page:
        page.shows("esc quit")
        assert "0 of 4 labelled" in page.shows("7 neutral")
        page.press(b"1")
        page.shows("1 of 4 labelled")
        assert labels(votes) == ["anger"]  # on disk while the next page is looked at
        page.press(b"\x1b[D")
        page.shows("1 anger ✓")
        page.press(b"4")
        page.shows("esc quit")
        page.press(b" ")
        page.shows("esc quit")
        page.press(b"5")
        page.shows("2 of 4 labelled")
        page.press(b"\x1b")
        assert page.ends() == 0
        assert "votes.jsonl: 2 labelled, 2 of 4 in all" in plain(page.screen).replace("\r\n", "")
        assert "\x1b[?1049l" in page.screen  # what was on the terminal is there again
    assert labels(votes) == ["anger", "joy", "sadness"]


def test_what_is_typed_before_an_utterance_is_shown_does_not_count_for_it(table: Path, tmp_path: Path) -> None:
    """The window is larger than what a terminal holds unread: its page is not there before it has been read."""
    votes = tmp_path / "votes.jsonl"
    with terminal(200, 1000, table, "--annotator", "ann", "--votes", votes) as page:
        page.shows("Conversation 1 of 2")
        assert not page.listens
        os.write(page.terminal, b"1")
        page.press(b"2")
        page.shows("1 of 4 labelled")
        page.press(b"\x1b")
        assert page.ends() == 0
    assert labels(votes) == ["disgust"]


def test_a_narrow_window_and_one_that_changes(table: Path, tmp_path: Path) -> None:
    from termios import tcsetwinsize

    with terminal(7, 30, table, "--annotator", "ann", "--votes", tmp_path / "votes.jsonl") as page:
        assert "esc quit" not in page.shows("7 neutral")
        page.screen = ""
        tcsetwinsize(page.terminal, (24, 80))
        assert "Conversation 1 of 2, utterance 1" in page.shows("esc quit")
        page.press(b"\x04")
        assert page.ends() == 0


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_page_that_is_killed_goes_on_where_it_was(table: Path, tmp_path: Path, stop: signal.Signals) -> None:
    votes = tmp_path / "votes.jsonl"
    with terminal(24, 80, table, "--annotator", "ann", "--votes", votes) as page:
        page.shows("esc quit")
        page.press(b"1")
        page.shows("1 of 4 labelled")
        page.press(b"2")
        page.shows("2 of 4 labelled")
        page.process.send_signal(stop)
        assert page.ends() == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    with terminal(24, 80, table, "--annotator", "ann", "--votes", votes) as page:
        page.shows("2 of 4 labelled")
        page.shows("esc quit")
        page.press(b"3")
        page.shows("3 of 4 labelled")
        page.press(b"4")
        page.shows("Nothing is left to label.")
        page.press(b"\x1b")
        assert page.ends() == 0
    assert labels(votes) == ["anger", "disgust", "fear", "joy"]
    told = [json.loads(line) for line in votes.read_text("utf8").splitlines()]
    assert len({(vote["conversation"], vote["utterance"]) for vote in told}) == 4
