"""The maps from labels to wheels: on small tables by hand, on the released ones word by word."""

from pathlib import Path

import pytest

from sentio.corpora import emotion_wheels
from sentio.metrics.wheels import GROUPINGS, LEVEL_1, Wheel, Wheels

RINGS = [("Sad", "Lonely", "Isolated"), ("", "Bored", "Apathetic"), ("", "", "Numb"), (" Glad ", "Proud", "Smug")]

# label: M1, M2, then level 1 of the five wheels; None where it is dropped.
MAPS = {
    "happy": ("happiness", "joy", "happy", "happy", "joyful", "joy", "powerful"),
    "frustrated": ("frustrated", "disappointed", "sad", "sad", "mad", "sad", "mad"),
    "surprise": ("surprised", "amazed", "surprised", "surprised", "powerful", "fear", None),
    "disgust": ("disgust", "disgust", "disgusted", "disgusted", None, "disgust", None),
    "worried": ("worried", "anxious", "scared", "fearful", "scared", "fear", "scared"),
    "anger": ("anger", "anger", "mad", "angry", "mad", "anger", "mad"),
    "sad": ("sad", "depressed", "sad", "sad", "sad", "sad", "sad"),
    "excited": ("excitable", "manic", "surprised", "happy", "joyful", "genius", "joyful"),
    "calm": ("calm", "calm", "happy", "happy", "peaceful", "joy", "peaceful"),
    "helpless": ("helpless", "helpless", "sad", "fearful", "scared", None, "scared"),
    "neutral": (None, None, None, None, None, None, None),
}


@pytest.mark.parametrize("edition", ["mer2025", "mer2026"])
def test_words_go_where_the_released_scorer_sends_them(edition: emotion_wheels.Edition, data: Path) -> None:
    wheels = emotion_wheels.read(data, edition)
    found = {label: tuple(wheels.group(label, grouping) for grouping in ("M1", "M2", *LEVEL_1)) for label in MAPS}
    assert found == MAPS


def test_a_wheel_is_read_with_its_blank_cells() -> None:
    wheel = Wheel.from_rows(RINGS)
    assert set(wheel.level_1) == set(wheel.level_2)
    assert [wheel.level_1[word] for word in ("sad", "bored", "numb", "smug")] == ["sad", "sad", "sad", "glad"]
    assert [wheel.level_2[word] for word in ("isolated", "numb", "smug")] == ["lonely", "bored", "proud"]
    assert [wheel.level_2[word] for word in ("sad", "glad")] == ["bored", "proud"]


def test_where_there_are_several_words_the_alphabetically_first_wins() -> None:
    forms = [("sad", "sad,down"), ("low", "low,down"), ("odd", "odd")]
    synonyms = [("Smug", "low, ", "Lonely", "sad, LOW"), ("Elsewhere", "low", "", "")]
    wheels = Wheels.from_tables("mine", forms, synonyms, [RINGS] * 5)
    assert wheels.words["down"] == ("low", "sad")
    assert wheels.meanings["low"] == ("elsewhere", "lonely", "smug")
    assert wheels.group("down", "M1") == "low"
    assert wheels.group("down", "M2") == "elsewhere"  # of low alone: M2 goes on from M1
    assert wheels.group("down", "M3-W1-L1") == "sad"  # of low and sad, the first that is on the wheel
    assert wheels.group("down", "M3-W5-L2") == "lonely"
    assert wheels.group("odd", "M1") == "odd"  # no wheel word means it: lost a step later
    assert {wheels.group("odd", grouping) for grouping in GROUPINGS if grouping != "M1"} == {None}
    assert {wheels.group("gone", grouping) for grouping in GROUPINGS} == {None}


def test_a_blank_cell_is_no_word() -> None:
    wheels = Wheels.from_tables("mine", [("no words", "")], [("sad", "", "", "sad")], [RINGS])
    assert set(wheels.words) == {"no words"}
    assert set(wheels.meanings) == {"sad"}
    assert wheels.meanings["sad"] == ("sad",)
