"""EmoryNLP, official size: counts, and that the text files say what the official JSON says."""

import json
import re
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
    return list(corpora.load("emorynlp", data).conversations(name))


def test_scenes_are_numbered_and_labels_lowered() -> None:
    train, dev = split("train", EXAMPLES), split("validation", EXAMPLES)
    assert [item.id for item in [*train, *dev]] == ["train-0", "train-1", "validation-0", "validation-1"]
    assert train[0].gold == {"emotion": {"0": "peaceful", "1": "mad", "2": "joyful"}}
    assert train[0].conversation.utterances[2].text == '"Not yet", she said.'
    assert train[1].conversation.speakers == ("#ALL#", "Rachel Green")


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("Joey Tribbiani\tMine.\tNeutral\n\nJoey Tribbiani\tMine.\n", 3, "2 cells where 3 are expected"),
        ("Joey Tribbiani\tMine.\tNeut", 1, "'neut' is none of joyful"),
        ("Joey\tMine.\tNeutral\n\n\n\nJoey\tMine.\tSad\tMad\n", 5, "4 cells"),
    ],
)
def test_what_does_not_fit_names_file_and_line(tmp_path: Path, text: str, line: int, cause: str) -> None:
    (tmp_path / "emorynlp").mkdir()
    (tmp_path / "emorynlp" / "EMORY_dev.txt").write_text(text)
    with pytest.raises(InputError, match=re.escape("EMORY_dev.txt")) as error:
        split("validation", tmp_path)
    assert error.value.line == line
    assert cause in str(error.value)


def test_label_counts(data: Path) -> None:
    """Measured on the files whose sizes, 9,934 and 1,344, are the published ones."""
    counted = Counter(label for item in split("train", data) for label in item.gold["emotion"].values())
    assert counted == {
        "neutral": 3034, "joyful": 2184, "scared": 1285, "mad": 1076, "peaceful": 900, "powerful": 784, "sad": 671,
    }  # fmt: skip
    assert counted.total() == 9934


def test_the_text_files_are_the_official_json(data: Path) -> None:
    """All 99 dev scenes agree; of several speakers of a line the text files name the first."""
    document = json.loads((data / "emorynlp" / "emotion-detection-dev.json").read_text("utf-8"))
    scenes = [scene["utterances"] for episode in document["episodes"] for scene in episode["scenes"]]
    several = 0
    for official, item in zip(scenes, split("validation", data), strict=True):
        for theirs, ours in zip(official, item.conversation.utterances, strict=True):
            assert theirs["transcript"] == ours.text
            assert theirs["emotion"].lower() == item.gold["emotion"][ours.id]
            assert theirs["speakers"][0] == ours.speaker
            several += len(theirs["speakers"]) > 1
    assert several == 5
