"""Label spaces, mappings, wheel angles and VAD coordinates."""

from itertools import product
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import labels
from sentio.errors import MappingError, UnknownName

WAYS = [
    (a, b)
    for a, b in product(labels.SPACES, repeat=2)
    if a != b
    and not (
        b == "goemotions"
        or a in {"sentiment2", "sentiment3"}
        or (b in {"empathetic32", "cped13"} and a != "goemotions")
    )
]


def test_the_spaces_have_the_promised_sizes() -> None:
    sizes = {name: len(space) for name, space in labels.SPACES.items()}
    assert sizes == {
        "goemotions": 28, "ekman": 7, "meld": 7, "iemocap6": 6, "iemocap4": 4, "emorynlp": 7,
        "dailydialog": 7, "empathetic32": 32, "sentiment3": 3, "sentiment2": 2, "cped13": 13,
    }  # fmt: skip


def test_orders_are_those_of_the_corpora() -> None:
    # COSMIC's orders for MELD, IEMOCAP and EmoryNLP.
    assert labels.space("meld").labels == ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")
    assert labels.space("iemocap6").labels == ("happy", "sad", "neutral", "angry", "excited", "frustrated")
    assert labels.space("emorynlp").labels == ("joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared")
    assert labels.space("goemotions").labels[::9] == ("admiration", "disappointment", "love", "neutral")


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_a_mapping_has_rows_that_sum_to_one_and_reaches_every_label_it_can(source: str, target: str) -> None:
    carry = labels.mapping(source, target)
    for label, row in zip(carry.source.labels, carry.matrix, strict=True):
        assert isclose(sum(row), 1.0) or not carry.row(label)
    assert isclose(sum(carry.empty), 1.0)


@pytest.mark.parametrize("target", [name for name in labels.SPACES if name != "goemotions"])
def test_goemotions_reaches_every_space(target: str) -> None:
    carry = labels.mapping("goemotions", target)
    reached = {column for label in carry.source.labels for column in carry.row(label)}
    assert set(carry.target.labels) - reached == set()


def test_the_ekman_mapping_is_the_one_of_the_release() -> None:
    carry = labels.mapping("goemotions", "ekman")
    counted = {
        target: sum(carry.row(label) == {target: 1.0} for label in carry.source.labels)
        for target in carry.target.labels
    }
    assert counted == {"anger": 3, "disgust": 1, "fear": 2, "joy": 12, "sadness": 5, "surprise": 4, "neutral": 1}


def test_what_is_meant_first_comes_before_what_may_be_meant_besides() -> None:
    carry = labels.mapping("goemotions", "empathetic32")
    assert carry.row("sadness") == {"devastated": 0.2, "lonely": 0.2, "nostalgic": 0.2, "sad": 0.4}
    assert carry.row("neutral") == {}


def test_probability_is_carried_over_and_renormalised() -> None:
    carry = labels.mapping("goemotions", "iemocap4")
    # Surprise has no counterpart: the rest is scaled up.
    carried = carry.distribution({"joy": 0.3, "sadness": 0.1, "surprise": 0.6})
    assert carried == pytest.approx({"happy": 0.75, "sad": 0.25, "neutral": 0.0, "angry": 0.0})


def test_nothing_left_means_neutral_or_uniform() -> None:
    assert labels.mapping("goemotions", "iemocap6").distribution({"surprise": 1.0})["neutral"] == 1.0
    assert set(labels.mapping("goemotions", "empathetic32").distribution({"neutral": 1.0}).values()) == {1 / 32}


@given(
    st.lists(st.floats(0, 1), min_size=28, max_size=28).filter(lambda p: sum(p) > 1e-6),
    st.sampled_from(sorted(labels.SPACES)),
)
def test_every_distribution_stays_a_distribution(weights: list[float], target: str) -> None:
    space = labels.space("goemotions")
    given_distribution = {label: weight / sum(weights) for label, weight in zip(space.labels, weights, strict=True)}
    carried = labels.mapping("goemotions", target).distribution(given_distribution)
    assert isclose(sum(carried.values()), 1.0, abs_tol=1e-9)
    assert set(carried) == set(labels.space(target).labels)
    assert min(carried.values()) >= 0


def test_no_way_back_is_an_error() -> None:
    with pytest.raises(MappingError, match="no documented mapping leads from sentiment3 to ekman"):
        labels.mapping("sentiment3", "ekman")


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'ekman'"):
        labels.space("eckman")
    with pytest.raises(UnknownName, match="did you mean 'joy'"):
        labels.space("ekman").index("joyy")


@pytest.mark.parametrize(
    ("label", "degrees"),
    [
        ("pleasure", 9),
        ("joy", 27),
        ("excited", 63),
        ("anger", 99),
        ("disgust", 153),
        ("scared", 171),
        ("frustrated", 189),
        ("sad", 261),
        ("peaceful", 351),
    ],
)
def test_wheel_angles_are_prc_emos(label: str, degrees: float) -> None:
    assert labels.angle(label) == degrees


def test_wheel_positions() -> None:
    assert labels.position("neutral") == (0.0, 0.0)
    assert labels.position("boredom") == (-0.5, 0.0)
    valence, arousal = labels.position("anger")
    assert valence < 0 < arousal
    assert isclose(valence**2 + arousal**2, 1.0)
    with pytest.raises(UnknownName):
        labels.position("jealous")


@pytest.mark.parametrize("name", labels.SPACES)
def test_every_label_has_vad_coordinates_in_range(name: str) -> None:
    rows = labels.coordinates(labels.space(name))
    assert len(rows) == len(labels.space(name))
    assert all(-1 <= value <= 1 for row in rows for value in row)


def test_vad_is_the_lexicons() -> None:
    # NRC-VAD v1: joy 0.980 0.824 0.794 on 0..1.
    joy = labels.coordinates(labels.space("ekman"))[3]
    assert joy == pytest.approx((2 * 0.980 - 1, 2 * 0.824 - 1, 2 * 0.794 - 1))
