"""The grid of pairs against a plain search for neighbours."""

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given
from hypothesis import strategies as st

from sentio.nn.pair_grid import SIDES, Beside, grid


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=3))
def test_neighbours_are_the_pairs_next_to_it(asked: list[list[bool]]) -> None:
    turns = [turn for conversation in asked for turn in range(len(conversation))]
    targets = [n for n, wanted in enumerate(wanted for conversation in asked for wanted in conversation) if wanted]
    if not targets:
        return
    pairs, neighbours = grid(torch.tensor(turns), torch.tensor(targets))
    expected = [(t, c) for t in targets for c in range(t - turns[t], t + 1)]
    assert [tuple(pair) for pair in pairs.tolist()] == expected
    number = {pair: place for place, pair in enumerate(expected)}
    for (target, candidate), sides in zip(expected, neighbours.tolist(), strict=True):
        earlier = max((t for t in targets if t < target), default=-1)
        wanted = [(target, candidate - 1), (target, candidate + 1), (earlier, candidate)]
        assert sides == [number.get(pair, len(expected)) for pair in wanted]


def test_what_is_not_there_is_nothing() -> None:
    layer, states = Beside(4), torch.randn(3, 4)
    alone = torch.full((3, SIDES), 3)
    expected = torch.nn.functional.gelu(
        torch.nn.functional.linear(layer.norm(states), layer.all.weight[:, :4], layer.all.bias)
    )
    torch.testing.assert_close(layer(states, alone), expected)
