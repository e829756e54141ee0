from math import exp, inf, log, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.llms.label_scores import Place, distribution, from_top_logprobs, places


def place(token: str, **likeliest: float) -> Place:
    """One place of an answer; probabilities by token, `_` for a space."""
    return Place(token, {name.replace("_", " "): log(share) for name, share in likeliest.items()})


def test_two_allowed_labels_share_what_they_have() -> None:
    """specs/llm-runtime.md: ln .2 and ln .1 are .6667 and .3333."""
    assert distribution([log(0.2), log(0.1)]) == pytest.approx((2 / 3, 1 / 3), abs=1e-12)
    assert from_top_logprobs([place("x", joy=0.2, anger=0.1, x=0.7)], ("joy", "anger")) == pytest.approx((2 / 3, 1 / 3))


@given(st.lists(st.floats(-2000, 0), min_size=1, max_size=20))
def test_a_distribution_sums_to_one_and_keeps_the_order(scores: list[float]) -> None:
    probabilities = distribution(scores)
    assert sum(probabilities) == pytest.approx(1)
    assert probabilities[scores.index(max(scores))] == max(probabilities)


def test_labels_without_any_probability_are_even() -> None:
    assert distribution([-inf, -inf]) == (0.5, 0.5)


def test_pieces_of_labels_count_for_them() -> None:
    answer = [place("ne", ne=0.5, Joy=0.2, joy=0.1, sur=0.1, The=0.1), place("utral", utral=1.0)]
    assert from_top_logprobs(answer, ("neutral", "surprise", "joy")) == pytest.approx((5 / 9, 1 / 9, 3 / 9))


def test_a_beginning_that_labels_share_is_told_apart_by_the_next_place() -> None:
    answer = [place("dis", dis=0.8, joy=0.2), place("gust", gust=0.75, appointment=0.25)]
    assert from_top_logprobs(answer, ("disgust", "disappointment", "joy")) == pytest.approx((0.6, 0.2, 0.2))


def test_a_label_that_is_the_beginning_of_another_ends_where_the_turn_does() -> None:
    for end in ("<|im_end|>", ""):
        answer = [place("joy", joy=0.8, sad=0.2), place("ful", **{"ful": 0.25, end: 0.75})]
        assert from_top_logprobs(answer, ("joy", "joyful", "sad")) == pytest.approx((0.6, 0.2, 0.2))


def test_a_shared_beginning_that_was_not_written_leaves_it_open() -> None:
    answer = [place("joy", joy=0.6, dis=0.4)]
    assert from_top_logprobs(answer, ("disgust", "disappointment", "joy")) is None
    almost = [place("joy", joy=0.995, dis=0.005)]
    assert from_top_logprobs(almost, ("disgust", "disappointment", "joy")) == (0.0, 0.0, 1.0)


def test_thinking_quotes_and_space_come_before_the_answer() -> None:
    answer = [place("sad", sad=1.0), place("</think>", **{"</think>": 1.0}), place("\n", **{"\n": 1.0})]
    answer += [place('"', **{'"': 1.0}), place("joy", joy=0.9, sad=0.1)]
    assert from_top_logprobs(answer, ("joy", "sad")) == pytest.approx((0.9, 0.1))


def test_words_without_a_label_tell_nothing() -> None:
    assert from_top_logprobs([place("The", The=1.0)], ("joy", "sad")) is None
    assert from_top_logprobs([], ("joy", "sad")) is None


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_first_tokens_are_the_labels_own_distribution(shares: list[float]) -> None:
    total = sum(shares)
    joy, sad, fear = (share / total for share in shares)
    told = from_top_logprobs([place("joy", joy=joy, sad=sad, fear=fear)], ("joy", "sad", "fear"))
    assert told == pytest.approx((joy, sad, fear))
    assert exp(0) == pytest.approx(sum(told or ()))


MOODS = ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")


def test_a_beginning_that_goes_on_with_something_else_counts_for_no_label() -> None:
    sad = [place("A", A=0.99, joy=0.01), Place(" sad", {" sad": 0.0}), place("ness", ness=1.0)]
    assert from_top_logprobs([Place("A", {"A": 0.0}), *sad[1:]], MOODS) is None
    assert from_top_logprobs(sad, MOODS) == (0, 0, 0, 0, 1, 0, 0)
    appointed = [place("Dis", Dis=0.8, joy=0.2), place("appointment", appointment=0.75, gust=0.25)]
    assert from_top_logprobs(appointed, MOODS) == pytest.approx((0, 0, 0, 0, 0.5, 0.5, 0))


@pytest.mark.parametrize("rest", [[], ["ar"], ["ar", ","], ["ar", " of", " heights"]])
def test_a_beginning_that_goes_on_with_its_label_counts_for_it_in_full(rest: list[str]) -> None:
    answer = [place("fe", fe=0.75, joy=0.25), *(Place(token, {token: log(0.5)}) for token in rest)]
    assert from_top_logprobs(answer, MOODS) == pytest.approx((0, 0, 0.75, 0, 0.25, 0, 0))


def test_places_as_the_api_tells_them() -> None:
    told = {"token": "joy", "logprob": -0.5, "top_logprobs": [{"token": "sad", "logprob": -1}]}
    assert places({"content": [told]}) == (Place("joy", {"sad": -1.0, "joy": -0.5}),)


@pytest.mark.parametrize(
    "change", [{"top_logprobs": None}, {"top_logprobs": [1]}, {"logprob": None}, {"logprob": nan}, {"logprob": 9999}]
)
def test_places_that_are_told_otherwise_are_none(change: dict[str, Any]) -> None:
    told = {"token": "joy", "logprob": -0.5, "top_logprobs": [], **change}
    assert places({"content": [told]}) == ()
    del told[next(iter(change))]
    assert places({"content": [told]}) == ()


def test_no_places() -> None:
    assert places(None) == places([]) == places({}) == places({"content": None}) == ()
