"""IEMOCAP: counts of the release, four emotions beside six, and splits that share no speaker."""

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sentio import corpora
from sentio.corpora import leaks
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples"
FOUR = ("happy", "sad", "neutral", "angry")
RECORD = {"labels": [5], "sentences": ["I called you twice."], "genders": ["F"]}

# The 12 validation dialogues of COSMIC's split.
VALIDATION = {
    "Ses01M_impro01", "Ses01M_script03_1", "Ses02F_impro02", "Ses02F_impro07", "Ses02M_script01_2", "Ses03F_impro01",
    "Ses03M_impro02", "Ses03M_impro08a", "Ses03M_script02_2", "Ses03M_script03_2", "Ses04F_impro07",
    "Ses04F_script02_1",
}  # fmt: skip


@cache
def split(name: str, data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load("iemocap", data).conversations(name))


def test_a_dialogue_is_read_with_speakers_and_both_label_sets() -> None:
    first = split("train", EXAMPLES)[0]
    assert first.id == "Ses02F_impro09"
    assert first.conversation.speakers == ("Ses02F", "Ses02M")
    assert {name: person.gender for name, person in first.conversation.profiles.items()} == {
        "Ses02F": "female",
        "Ses02M": "male",
    }
    assert first.gold == {
        "emotion": {"0": "frustrated", "1": "neutral", "2": "frustrated"},
        "emotion4": {"1": "neutral"},
    }
    assert first.facts == {"session": "2", "scripted": "no"}
    assert split("train", EXAMPLES)[1].facts == {"session": "1", "scripted": "yes"}


def test_a_session_is_read_from_both_files() -> None:
    assert [item.id for item in split("session2", EXAMPLES)] == ["Ses02F_impro09", "Ses02F_impro02"]


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ({"Ses01F_impro01": RECORD | {"labels": [6]}}, "item Ses01F_impro01: does not fit: 6 is no label number"),
        ({"Ses01F_impro01": RECORD | {"labels": [True]}}, "True is no label number"),
        ({"Ses01F_impro01": {"labels": [], "sentences": [], "genders": []}}, "'Ses01F_impro01' has no utterance"),
        ({"Ses01F_impro01": RECORD | {"labels": [5, 1]}}, "differ in length"),
        ({"Ses01F_impro01": RECORD | {"genders": ["X"]}}, "'X' is none of F, M"),
        ({"kitchen": RECORD}, "'kitchen' is no dialogue of IEMOCAP"),
        ({"Ses01F_impro01": [5]}, "item Ses01F_impro01: does not fit"),
        ([RECORD], "an object of items is expected"),
    ],
)
def test_what_does_not_fit_names_the_file(tmp_path: Path, value: object, cause: str) -> None:
    (tmp_path / "iemocap").mkdir()
    (tmp_path / "iemocap" / "iemocap.valid.json").write_text(json.dumps(value))
    with pytest.raises(InputError, match=re.escape("iemocap.valid.json")) as error:
        split("validation", tmp_path)
    assert cause in str(error.value)


def test_label_counts(data: Path) -> None:
    counted = Counter(label for item in split("train", data) for label in item.gold["emotion"].values())
    assert counted == {
        "frustrated": 1296, "neutral": 1221, "angry": 831, "sad": 771, "excited": 593, "happy": 451,
    }  # fmt: skip


def test_four_labels_merge_excited_and_leave_frustrated_out(data: Path) -> None:
    counted = Counter(label for item in split("train", data) for label in item.gold["emotion4"].values())
    assert counted == {"happy": 593 + 451, "neutral": 1221, "angry": 831, "sad": 771}


def test_the_four_labels_are_merbenchs_and_52_more(data: Path) -> None:
    ours = {name: split(name, data) for name in ("train", "validation")}
    assert {name: sum(len(item.gold["emotion4"]) for item in items) for name, items in ours.items()} == {
        "train": 3867,
        "validation": 475,
    }
    with (data / "iemocap" / "merbench_labels_ses01-04.csv").open(encoding="utf8", newline="") as file:
        theirs = list(csv.DictReader(file))
    assert sum(bool(row["emo4"]) for row in theirs) == 4290 == 3867 + 475 - 52
    blank = Counter(row["name"].rpartition("_")[0] for row in theirs if not row["emo4"] and row["emo6"] == "0")
    more = {}
    for item in (item for items in ours.values() for item in items):
        merged = Counter(row["emo4"] for row in theirs if row["name"].rpartition("_")[0] == item.id)
        by_number = Counter(item.gold["emotion4"].values())
        difference = [by_number[label] - merged[str(number)] for number, label in enumerate(FOUR)]
        assert difference == [blank[item.id], 0, 0, 0]
        if blank[item.id]:
            more[item.id] = blank[item.id]
            assert item.facts["scripted"] == "no"
    assert (sum(more.values()), sum(more.get(item.id, 0) for item in ours["validation"])) == (52, 1)


def test_validation_is_the_one_of_cosmic(data: Path) -> None:
    train, validation = ({item.id for item in split(name, data)} for name in ("train", "validation"))
    assert validation == VALIDATION
    assert not train & validation


def test_lengths_and_scripts(data: Path) -> None:
    train = split("train", data)
    lengths = [len(item.conversation) for item in train]
    assert (min(lengths), max(lengths), round(sum(lengths) / len(lengths), 1)) == (8, 94, 47.8)
    scripted = [len(item.conversation) for item in train if item.facts["scripted"] == "yes"]
    assert (len(scripted), sum(scripted)) == (51, 2516)


def test_validation_shares_its_speakers_and_a_session_shares_none(data: Path) -> None:
    report = leaks.between(split("validation", data), split("train", data))
    assert len(report.shared_speakers) == 8
    assert not report.speaker_independent
    sessions = [split(f"session{number}", data) for number in range(1, 5)]
    for held_out in range(4):
        others = [item for number, of in enumerate(sessions) if number != held_out for item in of]
        assert leaks.between(sessions[held_out], others).speaker_independent
    assert sum(map(len, sessions)) == 120
