"""The maps from labels to wheels: on small tables by hand, on the released ones word by word."""

from itertools import chain, product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


words = st.sampled_from(["sad", "lonely", "isolated", "bored", "glad", "proud", "smug", "low", "high"])
forms = st.lists(st.tuples(words, st.lists(words, max_size=3).map(",".join)), max_size=5)
synonyms = st.lists(st.tuples(words, st.lists(words, max_size=3).map(", ".join)), max_size=6)


@given(forms, synonyms, st.randoms(use_true_random=False))
def test_tables_say_the_same_in_whatever_order_they_are_written(
    listed: list[tuple[str, str]], runs: list[tuple[str, str]], random: Random
) -> None:
    """Rows shuffled, pairs split over runs of the model, case and margins changed: the same names."""
    wheels = Wheels.from_tables("mine", listed, runs, [RINGS] * 5)
    shuffled = [(f" {word.upper()}", forms.replace(",", " , ")) for word, forms in random.sample(listed, len(listed))]
    one_run = [tuple(chain.from_iterable(random.sample(runs, len(runs))))]
    again = Wheels.from_tables("mine", shuffled, one_run, [RINGS] * 5)
    assert (again.words, again.meanings) == (wheels.words, wheels.meanings)
    for label, grouping in product(wheels.words, GROUPINGS):
        name = wheels.group(label, grouping)
        assert name == again.group(label, grouping)
        assert name is None or name in {*wheels.words, *wheels.meanings, *wheels.wheels[0].level_1}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("efgh")), min_size=1))
def test_rings_lead_to_the_centre(rows: list[tuple[str, str, str]]) -> None:
    """Each ring has words of its own, each middle word belongs to one inner word: the way in goes over the middle."""
    own = [(inner, inner + middle, inner + middle + outer) for inner, middle, outer in rows]
    wheel = Wheel.from_rows(own)
    for inner, middle, outer in own:
        assert wheel.level_1[wheel.level_2[outer]] == wheel.level_1[outer] == inner
        assert wheel.level_2[outer] == wheel.level_2[middle] == middle
        assert wheel.level_2[inner] == min(m for i, m, _ in own if i == inner)
