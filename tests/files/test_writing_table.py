"""The terminal table: readable, never wider than it may be, and deaf to what a chat tries to tell the terminal."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.files.writers.table import SPEAKERS
from sentio.files.writers.terminal import literal
from sentio.files.writing import open_writer
from sentio.results import Recognition, RecognizedConversation

SPACE = labels.space("meld")
VALENCE = {"neutral": 0.0, "joy": 0.8, "anger": -0.7, "surprise": 0.75}
Line = tuple[str, str, str]
"""Speaker, text, emotion."""


def recognized(
    id: str, lines: Sequence[Line], offset: int = 0, before: dict[str, str] | None = None
) -> RecognizedConversation:
    last, moods = dict(before or {}), []
    for speaker, _, emotion in lines:
        rest = round(0.18 / 6, 6)
        moods.append(
            Recognition(
                space=SPACE.name,
                emotion=emotion,
                probabilities={label: 0.82 if label == emotion else rest for label in SPACE.labels},
                valence=VALENCE[emotion],
                arousal=0.0,
                dominance=0.0,
                shift=last.get(speaker, emotion) != emotion,
            )
        )
        last[speaker] = emotion
    utterances = tuple(Utterance(id=str(i), speaker=s, text=t) for i, (s, t, _) in enumerate(lines))
    conversation = Conversation(id=id, utterances=utterances, offset=offset)
    return RecognizedConversation(conversation=conversation, recognitions=tuple(moods))


def table(out: Path, *conversations: RecognizedConversation) -> str:
    with open_writer("table", out, SPACE) as writer:
        for done in conversations:
            writer.write(done)
    return out.read_text("utf-8")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table") / "moods.txt"


KITCHEN: list[Line] = [
    ("Ada", "You baked a cake?", "surprise"),
    ("Bo", "I forgot the sugar.", "anger"),
    ("Ada", "Then we call it bread!", "joy"),
    ("Ada", "Bread, bread.", "joy"),
    ("Bo", "Fine.", "neutral"),
    ("Ada", "", "anger"),
]


def test_a_conversation_as_it_looks(out: Path) -> None:
    gap = " " * 39
    assert table(out, recognized("kitchen", KITCHEN)).splitlines() == [
        "kitchen",
        f"    #  speaker  text                   {gap}emotion        valence",
        f"    0  Ada      You baked a cake?      {gap}surprise 82%     +0.75",
        f"    1  Bo       I forgot the sugar.    {gap}anger 82%        -0.70",
        f"    2  Ada      Then we call it bread! {gap}joy 82%        ↗ +0.80",
        f"    3  Ada      Bread, bread.          {gap}joy 82%          +0.80",
        f"    4  Bo       Fine.                  {gap}neutral 82%    ↗ +0.00",
        f"    5  Ada                             {gap}anger 82%      ↘ -0.70",
        "",
        "Ada  4 utterances: joy 2, surprise 1, anger 1",
        "Bo   2 utterances: anger 1, neutral 1",
        "",
    ]


def test_several_conversations_have_a_heading_each(out: Path) -> None:
    lines = table(out, *(recognized(id, KITCHEN[:2]) for id in ("first", "second", "second"))).splitlines()
    assert [lines.count(id) for id in ("first", "second")] == [1, 2]
    assert lines.count("Ada  1 utterance: surprise 1") == 3


def test_parts_are_one_table_and_come_at_once(out: Path) -> None:
    with open_writer("table", out, SPACE) as writer:
        writer.write(recognized("kitchen", KITCHEN[:3]))
        assert "Then we call it bread!" in out.read_text("utf-8")
        writer.write(recognized("kitchen", KITCHEN[3:], offset=3, before={"Ada": "joy", "Bo": "anger"}))
    assert out.read_text("utf-8") == table(out, recognized("kitchen", KITCHEN))


def test_a_shift_from_what_was_not_seen(out: Path) -> None:
    text = table(out, recognized("k", [("Ada", "x", "joy")], offset=9, before={"Ada": "anger"}))
    assert "→ +0.80" in text


def test_long_texts_are_shortened(out: Path) -> None:
    lines = table(out, recognized("k", [("Ada", "word " * 10_000, "joy"), ("Bo", "你好" * 500, "joy")])).splitlines()
    assert all("…" in line and cell_len(line) == 100 for line in lines[2:4])


def test_many_speakers_get_one_line_together(out: Path) -> None:
    lines = table(out, recognized("k", [(f"speaker {n}", "hm", "joy") for n in range(SPEAKERS + 3)])).splitlines()
    assert lines[-2] == "and 3 more speakers"
    assert sum(": joy 1" in line for line in lines) == SPEAKERS


ANYTHING = st.text(st.characters(), max_size=40) | st.text("\x1b\x9b[31m]0;\x07\r\n\b\u202e\u2066 a", max_size=20)


@given(id=ANYTHING, speaker=ANYTHING, text=ANYTHING)
@example(id="a", speaker="b", text="\x1b]0;owned\x07\x1b[2J")
@example(id="[bold]", speaker=":smile:", text="[link=file:///etc]x[/link] [/] \\[red]")
def test_nothing_of_the_input_reaches_the_terminal_as_a_command(out: Path, id: str, speaker: str, text: str) -> None:
    shown = table(out, recognized(id, [(speaker, text, "joy"), ("Bo", "ok", "joy")]))
    assert len(shown.split("\n")) == (9 if speaker != "Bo" else 8)
    assert {c for c in shown if unicodedata.category(c) == "Cc"} == {"\n"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", shown)
    assert all(cell_len(line) <= 100 for line in shown.split("\n"))


def test_markup_in_a_chat_is_text(out: Path) -> None:
    said = r"[bold]hi[/bold] :smile: [link=a]x[/link] [/] \[red]"
    shown = table(out, recognized("[red]id[/red]", [("[i]Ada[/i]", said, "joy")]))
    assert said in shown
    assert shown.startswith("[red]id[/red]\n")
    assert shown.count("[i]Ada[/i]") == 2


def test_right_to_left_and_joined_emoji_are_kept(out: Path) -> None:
    shown = table(out, recognized("שיחה", [("ענת", "שלום 👩‍👩‍👧 مرحبا", "joy")]))
    assert "שלום 👩‍👩‍👧 مرحبا" in shown


def test_literal_keeps_what_is_harmless() -> None:
    assert literal("a\tb\u200d\u200e é") == "a b\u200d\u200e é"


def test_a_terminal_gets_colours_and_its_own_width(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "70"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    with open_writer("table", None, SPACE) as writer:
        writer.write(recognized("kitchen", KITCHEN))
    shown = capfdbinary.readouterr().out.decode()
    assert re.search("\x1b\\[32m↗ \\+0.80", shown)
    assert re.search("\x1b\\[31m  -0.70", shown)
    assert {cell_len(re.sub("\x1b\\[[0-9;]*m", "", line)) for line in shown.splitlines()[1:8]} == {70}


def test_a_pipe_gets_plain_text(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    with open_writer("table", None, SPACE) as writer:
        writer.write(recognized("kitchen", KITCHEN))
    assert b"\x1b" not in capfdbinary.readouterr().out


def test_an_encoding_without_arrows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "m").open("w", encoding="ascii") as ascii_only:
        monkeypatch.setattr("sys.stdout", ascii_only)
        with open_writer("table", None, SPACE) as writer:
            writer.write(recognized("kitchen", KITCHEN))
    assert b"? +0.80" in (tmp_path / "m").read_bytes()
