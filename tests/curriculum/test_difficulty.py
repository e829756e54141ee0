"""Difficulty of a conversation: the worked example, an oracle that follows the equations, and properties."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import labels
from sentio.curriculum import SCHEMES, SchemeName, difficulty, similarity
from sentio.errors import UnknownName

MELD = labels.space("meld").labels
WORKED = ["neutral", "surprise", "joy", "neutral", "anger", "anger", "sadness"]
SPEAKERS = list("ABAABCB")


@pytest.mark.parametrize(
    ("scheme", "expected"),
    # By hand: 4 changes within speakers; (0.542857 * 2 + 0.4 * 2 + 3) / 10; + 2.473500; + (1 + 0.4) of two who agree.
    [("es", 0.7), ("wes", 0.488571), ("two-way", 0.735921), ("algorithm-1", 0.875921)],
)
def test_the_worked_example(scheme: SchemeName, expected: float) -> None:
    assert round(difficulty(WORKED, SPEAKERS, 7, scheme), 6) == expected


def test_the_default_is_the_paper_s_own() -> None:
    assert difficulty(WORKED, SPEAKERS, 7) == difficulty(WORKED, SPEAKERS, 7, "two-way")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_single_utterance_is_a_half(scheme: SchemeName) -> None:
    assert difficulty(["fear"], ["Ann"], 7, scheme) == 0.5


@given(st.sampled_from(MELD), st.integers(1, 40), st.sampled_from(list(SCHEMES)))
def test_one_speaker_who_feels_the_same_throughout(label: str, n: int, scheme: SchemeName) -> None:
    assert difficulty([label] * n, ["Ann"] * n, 7, scheme) == 1 / (n + 1)


Dialogue = list[tuple[str, str | None]]
dialogues = st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from([*MELD, None])), min_size=1, max_size=20)


def from_the_equations(turns: Sequence[tuple[str, str]], requires_change: bool) -> float:
    """Eq. 3-5 by positions, without a running state."""
    speakers = {name for name, _ in turns}
    same = cross = 0.0
    for i in range(len(turns)):
        for j in range(i + 1, len(turns)):
            (one, before), (other, after) = turns[i], turns[j]
            between = [name for name, _ in turns[i + 1 : j]]
            weight = similarity(before, after, 7) + 0.4
            if one == other and one not in between and before != after:
                same += weight
            if j == i + 1 and one != other and (before != after or not requires_change):
                cross += weight
    return (same + cross + len(speakers)) / (len(turns) + len(speakers))


@given(dialogues)
def test_it_is_what_the_equations_say(dialogue: Dialogue) -> None:
    speakers, gold = [name for name, _ in dialogue], [label for _, label in dialogue]
    turns = [(name, label) for name, label in dialogue if label is not None]
    for scheme, requires_change in (("two-way", True), ("algorithm-1", False)):
        expected = from_the_equations(turns, requires_change) if turns else 0.0
        assert math.isclose(difficulty(gold, speakers, 7, scheme), expected)  # type: ignore[arg-type]


@given(dialogues, st.permutations("ABCD"), st.sampled_from(list(SCHEMES)))
def test_the_names_of_speakers_mean_nothing(dialogue: Dialogue, names: list[str], scheme: SchemeName) -> None:
    renamed = dict(zip("ABCD", names, strict=True))
    gold = [label for _, label in dialogue]
    before = difficulty(gold, [name for name, _ in dialogue], 7, scheme)
    assert difficulty(gold, [f"Dr {renamed[name]}" for name, _ in dialogue], 7, scheme) == before


@given(dialogues, st.integers(0, 20), st.sampled_from("ABCDE"), st.sampled_from(list(SCHEMES)))
def test_an_utterance_that_nobody_annotated_changes_nothing(
    dialogue: Dialogue, place: int, speaker: str, scheme: SchemeName
) -> None:
    more = [*dialogue[:place], (speaker, None), *dialogue[place:]]
    with_gap, without = (
        difficulty([label for _, label in turns], [name for name, _ in turns], 7, scheme) for turns in (more, dialogue)
    )
    assert with_gap == without


@given(dialogues)
def test_the_schemes_count_ever_more(dialogue: Dialogue) -> None:
    gold, speakers = [label for _, label in dialogue], [name for name, _ in dialogue]
    narrow, wide, widest = (difficulty(gold, speakers, 7, scheme) for scheme in ("wes", "two-way", "algorithm-1"))
    assert narrow <= wide <= widest


def test_without_labels_there_is_nothing_to_learn() -> None:
    assert difficulty([None, None], ["Ann", "Bo"], 7) == 0.0
    assert difficulty([], [], 7) == 0.0


def test_without_speakers_all_is_said_by_one() -> None:
    assert difficulty(WORKED, None, 7) == difficulty(WORKED, ["?"] * 7, 7) == difficulty(WORKED, None, 7, "wes")


def test_a_label_off_the_wheel_stops_the_weighted_schemes_only() -> None:
    gold = ["confusion", "joy"]
    with pytest.raises(UnknownName, match="label on the emotion wheel 'confusion'"):
        difficulty(gold, None, 28)
    assert difficulty(gold, None, 28, "es") == 2 / 3


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(UnknownName, match="unknown curriculum scheme 'wess'; did you mean 'wes'"):
        difficulty(WORKED, SPEAKERS, 7, "wess")  # type: ignore[arg-type]
