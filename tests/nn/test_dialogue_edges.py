"""Edges of inertia and contagion: worked dialogues, and a plain reading of the definitions for random ones."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spoken_dialogues import spoken

from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges


def edges_of(*dialogues: str) -> DialogueEdges:
    speakers = spoken(*dialogues)
    return dialogue_edges(speakers, speakers >= 0)


def exchanges(edges: DialogueEdges) -> list[list[int]]:
    """a of 1 / (1 + e^(-a / 2))."""
    return (2 * torch.logit(edges.other_weight.double())).round().int().tolist()


def test_edges_of_a_worked_dialogue() -> None:
    edges = edges_of("ABAABCA")
    assert edges.previous.tolist() == [[-1, -1, 0, 2, 1, -1, 3]]
    assert edges.inertia.int().tolist() == [[0, 0, 1, 1, 1, 0, 0]]
    assert edges.contagion.int().tolist() == [[0, 1, 1, 0, 1, 1, 1]]


@pytest.mark.parametrize(
    ("dialogue", "lengths"),
    [("ABAABCA", [0, 0, 1, 0, 2, 0, 0]), ("ABABAB", [0, 0, 1, 2, 3, 4]), ("ABCAB", [0, 0, 0, 0, 0]), ("AAAA", [0] * 4)],
)
def test_lengths_of_exchanges(dialogue: str, lengths: list[int]) -> None:
    assert exchanges(edges_of(dialogue)) == [lengths]


@pytest.mark.parametrize(
    ("dialogue", "weight"),
    [("AA", 0.952574), ("ABA", 0.880797), ("ABCA", 0.731059), ("ABCDA", 0.5), ("ABCBDA", 0.268941)],
)
def test_weights_by_the_turns_in_between(dialogue: str, weight: float) -> None:
    assert round(float(edges_of(dialogue).own_weight[0, -1]), 6) == weight


def test_weights_by_the_length_of_an_exchange() -> None:
    found = edges_of("ABABA").other_weight[0].tolist()
    assert [round(each, 6) for each in found[1:]] == [0.5, 0.622459, 0.731059, 0.817574]


Plain = tuple[int, bool, bool, float, float]


def plainly(speakers: str) -> list[Plain]:
    """The definitions, turn by turn."""
    runs: list[str] = []
    found, exchange = [], 0
    for t, who in enumerate(speakers):
        earlier = [n for n in range(t) if speakers[n] == who]
        continues, contagion = t > 0 and speakers[t - 1] == who, t > 0 and speakers[t - 1] != who
        if not continues:
            runs.append(who)
        returns = contagion and len(runs) > 2 and runs[-3] == who
        if not continues:
            exchange = exchange + 1 if returns else 0
        own = 1 / (1 + math.exp(t - 1 - earlier[-1] - 3)) if earlier else 0.0
        other = 1 / (1 + math.exp(-exchange / 2)) if contagion else 0.5
        found.append((earlier[-1] if earlier else -1, continues or returns, contagion, own, other))
    return found


dialogues = st.lists(st.text("ABCD", min_size=1, max_size=12), min_size=1, max_size=4)


@settings(max_examples=50)
@given(some=dialogues)
def test_several_padded_dialogues_have_the_edges_that_are_defined(some: list[str]) -> None:
    edges = edges_of(*some)
    parts = (edges.previous, edges.inertia, edges.contagion, edges.own_weight, edges.other_weight)
    for row, dialogue in enumerate(some):
        expected = list(zip(*plainly(dialogue), strict=True))
        for part, each in zip(parts, expected, strict=True):
            assert part[row, : len(dialogue)].tolist() == pytest.approx(list(each), abs=1e-6)
            assert not (part[row, len(dialogue) :] > 0.5).any()


@settings(max_examples=50)
@given(some=dialogues, numbers=st.permutations(range(4)))
def test_numbers_of_speakers_do_not_matter(some: list[str], numbers: list[int]) -> None:
    speakers = spoken(*some)
    renamed = torch.where(speakers >= 0, torch.tensor(numbers)[speakers], -1)
    found = [vars(dialogue_edges(who, speakers >= 0)).values() for who in (speakers, renamed)]
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))
