"""SemEval-2018 E-c: rows, labels, and tweets without any."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize(
    ("split", "rows", "empty", "joy", "trust"), [("train", 6838, 204, 2477, 357), ("validation", 886, 14, 400, 43)]
)
def test_counts(data: Path, split: str, rows: int, empty: int, joy: int, trust: int) -> None:
    marks = [item.gold["emotion"]["0"] for item in corpora.load("semeval18_ec", data).conversations(split)]
    labels = Counter(label for mark in marks if isinstance(mark, tuple) for label in mark)
    assert (len(marks), marks.count(()), labels["joy"], labels["trust"]) == (rows, empty, joy, trust)


def test_a_tweet_may_have_no_emotion_and_a_quote_of_its_own() -> None:
    first, second, third = corpora.load("semeval18_ec", EXAMPLES).conversations("train")
    assert first.gold == {"emotion": {"0": ("anger", "disgust", "pessimism")}}
    assert second.gold == {"emotion": {"0": ()}}
    assert third.conversation.utterances[0].text.startswith('"My tomatoes')


def test_the_file_without_gold_is_refused(tmp_path: Path) -> None:
    header, row, *_ = (EXAMPLES / "semeval18_ec" / "E-c-En-dev.txt").read_text("utf8").splitlines()
    (tmp_path / "semeval18_ec").mkdir()
    hidden = "\t".join([*row.split("\t")[:2], *["NONE"] * 11])
    (tmp_path / "semeval18_ec" / "E-c-En-test-gold.txt").write_text(f"{header}\n{hidden}\n", "utf8")
    with pytest.raises(InputError, match="'NONE' is neither 0 nor 1") as error:
        list(corpora.load("semeval18_ec", tmp_path).read("test"))
    assert error.value.line == 2
