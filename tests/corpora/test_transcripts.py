"""Clock times, stray characters and turns with labels."""

from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.meld import card
from sentio.corpora.transcripts import Turn, annotated, from_the_beginning, numbered, repaired, seconds, together
from sentio.errors import InputError


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999), st.sampled_from(",."))
def test_times(hours: int, minutes: int, whole: int, thousandths: int, mark: str) -> None:
    expected = hours * 3600 + minutes * 60 + whole + thousandths / 1000
    assert seconds(f"{hours:02}:{minutes:02}:{whole:02}{mark}{thousandths:03}") == pytest.approx(expected, abs=1e-9)


def test_digits_after_the_comma_are_a_fraction() -> None:
    assert seconds("00:06:47,28") == 407.28


@pytest.mark.parametrize("clock", ["", "12", "4:11", "00:61:00,000", "00:00:61,000", "00:00:01", "-0:00:01,000"])
def test_no_time(clock: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        seconds(clock)


def test_every_windows_1252_character_is_repaired() -> None:
    for byte in range(0x80, 0xA0):
        meant = bytes([byte]).decode("cp1252", errors="replace")
        assert repaired(f"a{chr(byte)}b") == f"a{meant}b"
    assert repaired("a\xa0b") == "a b"


@given(st.text(alphabet=st.characters(exclude_characters=[chr(c) for c in range(0x80, 0xA1)])))
def test_other_text_is_left_alone(text: str) -> None:
    assert repaired(text) == text


def test_a_turn_that_has_no_label_in_a_layer_has_no_entry() -> None:
    turns: list[Turn] = [
        (Utterance(id="a", speaker="Bo", text=""), {}),
        (Utterance(id="b", speaker="Bo", text=""), {"act": "ask"}),
    ]
    assert annotated("x", turns).gold == {"act": {"b": "ask"}}


def test_two_turns_of_one_id_are_refused() -> None:
    turn = Utterance(id="a", speaker="Bo", text="")
    with pytest.raises(ValueError, match="'a' of 'x' is there twice"):
        annotated("x", [(turn, {}), (turn, {})])


def test_a_dialogue_without_a_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' has no utterance"):
        annotated("x", [])


@pytest.mark.parametrize("number", [True, False, 1.0, "1", None, -1, 2])
def test_only_a_whole_number_of_the_order_is_a_label(number: Any) -> None:  # noqa: ANN401  (JSON)
    with pytest.raises(ValueError, match="is no label number from 0 to 1"):
        numbered(number, ("joy", "neutral"))


TABLE = "talk,who\na,Ada\na,Bo\nb,Cy\na,Di\n"


def test_rows_that_follow_each_other_are_together(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    files = CorpusFolder(tmp_path, card)
    found = together(files, "t.csv", files.rows("t.csv"), itemgetter("talk"), itemgetter("who"))
    assert [(own, turns, line, row["who"]) for own, turns, line, row in found] == [
        ("a", ["Ada", "Bo"], 3, "Bo"),
        ("b", ["Cy"], 4, "Cy"),
        ("a", ["Di"], 5, "Di"),
    ]


@pytest.mark.parametrize(
    ("own", "turn", "cause"),
    [("chat", "who", r"t.csv:2: no 'chat' here"), ("talk", "name", r"t.csv:2: no 'name' here")],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, own: str, turn: str, cause: str) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    files = CorpusFolder(tmp_path, card)
    with pytest.raises(InputError, match=cause):
        list(together(files, "t.csv", files.rows("t.csv"), itemgetter(own), itemgetter(turn)))


def test_times_start_with_the_earliest_turn() -> None:
    turns: list[Turn] = [
        (Utterance(id="a", speaker="Bo", text="", start=12.5, end=13.25), {}),
        (Utterance(id="b", speaker="Bo", text="", start=10.1, end=12.0), {}),
    ]
    moved, begins = from_the_beginning(turns)
    assert begins == 10.1
    assert [(u.start, u.end) for u, _ in moved] == [(2.4, 3.15), (0.0, 1.9)]
