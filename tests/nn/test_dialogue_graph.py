"""The graph of near turns: its edges and relations as in the paper, its convolutions as written out edge by edge."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.dialogue_graph import (
    RELATIONS,
    SPAN,
    EdgeWeights,
    GraphConvolution,
    RelationalConvolution,
    relations,
)

WIDTH = 4
dialogues = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=3)


def padded(rows: list[list[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])


def between(edges: Tensor, row: int, i: int, j: int) -> int:
    """The relation of turn i to its neighbour j, -1 for no edge."""
    span = edges.shape[2] // 2
    return int(edges[row, i, j - i + span]) if abs(i - j) <= span else -1


def test_edges_reach_10_turns_and_not_11() -> None:
    edges = relations(padded([[0, 1] * 15]))
    assert SPAN == 10
    assert between(edges, 0, 15, 5) >= 0
    assert between(edges, 0, 15, 25) >= 0
    assert between(edges, 0, 15, 4) == between(edges, 0, 15, 26) == -1
    assert (edges[0, 15] >= 0).sum() == 21
    assert (edges[0, 0] >= 0).sum() == 11


def test_ours_are_the_papers_8_relations_of_two_speakers_without_their_numbers() -> None:
    """(speaker of i, speaker of j, before or after): each of ours stands for two of them, and the other way round."""
    speakers = [0, 0, 1, 1, 0, 1]
    edges = relations(padded([speakers]))
    ours: dict[tuple[int, int, bool], set[int]] = {}
    for i, one in enumerate(speakers):
        for j, other in enumerate(speakers):
            ours.setdefault((one, other, j >= i), set()).add(between(edges, 0, i, j))
    assert len(ours) == 2 * 2**2 == 8
    assert all(len(found) == 1 for found in ours.values())
    assert sorted(kind for found in ours.values() for kind in found) == sorted(list(range(RELATIONS)) * 2)


@given(rows=dialogues, span=st.integers(1, 4))
def test_swapping_two_turns_of_an_edge_turns_before_into_after(rows: list[list[int]], span: int) -> None:
    edges = relations(padded(rows), span)
    for row, speakers in enumerate(rows):
        for i in range(len(speakers)):
            for j in range(i):
                there, back = between(edges, row, i, j), between(edges, row, j, i)
                if i - j > span:
                    assert there == back == -1
                else:
                    assert (there, back) == ((0, 1) if speakers[i] == speakers[j] else (2, 3))


def test_padding_and_what_lies_beyond_a_row_has_no_edge() -> None:
    edges = relations(padded([[0, 1, 0], [0]]), span=2)
    assert (edges[1, 0] >= 0).tolist() == [False, False, True, False, False]
    assert bool((edges[1, 1:] == -1).all())


@settings(max_examples=20)
@given(rows=dialogues, span=st.integers(1, 4), seed=st.integers(0, 99))
def test_convolutions_are_the_sums_over_edges_written_out(rows: list[list[int]], span: int, seed: int) -> None:
    torch.manual_seed(seed)
    speakers = padded(rows)
    edges = relations(speakers, span)
    x = torch.randn(*speakers.shape, WIDTH, dtype=torch.float64)
    scorer, relational = EdgeWeights(WIDTH).double(), RelationalConvolution(WIDTH, 3).double()
    graph = GraphConvolution(WIDTH).double()
    weights = scorer(x, edges)
    by_relation = relational(x, weights, edges)
    by_graph = graph(x, edges)
    maps = relational.near.weight.view(3, RELATIONS, WIDTH)
    for row, turns in enumerate(rows):
        for i in range(len(turns)):
            near = [j for j in range(len(turns)) if abs(i - j) <= span]
            scores = torch.stack([x[row, i] @ scorer.linear(x[row, j]) for j in near]).float().softmax(0).double()
            torch.testing.assert_close(weights[row, i][edges[row, i] >= 0], scores, atol=1e-6, rtol=1e-5)
            total = relational.own(x[row, i])
            for share, j in zip(weights[row, i][edges[row, i] >= 0], near, strict=True):
                total = total + share * (maps[:, between(edges, row, i, j)] @ x[row, j])
            torch.testing.assert_close(by_relation[row, i], total.relu())
            mean = torch.stack([x[row, j] for j in near]).mean(0)
            torch.testing.assert_close(by_graph[row, i], (graph.own(x[row, i]) + graph.near(mean)).relu())


@pytest.mark.parametrize("span", [1, 3])
def test_gradients_are_right(span: int) -> None:
    torch.manual_seed(0)
    edges = relations(padded([[0, 1, 0, 2], [0, -1, -1, -1]]), span)
    x = torch.randn(2, 4, WIDTH, dtype=torch.float64).requires_grad_()
    relational, graph = RelationalConvolution(WIDTH, WIDTH).double(), GraphConvolution(WIDTH).double()
    weights = torch.rand(edges.shape, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda each: graph(relational(each, weights, edges), edges), x)
