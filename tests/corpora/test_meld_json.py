"""MELD's JSON release: what does not fit is named. Its counts are tested beside the tables' (test_meld.py)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sentio import corpora
from sentio.errors import InputError

RECORD = {
    "labels": [4, 0],
    "sentences": ["We won!", "Who\x92s we?"],
    "genders": [[1], [1]],
    "speakers": ["Joey", "Ross"],
}


def read(folder: Path, value: object) -> list[Any]:
    (folder / "meld").mkdir(exist_ok=True)
    (folder / "meld" / "meld.valid.json").write_text(json.dumps(value))
    return list(corpora.load("meld_json", folder).conversations("validation"))


def test_numbers_are_cosmics_and_characters_repaired(tmp_path: Path) -> None:
    (item,) = read(tmp_path, {"1039": RECORD})
    assert item.gold == {"emotion": {"0": "joy", "1": "neutral"}}
    assert [u.text for u in item.conversation.utterances] == ["We won!", "Who’s we?"]


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ({"1039": RECORD | {"labels": [4, 7]}}, "item 1039: does not fit: 7 is no label number"),
        ({"1039": RECORD | {"labels": [4, True]}}, "True is no label number"),
        ({"1039": RECORD | {"labels": [4, 1.0]}}, "1.0 is no label number"),
        ({"1039": {key: [] for key in RECORD}}, "item 1039: does not fit: '1039' has no utterance"),
        ({"1039": RECORD | {"labels": [4, -1]}}, "-1 is no label number"),
        ({"1039": RECORD | {"speakers": ["Joey"]}}, "differ in length"),
        ({"1039": {"labels": []}}, "no 'speakers' here"),
        ({"1039": RECORD | {"sentences": [4, "Who?"]}}, "does not fit"),
        (["1039"], "an object of items is expected"),
    ],
)
def test_what_does_not_fit_names_the_file(tmp_path: Path, value: object, cause: str) -> None:
    with pytest.raises(InputError, match=re.escape("meld.valid.json")) as error:
        read(tmp_path, value)
    assert cause in str(error.value)
