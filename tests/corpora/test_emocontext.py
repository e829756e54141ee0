"""EmoContext: counts of the release, and quotation marks that are text."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("train", {"others": 14948, "angry": 5506, "sad": 5463, "happy": 4243}),
        ("validation", {"others": 2338, "angry": 150, "happy": 142, "sad": 125}),
    ],
)
def test_label_counts(data: Path, split: str, expected: dict[str, int]) -> None:
    items = list(corpora.load("emocontext", data).conversations(split))
    assert Counter(item.gold["emotion"]["turn3"] for item in items) == expected
    assert {tuple(u.id for u in item.conversation.utterances) for item in items} == {("turn1", "turn2", "turn3")}


def test_only_the_third_turn_is_annotated_and_quotes_are_text() -> None:
    items = list(corpora.load("emocontext", EXAMPLES).conversations("train"))
    assert [u.speaker for u in items[0].conversation.utterances] == ["A", "B", "A"]
    assert items[3].conversation.utterances[2].text == 'all day?? "liar'
    assert items[3].gold == {"emotion": {"turn3": "angry"}}


def test_an_unknown_label_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "emocontext").mkdir()
    (tmp_path / "emocontext" / "dev.txt").write_text("id\tturn1\tturn2\tturn3\tlabel\n0\ta\tb\tc\tcross\n")
    with pytest.raises(InputError, match="'cross' is none of the labels") as error:
        list(corpora.load("emocontext", tmp_path).read("validation"))
    assert error.value.line == 2
