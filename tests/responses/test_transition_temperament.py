"""Golden values of the released tables: temperaments, distances, decoding."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.responses.transition.temperament import (
    TRAITS,
    VAD,
    WEIGHTS,
    coordinates,
    nearest,
    quadrants,
    read,
    temperament,
)

PEOPLE = {
    "Chandler": ((0.648, 0.375, 0.386, 0.58, 0.477), (0.514, -0.001, 0.272)),
    "Joey": ((0.574, 0.614, 0.297, 0.545, 0.455), (0.470, -0.010, 0.252)),
    "Monica": ((0.713, 0.457, 0.457, 0.66, 0.511), (0.582, 0.014, 0.319)),
    "Phoebe": ((0.6, 0.48, 0.31, 0.46, 0.56), (0.443, -0.091, 0.270)),
    "Rachel": ((0.635, 0.354, 0.521, 0.552, 0.469), (0.524, -0.006, 0.355)),
    "Ross": ((0.722, 0.489, 0.6, 0.533, 0.356), (0.508, 0.065, 0.453)),
}
"""Traits and VAD. Two last digits are not those of our page of the system, .583 and -.007: the sums are .58246 and
-.00648."""

DISTANCES = {
    ("anger", "disgust"): 0.2921,
    ("anger", "fear"): 0.7262,
    ("disgust", "neutral"): 0.7033,
    ("joy", "surprise"): 0.7361,
    ("neutral", "sadness"): 0.7607,
    ("fear", "surprise"): 1.0737,
    ("joy", "sadness"): 1.8183,
}


@pytest.mark.parametrize("name", PEOPLE)
def test_temperaments_of_the_cast(name: str) -> None:
    traits, expected = PEOPLE[name]
    assert tuple(temperament(traits).round(3).tolist()) == expected


def test_a_temperament_is_the_sum_that_the_page_writes() -> None:
    o, c, e, a, n = (0.1, 0.2, 0.3, 0.4, 0.9)
    wanted = [0.21 * e + 0.59 * a + 0.19 * n, 0.15 * o + 0.3 * a - 0.57 * n, 0.25 * o + 0.17 * c + 0.6 * e - 0.32 * a]
    np.testing.assert_allclose(temperament([o, c, e, a, n]), wanted, atol=1e-12)
    stable = 1 - n
    np.testing.assert_allclose(
        temperament([o, c, e, a, n], flipped=True),
        [0.21 * e + 0.59 * a + 0.19 * stable, 0.15 * o + 0.3 * a - 0.57 * stable, wanted[2]],
        atol=1e-12,
    )


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_flipping_twice_is_not_flipping(traits: list[float]) -> None:
    turned = [*traits[:-1], 1 - traits[-1]]
    np.testing.assert_allclose(temperament(turned, flipped=True), temperament(traits), atol=1e-12)
    assert (np.abs(temperament(traits)) <= np.abs(WEIGHTS).sum(1)).all()


@pytest.mark.parametrize("pair", DISTANCES, ids="-".join)
def test_distances_between_emotions(pair: tuple[str, str]) -> None:
    first, second = coordinates(pair)
    assert round(float(np.linalg.norm(first - second)), 4) == DISTANCES[pair]


def test_anger_and_disgust_lie_nearest_joy_and_sadness_farthest() -> None:
    found = {pair: float(np.linalg.norm(np.subtract(*coordinates(pair)))) for pair in combinations(sorted(VAD), 2)}
    assert len(found) == 21
    assert min(found, key=lambda pair: found[pair]) == ("anger", "disgust")
    assert max(found, key=lambda pair: found[pair]) == ("joy", "sadness")


@pytest.mark.parametrize("emotion", VAD)
def test_each_emotion_is_the_nearest_to_itself(emotion: str) -> None:
    assert nearest(VAD[emotion], tuple(VAD)) == emotion


def test_moods_are_the_four_quadrants() -> None:
    moods = {emotion: tuple(quadrants([emotion])[0].tolist()) for emotion in VAD}
    assert moods == {
        "anger": (-1, 1, 0),
        "disgust": (-1, 1, 0),
        "fear": (-1, 1, 0),
        "joy": (1, 1, 0),
        "neutral": (0, 0, 0),
        "sadness": (-1, -1, 0),
        "surprise": (1, 1, 0),
    }


def test_traits_that_are_no_numbers_are_in_the_middle() -> None:
    assert read({}) == (0.5,) * 5
    assert read(dict(zip(TRAITS, (0, 1, 0.3, 1.2, "high"), strict=True))) == (0, 1, 0.3, 0.5, 0.5)
    assert read({"openness": float("nan")})[0] == 0.5
