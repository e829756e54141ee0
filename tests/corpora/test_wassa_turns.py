"""WASSA 2024 CONV-turn: rows, means and what lies outside the scales, in both exports."""

import csv
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean, pstdev

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("wassa_turns", data).conversations(split))


def scores(items: Iterable[AnnotatedConversation], layer: str) -> list[float]:
    return [value for item in items for value in item.gold.get(layer, {}).values() if isinstance(value, float)]


def rejected(items: Iterable[AnnotatedConversation]) -> dict[str, str]:
    return {item.id: str(item.facts["rejected"]) for item in items if "rejected" in item.facts}


@pytest.mark.parametrize(
    ("layer", "turns", "mean", "deviation"),
    [
        ("intensity", 11090, 2.2216, 0.8582),
        ("polarity", 11089, 1.3007, 0.6811),
        ("empathy", 11090, 2.0892, 0.9424),
        ("self-disclosure", 11088, 1.9295, 0.6366),
    ],
)
def test_train(data: Path, layer: str, turns: int, mean: float, deviation: float) -> None:
    found = scores(read(data, "train"), layer)
    assert (len(found), round(fmean(found), 4), round(pstdev(found), 4)) == (turns, mean, deviation)


def test_rows_conversations_and_the_one_polarity_of_three(data: Path) -> None:
    train, validation = read(data, "train"), read(data, "validation")
    assert (len(train), sum(len(item.conversation) for item in train)) == (487, 11090)
    assert (len(validation), sum(len(item.conversation) for item in validation)) == (33, 990)
    (where,) = rejected(train).values()
    assert where.endswith("EmotionalPolarity 3")
    assert rejected(validation) == {}
    assert scores(validation, "self-disclosure") == []
    assert sum("\\" in u.text for item in train for u in item.conversation.utterances) == 105


@pytest.mark.parametrize(
    ("layer", "place", "ours", "lenient", "seen"),
    [
        ("intensity", -4, (2.0429, 0.7467), (2.0426, 0.7476), {49, 33, 149}),
        ("polarity", -3, (1.2101, 0.6976), (1.2103, 0.6979), {149}),
        ("empathy", -2, (2.0773, 1.0977), (2.0804, 1.0957), {130}),
    ],
)
def test_three_rows_that_lenient_readers_break(
    data: Path, layer: str, place: int, ours: tuple[float, float], lenient: tuple[float, float], seen: set[float]
) -> None:
    """Readers that do not know the backslash move three rows to the right.

    Counted from the right end, every score is where it belongs: this is what ours must find.
    """
    found = scores(read(data, "validation"), layer)
    assert (len(found), round(fmean(found), 4), round(pstdev(found), 4)) == (990, *ours)
    with (data / "wassa" / "trac2_CONVT_dev.csv").open(encoding="utf8", newline="") as file:
        header, *rows = csv.reader(file)
    assert found == [float(row[place]) for row in rows]
    cells = [float(row[len(header) + place]) for row in rows]
    top = 2 if layer == "polarity" else 5
    valid = [cell for cell in cells if cell <= top]
    assert {cell for cell in cells if cell > top} == seen
    assert (round(fmean(valid), 4), round(pstdev(valid), 4)) == lenient


def test_turns_keep_their_numbers_and_speakers(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert [u.id for u in first.conversation.utterances] == ["0", "1", "3"]
    assert first.conversation.speakers == ("Person 1", "Person 2")
    assert first.gold["self-disclosure"] == {"0": 1.0, "1": 2.6667}
    assert first.facts == {
        "article": "97", "person 1": "p901", "person 2": "p902", "rejected": "turn 1: EmotionalPolarity 3",
    }  # fmt: skip
    assert first.gold["polarity"] == {"0": 1.0, "3": 2.0}
    assert first.conversation.utterances[2].text == 'They call it \\a small leak\\" here"'
    assert second.gold["polarity"] == {"0": 0.0}


def test_backslashes_escape_and_broken_scores_are_told(miniatures: Path) -> None:
    (item,) = read(miniatures, "validation")
    assert [u.text for u in item.conversation.utterances] == [
        'Did you read "The Flood", too?', "no\\", "Then you should, it is short.",
    ]  # fmt: skip
    assert item.conversation.speakers == ("12", "13")
    assert item.gold["intensity"] == {"1": 1.5, "2": 1.0}
    assert item.gold["polarity"] == {"1": 1.0, "2": 0.5}
    assert item.gold["empathy"] == {"1": 2.0, "2": 0.0, "3": 2.0}
    assert item.gold["self-disclosure"] == {"3": 2.5}
    assert item.facts["rejected"] == "turn 3: EmotionalPolarity 149; turn 3: Emotion unknown"


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ('9,99,500,9,"12","cut', r"trac2_CONVT_dev.csv:5: not a table"),
        ('9,99,500,9,"12","a\\"",12', r"trac2_CONVT_dev.csv:5: 7 cells where 13"),
    ],
)
def test_a_row_that_is_cut_names_its_line(miniatures: Path, tmp_path: Path, row: str, cause: str) -> None:
    whole = (miniatures / "wassa" / "trac2_CONVT_dev.csv").read_text("utf8")
    (tmp_path / "wassa").mkdir()
    (tmp_path / "wassa" / "trac2_CONVT_dev.csv").write_text(whole + row + "\n", "utf8")
    with pytest.raises(InputError, match=cause):
        read(tmp_path, "validation")


def test_a_turn_that_is_there_twice_is_refused(miniatures: Path, tmp_path: Path) -> None:
    lines = (miniatures / "wassa" / "trac2_CONVT_train.csv").read_text("utf8").splitlines(keepends=True)
    (tmp_path / "wassa").mkdir()
    (tmp_path / "wassa" / "trac2_CONVT_train.csv").write_text("".join([*lines[:3], lines[2], *lines[3:]]), "utf8")
    with pytest.raises(InputError, match=r"trac2_CONVT_train.csv:\d+: .*utterance '1' of '.*' is there twice"):
        read(tmp_path, "train")
