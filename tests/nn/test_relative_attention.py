"""Scores by relative distance against a double loop that looks every distance up."""

import math

import pytest
import torch
from torch import Tensor

from sentio.nn.relative_attention import RelativeAttention, relative_scores, relative_shift, sinusoids

SIZES = [(length, memory) for length in (1, 2, 7) for memory in (0, 3)]


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize(("length", "memory"), SIZES)
def test_the_shift_is_the_naive_double_loop(length: int, memory: int) -> None:
    keys = memory + length
    by_distance = drawn(2, 3, length, keys + length - 1)  # from keys - 1 back to length - 1 ahead
    naive = torch.zeros(2, 3, length, keys)
    for i in range(length):
        for j in range(keys):
            distance = (memory + i) - j
            naive[:, :, i, j] = by_distance[:, :, i, (keys - 1) - distance]
    torch.testing.assert_close(relative_shift(by_distance), naive, rtol=0, atol=0)


def wave(distance: int, width: int) -> Tensor:
    angles = [distance / 10_000 ** (2 * k / width) for k in range(width // 2)]
    return torch.tensor([math.sin(a) for a in angles] + [math.cos(a) for a in angles])


@pytest.mark.parametrize(("length", "memory"), SIZES)
def test_scores_are_the_formula_of_the_paper(length: int, memory: int) -> None:
    heads, part, keys = 2, 4, memory + length
    query, key = drawn(2, heads, length, part), drawn(2, heads, keys, part)
    u, v, projection = drawn(heads, part), drawn(heads, part), drawn(8, heads * part)
    distances = (sinusoids(length, keys, 8) @ projection).view(-1, heads, part).transpose(0, 1)
    found = relative_scores(query, key, distances, u, v)
    for row in range(2):
        for head in range(heads):
            for i in range(length):
                for j in range(keys):
                    r = (wave(memory + i - j, 8) @ projection).view(heads, part)[head]
                    q, k = query[row, head, i], key[row, head, j]
                    expected = (q @ k + q @ r + u[head] @ k + v[head] @ r) / math.sqrt(part)
                    assert found[row, head, i, j].item() == pytest.approx(expected.item(), abs=1e-5)


def test_of_identical_tokens_the_score_depends_on_the_distance_only() -> None:
    heads, part, length, memory = 2, 4, 7, 3
    query, key = (drawn(1, heads, 1, part).expand(1, heads, n, part) for n in (length, memory + length))
    distances = drawn(heads, memory + 2 * length - 1, part)
    nothing = torch.zeros(heads, part)
    scores = relative_scores(query, key, distances, nothing, nothing)
    by_distance: dict[int, Tensor] = {}
    for i in range(length):
        for j in range(memory + length):
            first = by_distance.setdefault(memory + i - j, scores[0, :, i, j])
            torch.testing.assert_close(scores[0, :, i, j], first, rtol=0, atol=1e-6)
    assert len({round(one[0].item(), 4) for one in by_distance.values()}) > length  # and it does depend on it


def test_a_query_that_may_read_nothing_finds_a_number() -> None:
    attention = RelativeAttention(8, 2)
    found = attention(drawn(1, 3, 8), drawn(1, 3, 8), torch.zeros(1, 3, 3, dtype=torch.bool))
    assert found.isfinite().all()
