"""Attention that tells the speaker's turns from others': its scores written out, and what it must not depend on."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import layer_norm

from sentio.nn.identity_attention import IdentityAttention, _Layer, _places


def attention(layers: int = 2, scale: bool = True) -> IdentityAttention:
    torch.manual_seed(0)
    return IdentityAttention(8, 6, layers, heads=2, dropout=0.0, scale=scale).double()


def vectors(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.double, generator=torch.Generator().manual_seed(1))


def by_loops(layer: _Layer, x: Tensor, speakers: list[int], scale: float) -> Tensor:
    """One dialogue through one layer, score by score: x of shape (t, 8), two heads of width 4."""
    t = len(x)
    query, own, other, value = (part.view(t, 2, 4) for part in layer.project(x).chunk(4, -1))
    place_rows = [
        [f(p / 10_000 ** (2 * k / 4)) for k in range(2) for f in (math.sin, math.cos)]
        for p in range(-(t // 2), t - t // 2)
    ]
    places = layer.project_places(torch.tensor(place_rows, dtype=torch.double))
    place_query, own_place, other_place = (part.view(t, 2, 4) for part in places.chunk(3, -1))
    read = torch.zeros(t, 2, 4, dtype=torch.double)
    for head in range(2):
        for i in range(t):
            scores = []
            for j in range(t):
                key, place = (own, own_place) if speakers[i] == speakers[j] else (other, other_place)
                content = query[i, head] @ key[j, head]
                scores.append(scale * (content + place_query[i, head] @ place[j, head]))
            read[i, head] = torch.stack(scores).softmax(0) @ value[:, head]
    y = layer_norm(x + layer.output(read.flatten(1)), (8,))
    first, last = layer.feed[0], layer.feed[3]
    return layer_norm(y + last(torch.relu(first(y))), (8,))


@pytest.mark.parametrize(("scale", "factor"), [(True, 0.5), (False, 1.0)])
@pytest.mark.parametrize("speakers", [[0, 1, 0, 2, 1], [0, 0, 0], [0], [0, 1, 1, 0]])
def test_scores_are_those_of_the_paper(speakers: list[int], scale: bool, factor: float) -> None:
    net, x, who = attention(1, scale), vectors(1, len(speakers), 8), torch.tensor([speakers])
    layer = net.layers[0]
    assert isinstance(layer, _Layer)
    torch.testing.assert_close(net(x, who, who >= 0)[0], by_loops(layer, x[0], speakers, factor))


@settings(max_examples=20)
@given(
    some=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=4),
    numbers=st.permutations(range(4)),
)
def test_a_dialogue_answers_the_same_alone_padded_and_with_other_numbers(
    some: list[list[int]], numbers: list[int]
) -> None:
    net, longest = attention(), max(map(len, some))
    who = torch.tensor([one + [-1] * (longest - len(one)) for one in some])
    renamed = torch.where(who >= 0, torch.tensor(numbers)[who], -1)
    x = vectors(*who.shape, 8)
    together = net(x, renamed, renamed >= 0)
    assert together.isfinite().all()
    for row, speakers in enumerate(some):
        alone = torch.tensor([speakers])
        found = net(x[row : row + 1, : len(speakers)], alone, alone >= 0)
        torch.testing.assert_close(together[row, : len(speakers)], found[0])


def test_every_turn_reads_every_turn_and_tells_speakers_apart() -> None:
    net, x, who = attention(), vectors(1, 5, 8).requires_grad_(), torch.tensor([[0, 1, 0, 1, 0]])
    (reached,) = torch.autograd.grad(net(x, who, who >= 0)[0, 0].sum() * 3 + net(x, who, who >= 0)[0, 0, 0], x)
    assert (reached[0].abs().sum(-1) > 1e-9).all()
    other = torch.tensor([[0, 1, 1, 1, 0]])
    assert not torch.allclose(net(x, who, who >= 0), net(x, other, who >= 0), atol=1e-4)


def test_places_are_counted_from_the_middle_of_each_dialogue() -> None:
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    long, short = _places(mask, 4)
    torch.testing.assert_close(long[1:4], short[:3])
    assert short[1].tolist() == [0, 1, 0, 1]


def test_gradients() -> None:
    torch.manual_seed(0)
    net, who = IdentityAttention(4, 2, 1, heads=2, dropout=0.0).double(), torch.tensor([[0, 1, 0], [0, -1, -1]])
    x = vectors(2, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: net(x, who, who >= 0), (x, *net.parameters()))


def test_a_row_without_turns_and_a_long_dialogue_stay_finite() -> None:
    net = attention().float()
    nobody = torch.full((1, 3), -1)
    assert net(torch.zeros(1, 3, 8), nobody, nobody >= 0).isfinite().all()
    many = torch.arange(1500)[None] % 60
    with torch.no_grad():
        assert net(100 * torch.randn(1, 1500, 8), many, many >= 0).isfinite().all()


def test_five_layers_of_the_papers_sizes_have_its_number_of_weights_less_the_idle_projection() -> None:
    with torch.device("meta"):
        net = IdentityAttention(1024, 768, layers=5, heads=8, dropout=0.3)
    count = sum(part.numel() for part in net.parameters())
    assert count + 5 * 1024**2 == pytest.approx(41.3e6, abs=0.05e6)
