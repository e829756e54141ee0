"""Similarity of emotions on the wheel, against the values of the released code to four decimals."""

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import labels
from sentio.curriculum import similarity
from sentio.errors import UnknownName
from sentio.labels.wheel import ANGLES, INSIDE

ON_THE_WHEEL = [*ANGLES, *INSIDE]

NOT_ZERO = {
    "iemocap6": {("happy", "excited"): 0.8090, ("sad", "frustrated"): 0.3090},
    "meld": {
        ("fear", "disgust"): 0.9511,
        ("joy", "surprise"): 0.5878,
        ("disgust", "anger"): 0.5878,
        ("fear", "anger"): 0.3090,
    },
    "emorynlp": {
        ("joyful", "powerful"): 0.9511,
        ("joyful", "peaceful"): 0.8090,
        ("peaceful", "powerful"): 0.5878,
        ("mad", "scared"): 0.3090,
    },
}
WITH_NEUTRAL = {"iemocap6": 0.1667, "meld": 0.1429, "emorynlp": 0.1429}


@pytest.mark.parametrize("space", NOT_ZERO)
def test_every_pair_of_a_corpus_has_the_published_similarity(space: str) -> None:
    names = labels.space(space).labels
    expected = {frozenset(pair): value for pair, value in NOT_ZERO[space].items()}
    for one, other in combinations(names, 2):
        default = WITH_NEUTRAL[space] if "neutral" in {one, other} else 0.0
        wanted = expected.get(frozenset((one, other)), default)
        assert round(similarity(one, other, len(names)), 4) == wanted, (one, other)


def test_a_right_angle_is_exactly_no_similarity() -> None:
    # Angry lies at 99° and frustrated at 189°; the cosine in floating point is 6e-17.
    assert math.cos(math.radians(90)) != 0
    assert similarity("angry", "frustrated", 6) == 0.0


def test_opposite_valence_is_no_similarity_however_near() -> None:
    # 18° apart, on two sides of the vertical axis.
    assert similarity("surprise", "anger", 7) == 0.0


def test_boredom_lies_on_the_left() -> None:
    assert round(similarity("boredom", "fear", 7), 4) == round(math.cos(math.radians(9)), 4) == 0.9877
    assert similarity("boredom", "joy", 7) == 0.0


@given(st.sampled_from(ON_THE_WHEEL), st.sampled_from(ON_THE_WHEEL), st.integers(2, 32))
def test_it_is_symmetric_and_lies_in_0_to_1(one: str, other: str, n_labels: int) -> None:
    found = similarity(one, other, n_labels)
    assert found == similarity(other, one, n_labels)
    assert 0 <= found <= 1


def test_neutral_and_itself_are_as_near_as_any_pair_with_neutral() -> None:
    # Eq. 1 to the letter; without it the rank correlations with Algorithm 1 (0.16, 0.67) do not come out.
    assert similarity("neutral", "neutral", 7) == 1 / 7
    assert similarity("anger", "anger", 7) == similarity("boredom", "boredom", 7) == 1


def test_a_label_off_the_wheel_has_a_one_line_error() -> None:
    with pytest.raises(UnknownName, match="unknown label on the emotion wheel 'joyfull'; did you mean 'joyful'"):
        similarity("joyfull", "fear", 7)
