"""OV-MERD: its labels, and rows that are broken."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import Value

FILE = "mer/mer2024_ov/check-openset.csv"


def labels(data: Path) -> dict[str, Value]:
    return {item.id: item.gold["open vocabulary"]["0"] for item in corpora.load("ov_merd", data).conversations("train")}


def test_every_clip_has_its_labels(data: Path) -> None:
    read = labels(data)
    assert len(read) == 332
    assert sum(len(of_clip) for of_clip in read.values() if isinstance(of_clip, tuple)) == 1121
    assert len({label for of_clip in read.values() if isinstance(of_clip, tuple) for label in of_clip}) == 248
    assert Counter(isinstance(of_clip, tuple) for of_clip in read.values()) == {True: 332}


def test_a_list_without_quotes_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text('name,openset\nclip,"[Wistful, at ease]"\n')
    assert labels(tmp_path) == {"clip": ("wistful", "at ease")}


@pytest.mark.parametrize(
    ("text", "message"), [("name,openset\nclip,[]\n", "no label"), ("name,labels\nclip,['sad']\n", "openset")]
)
def test_a_row_without_labels_is_named_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InputError, match=message) as error:
        labels(tmp_path)
    assert error.value.line == 2
