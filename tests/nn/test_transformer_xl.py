"""Segments, memory and padding: what may be read, what is remembered, and what a batch must not change."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.transformer_xl import Memory, Read, TransformerXL

WIDTH, LAYERS = 16, 2


def made(causal: bool, crossed: bool = False) -> TransformerXL:
    torch.manual_seed(0)
    stack = TransformerXL(WIDTH, 4, 32, LAYERS, 0.0, causal=causal, crossed=crossed)
    for name, parameter in stack.named_parameters():
        if name.endswith((".u", ".v")):
            torch.nn.init.normal_(parameter)  # zeros would hide what they do
    return stack.eval()


def drawn(rows: int, length: int) -> Tensor:
    return torch.randn(rows, length, WIDTH, generator=torch.Generator().manual_seed(length))


def read(stack: TransformerXL, x: Tensor, memory: Memory | None = None) -> Read:
    read: Read = stack(x, torch.ones(x.shape[:2], dtype=torch.bool), memory or stack.nothing(len(x)))
    return read


@pytest.mark.parametrize("length", [1, 5])
def test_shapes(length: int) -> None:
    stack = made(causal=False)
    found = read(stack, drawn(3, length))
    memory = stack.nothing(3).then(found.segment, 4)
    assert found.output.shape == (3, length, WIDTH)
    assert len(memory.states) == LAYERS + 1
    assert {state.shape for state in memory.states} == {(3, min(length, 4), WIDTH)}


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("place", range(5))
def test_what_a_place_can_reach(causal: bool, place: int) -> None:
    stack, x = made(causal), drawn(1, 5)
    changed = x.clone()
    changed[0, place] += torch.linspace(-1, 1, WIDTH)
    moved = (read(stack, x).output - read(stack, changed).output).abs().amax(-1)[0] > 1e-6
    assert moved.tolist() == [not causal or other >= place for other in range(5)]


def test_the_memory_gets_no_gradient() -> None:
    stack = made(causal=True)
    states = tuple(drawn(1, 3).requires_grad_() for _ in range(LAYERS + 1))
    found = read(stack, drawn(1, 4), Memory(states, torch.ones(1, 3, dtype=torch.bool)))
    torch.autograd.backward(found.output.sum())
    assert all(state.grad is None or not state.grad.any() for state in states)
    after = stack.nothing(1).then(found.segment, 4)
    assert not any(state.requires_grad for state in after.states)


def test_the_memory_is_read() -> None:
    stack, x = made(causal=True), drawn(1, 4)
    before = stack.nothing(1).then(read(stack, drawn(1, 3)).segment, 3)
    assert not read(stack, x, before).output.allclose(read(stack, x).output, atol=1e-3)


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_causal_halves_with_memory_are_the_whole(cut: int) -> None:
    """A memory that holds all there was before changes nothing: the same keys at every layer."""
    stack, x = made(causal=True), drawn(2, 6)
    whole = read(stack, x)
    first = read(stack, x[:, :cut])
    second = read(stack, x[:, cut:], stack.nothing(2).then(first.segment, cut))
    torch.testing.assert_close(second.output, whole.output[:, cut:], rtol=0, atol=1e-5)
    for half, state in zip(second.segment.states, whole.segment.states, strict=True):
        torch.testing.assert_close(half, state[:, cut:], rtol=0, atol=1e-5)


def test_both_ways_halves_have_the_whole_at_the_first_layer() -> None:
    stack, x = made(causal=False), drawn(1, 6)
    first = read(stack, x[:, :3])
    second = read(stack, x[:, 3:], stack.nothing(1).then(first.segment, 3))
    keys = torch.cat([first.segment.states[0], second.segment.states[0]], 1)
    torch.testing.assert_close(keys, read(stack, x).segment.states[0], rtol=0, atol=0)


@pytest.mark.parametrize("causal", [True, False])
def test_neighbours_in_a_batch_change_nothing(causal: bool) -> None:
    """Three segments of unequal texts together, padded, against each text alone."""
    stack, lengths = made(causal), [[3, 1, 4], [1, 5, 2]]
    memory, alone = stack.nothing(2), [stack.nothing(1), stack.nothing(1)]
    for turn in range(3):
        longest = max(each[turn] for each in lengths)
        x = drawn(2, longest) + turn
        there = torch.arange(longest) < torch.tensor([[each[turn]] for each in lengths])
        x[~there] = 99.0  # whatever stands in the padding
        together: Read = stack(x, there, memory)
        memory = memory.then(together.segment, 4)
        for row, each in enumerate(lengths):
            single = read(stack, x[row : row + 1, : each[turn]], alone[row])
            alone[row] = alone[row].then(single.segment, 4)
            torch.testing.assert_close(together.output[row, : each[turn]], single.output[0], rtol=0, atol=1e-5)


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=5), st.integers(0, 6))
def test_the_memory_holds_the_last_places(turns: list[list[bool]], length: int) -> None:
    """Against a list: places that are there, in order, packed to the right."""
    memory, expected, number = Memory((torch.zeros(1, 0, 1),), torch.zeros(1, 0, dtype=torch.bool)), [], 1.0
    for turn in turns:
        values = number + np.arange(len(turn))
        number += len(turn)
        expected += [value for value, there in zip(values.tolist(), turn, strict=True) if there]
        new = Memory((torch.tensor(values, dtype=torch.float32).view(1, -1, 1),), torch.tensor([turn]))
        memory = memory.then(new, length)
        expected = expected[max(0, len(expected) - length) :]
        kept = memory.states[0][0, :, 0][memory.there[0]]
        assert kept.tolist() == expected
        assert memory.there[0].tolist() == sorted(memory.there[0].tolist())
        assert memory.there.shape[1] <= length


def test_the_source_is_read_where_it_is_there() -> None:
    stack, x, source = made(causal=True, crossed=True), drawn(1, 3), drawn(1, 5)
    there = torch.tensor([[[True, True, True, False, False]]])
    everything = torch.ones(1, 3, dtype=torch.bool)
    found: Read = stack(x, everything, stack.nothing(1), (source, there))
    hidden = source.clone()
    hidden[:, 3:] = 99.0
    same: Read = stack(x, everything, stack.nothing(1), (hidden, there))
    seen: Read = stack(x, everything, stack.nothing(1), (source + 1 * drawn(1, 5).flip(1), there))
    torch.testing.assert_close(same.output, found.output, rtol=0, atol=1e-6)
    assert not seen.output.allclose(found.output, atol=1e-3)
