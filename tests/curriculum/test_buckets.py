"""Buckets: where they are cut, that nothing is lost, and an exhaustive search for the nearest cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.curriculum import at_random, dialogue_buckets, sample_buckets
from sentio.errors import RecipeError

scored = st.lists(st.tuples(st.floats(0, 1.5), st.integers(1, 30)), min_size=1, max_size=25)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], list[int], int]:
    rows = draw(scored)
    return [d for d, _ in rows], [s for _, s in rows], draw(st.integers(1, min(4, len(rows))))


@given(cases())
def test_every_conversation_is_in_one_bucket_and_the_easy_ones_come_first(
    case: tuple[list[float], list[int], int],
) -> None:
    difficulties, sizes, n = case
    buckets = dialogue_buckets(difficulties, sizes, n)
    assert len(buckets) == n
    assert all(len(bucket) for bucket in buckets)
    assert sorted(np.concatenate(buckets).tolist()) == list(range(len(sizes)))
    rounded = np.round(difficulties, 4)
    for easy, hard in pairwise(buckets):
        assert rounded[easy].max() <= rounded[hard].min()


@given(cases())
def test_two_buckets_are_cut_where_no_other_cut_is_nearer_to_the_half(case: tuple[list[float], list[int], int]) -> None:
    difficulties, sizes, _ = case
    if len(sizes) < 2:
        return
    order = sorted(range(len(sizes)), key=lambda i: (round(difficulties[i], 4), i))
    off = [abs(sum(sizes[i] for i in order[:cut]) - sum(sizes) / 2) for cut in range(1, len(sizes))]
    easy, _ = dialogue_buckets(difficulties, sizes, 2)
    assert easy.tolist() == order[: 1 + off.index(min(off))]


@given(cases())
def test_samples_are_those_of_the_conversations(case: tuple[list[float], list[int], int]) -> None:
    difficulties, sizes, n = case
    owners = np.repeat(np.arange(len(sizes)), sizes)
    of_samples = sample_buckets(difficulties, sizes, n)
    for samples, conversations in zip(of_samples, dialogue_buckets(difficulties, sizes, n), strict=True):
        assert list(dict.fromkeys(owners[samples].tolist())) == conversations.tolist()
        assert len(samples) == sum(sizes[i] for i in conversations)


@given(cases())
def test_the_official_cut_is_at_the_floor_and_divides_conversations(case: tuple[list[float], list[int], int]) -> None:
    difficulties, sizes, n = case
    buckets = sample_buckets(difficulties, sizes, n, compat="official")
    floor = sum(sizes) // n
    assert [len(bucket) for bucket in buckets] == [floor] * (n - 1) + [sum(sizes) - floor * (n - 1)]
    assert sorted(np.concatenate(buckets).tolist()) == list(range(sum(sizes)))


def test_differences_below_four_decimals_are_ties_in_file_order() -> None:
    easy, hard = dialogue_buckets([0.50004, 0.50001, 0.3], [1, 1, 1], 2)
    assert np.concatenate([easy, hard]).tolist() == [2, 0, 1]


def test_a_huge_conversation_leaves_no_bucket_empty() -> None:
    assert [b.tolist() for b in dialogue_buckets([0.1, 0.2, 0.3], [100, 1, 1], 3)] == [[0], [1], [2]]
    assert [b.tolist() for b in dialogue_buckets([0.1, 0.2, 0.3], [1, 1, 100], 3)] == [[0], [1], [2]]


def test_a_conversation_without_a_label_is_in_no_bucket() -> None:
    assert [b.tolist() for b in dialogue_buckets([0.0, 0.9, 0.5], [0, 4, 4], 2)] == [[2], [1]]
    assert [b.tolist() for b in sample_buckets([0.0, 0.9, 0.5], [0, 2, 1], 2)] == [[2], [0, 1]]


@pytest.mark.parametrize("n", [0, 3])
def test_more_buckets_than_conversations_say_what_to_do(n: int) -> None:
    with pytest.raises(RecipeError, match=f"{n} buckets needs .* conversations with labels; there are 2: choose"):
        dialogue_buckets([0.1, 0.2, 0.0], [5, 5, 0], n)


def test_at_random_keeps_the_utterances_where_a_draw_does() -> None:
    sizes, buckets = [10, 9, 2, 1, 2, 10], [np.array([0, 1]), np.array([2, 3, 4, 5])]
    drawn = [at_random(buckets, seed, sizes) for seed in range(20)]
    assert {sum(sizes[i] for i in easy) for easy, _ in drawn} == {19}
    assert {frozenset(easy.tolist()) for easy, _ in drawn} == {frozenset({0, 1}), frozenset({1, 5})}
    blind = {sum(sizes[i] for i in at_random(buckets, seed)[0]) for seed in range(20)}
    assert len(blind) > 3


@given(cases(), st.integers(0, 5))
def test_at_random_keeps_the_sizes_and_the_members(case: tuple[list[float], list[int], int], seed: int) -> None:
    buckets = dialogue_buckets(*case)
    drawn = at_random(buckets, seed)
    assert [len(b) for b in drawn] == [len(b) for b in buckets]
    assert sorted(np.concatenate(drawn).tolist()) == sorted(np.concatenate(buckets).tolist())
    again = at_random(buckets, seed)
    assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))
