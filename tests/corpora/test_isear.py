"""ISEAR: the export's stray letter, its empty answers and its bars."""

from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"


def test_reports_are_cleaned_and_empty_ones_left_out() -> None:
    items = list(corpora.load("isear", EXAMPLES).conversations("all"))
    assert [(item.id, item.gold["emotion"]["0"]) for item in items] == [
        ("9900011", "joy"),
        ("9900012", "fear"),
        ("9900027", "guilt"),
        ("9900026", "shame"),
        ("9900024", "disgust"),
        ("9900021", "joy"),
    ]
    assert (
        items[0].conversation.utterances[0].text
        == 'When the choir sang "our song" at the station and nobody had told me.'
    )
    assert items[4].conversation.utterances[0].text == 'They called the soup "fresh" and it moved.'
    assert items[5].conversation.utterances[0].text == "The goat came home again."
    assert items[0].conversation.profiles["99001"].gender == "male"


def test_a_label_that_is_none_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "isear").mkdir()
    text = (EXAMPLES / "isear" / "isear.csv").read_text("utf8").replace("|fear|", "|dread|")
    (tmp_path / "isear" / "isear.csv").write_text(text, "utf8")
    with pytest.raises(InputError, match="'dread'") as error:
        list(corpora.load("isear", tmp_path).read("all"))
    assert error.value.line == 3
