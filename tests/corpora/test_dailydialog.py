"""DailyDialog: counts of the filtered validation file, and what a broken file says."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples"


@cache
def split(name: str, data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load("dailydialog", data).conversations(name))


def test_dialogues_are_numbered() -> None:
    first, second = split("train", EXAMPLES)
    assert (first.id, second.id) == ("train-0", "train-1")
    assert [u.speaker for u in first.conversation.utterances] == ["0", "1"]
    assert first.gold == {"emotion": {"0": "neutral", "1": "sadness"}}


def test_an_unknown_emotion_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "dailydialog").mkdir()
    (tmp_path / "dailydialog" / "dailydialog_dev.txt").write_text("0\tHello .\tneutral\n1\tHi .\tno_emotion\n")
    with pytest.raises(InputError, match=r"dailydialog_dev.txt:2: .*'no_emotion' is none of neutral"):
        split("validation", tmp_path)


def test_label_counts(data: Path) -> None:
    items = split("validation_filtered", data)
    counted = Counter(label for item in items for label in item.gold["emotion"].values())
    assert counted == {
        "neutral": 7025, "happiness": 665, "surprise": 104, "sadness": 79, "anger": 74, "fear": 11, "disgust": 3,
    }  # fmt: skip
    assert (len(items), counted.total()) == (988, 7961)
    assert {item.conversation.speakers for item in items} <= {("0", "1"), ("0",)}
