"""GoEmotions: label counts of the release, and what a training takes."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sentio import corpora, labels
from sentio.corpora import goemotions
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"
COUNTS = {
    "train": {
        "neutral": 14219, "admiration": 4130, "approval": 2939, "gratitude": 2662, "annoyance": 2470,
        "amusement": 2328, "curiosity": 2191, "love": 2086, "disapproval": 2022, "optimism": 1581,
        "anger": 1567, "joy": 1452, "confusion": 1368, "sadness": 1326, "disappointment": 1269,
        "realization": 1110, "caring": 1087, "surprise": 1060, "excitement": 853, "disgust": 793,
        "desire": 641, "fear": 596, "remorse": 545, "embarrassment": 303, "nervousness": 164, "relief": 153,
        "pride": 111, "grief": 77,
    },
    "validation": {
        "neutral": 1766, "admiration": 488, "approval": 397, "gratitude": 358, "amusement": 303,
        "annoyance": 303, "disapproval": 292, "love": 252, "curiosity": 248, "optimism": 209, "anger": 195,
        "joy": 172, "disappointment": 163, "caring": 153, "confusion": 152, "sadness": 143, "surprise": 129,
        "realization": 127, "disgust": 97, "excitement": 96, "fear": 90, "desire": 77, "remorse": 68,
        "embarrassment": 35, "nervousness": 21, "relief": 18, "pride": 15, "grief": 13,
    },
}  # fmt: skip


@pytest.mark.parametrize(("split", "several"), [("train", 7102), ("validation", 878)])
def test_label_counts(data: Path, split: str, several: int) -> None:
    marks = [item.gold["emotion"]["0"] for item in corpora.load("goemotions", data).conversations(split)]
    assert Counter(label for mark in marks if isinstance(mark, tuple) for label in mark) == COUNTS[split]
    assert sum(isinstance(mark, tuple) and len(mark) > 1 for mark in marks) == several


def test_comments_are_texts_and_marks() -> None:
    comments = goemotions.comments("train", EXAMPLES)
    order = labels.space("goemotions").labels
    assert comments.texts[2] == 'He said "never again" and then did it twice'
    assert [np.array(order)[row].tolist() for row in comments.marks] == [
        ["gratitude"],
        ["amusement", "gratitude"],
        ["neutral"],
    ]
    assert comments.sha256 == corpora.load("goemotions", EXAMPLES).fingerprint("train")


@pytest.mark.parametrize("mark", ["28", "-1", "joy", ""])
def test_a_number_that_is_no_label_names_its_line(tmp_path: Path, mark: str) -> None:
    (tmp_path / "goemotions" / "original").mkdir(parents=True)
    (tmp_path / "goemotions" / "original" / "dev.tsv").write_text(f"fine\t27\ta\nodd\t{mark}\tb\n")
    with pytest.raises(InputError) as error:
        list(corpora.load("goemotions", tmp_path).read("validation"))
    assert error.value.line == 2
