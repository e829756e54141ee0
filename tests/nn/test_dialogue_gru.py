"""The two-memory recurrent layer: its equations read turn by turn, and what it must not depend on."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spoken_dialogues import spoken
from torch import Tensor

from sentio.nn.dialogue_edges import DialogueEdges, dialogue_edges
from sentio.nn.dialogue_gru import DialogueGRU


def layer(width: int = 5, hidden: int = 4) -> DialogueGRU:
    torch.manual_seed(0)
    return DialogueGRU(width, hidden).double()


def vectors(speakers: Tensor, width: int = 5) -> Tensor:
    return torch.randn(*speakers.shape, width, dtype=torch.double, generator=torch.Generator().manual_seed(1))


def turn_by_turn(gru: DialogueGRU, x: Tensor, edges: DialogueEdges, row: int) -> Tensor:
    """One dialogue by the paper's equations; the speaker's last state is looked up, not carried along."""
    (w_r, w_z, w_m, w_n), (b_r, b_z, b_m, b_n) = gru.inputs.weight.chunk(4), gru.inputs.bias.chunk(4)
    (o_r, o_z, o_n), (c_r, c_z, c_n) = gru.other.weight.chunk(3), gru.other.bias.chunk(3)
    (s_z, s_m, s_n), (d_z, d_m, d_n) = gru.own.weight.chunk(3), gru.own.bias.chunk(3)
    states: list[Tensor] = []
    for t, v in enumerate(x):
        own = other = torch.zeros(len(b_r), dtype=torch.double)
        if edges.inertia[row, t]:
            own = edges.own_weight[row, t].double() * states[int(edges.previous[row, t])]
        if edges.contagion[row, t]:
            other = edges.other_weight[row, t].double() * states[t - 1]
        r = torch.sigmoid(w_r @ v + b_r + o_r @ other + c_r)
        m = torch.sigmoid(w_m @ v + b_m + s_m @ own + d_m)
        z = torch.sigmoid(w_z @ v + b_z + o_z @ other + c_z + s_z @ own + d_z)
        n = torch.tanh(w_n @ v + b_n + r * (o_n @ other + c_n) + m * (s_n @ own + d_n))
        states.append((1 - z) * n + z * own)
    return torch.stack(states)


@settings(max_examples=20)
@given(some=st.lists(st.text("ABCD", min_size=1, max_size=9), min_size=1, max_size=4))
def test_a_padded_batch_has_the_states_of_the_equations(some: list[str]) -> None:
    speakers, gru = spoken(*some), layer()
    edges, x = dialogue_edges(speakers, speakers >= 0), vectors(speakers)
    states = gru(x, edges)
    assert states.isfinite().all()
    for row, dialogue in enumerate(some):
        turns = len(dialogue)
        torch.testing.assert_close(
            states[row, :turns], turn_by_turn(gru, x[row, :turns], edges, row), atol=1e-9, rtol=0
        )


def test_a_state_depends_on_no_later_turn_and_on_this_one() -> None:
    speakers, gru = spoken("ABAABCAB"), layer()
    edges, x = dialogue_edges(speakers, speakers >= 0), vectors(speakers)
    for t in range(8):
        changed = x.clone()
        changed[:, t:] += 1
        same = (gru(changed, edges) == gru(x, edges)).all(-1)[0]
        assert same[:t].all()
        assert not same[t]


def test_what_carries_a_state_on_is_an_edge() -> None:
    """A B C A: the second turn of A hears C, and A's own first turn only through B and C."""
    speakers, gru = spoken("ABCA"), layer()
    edges, x = dialogue_edges(speakers, speakers >= 0), vectors(speakers).requires_grad_()
    (reached,) = torch.autograd.grad(gru(x, edges)[0, 3].sum(), x)
    assert (reached[0].abs().sum(-1) > 0).all()
    alone = spoken("ABCC")
    (reached,) = torch.autograd.grad(gru(x, dialogue_edges(alone, alone >= 0))[0, 1].sum(), x)
    assert (reached[0].abs().sum(-1) > 0).tolist() == [True, True, False, False]


def test_gradients() -> None:
    speakers, gru = spoken("ABAAC", "A", "AAB"), layer(3, 2)
    edges, x = dialogue_edges(speakers, speakers >= 0), vectors(speakers, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: gru(x, edges), (x, *gru.parameters()))


def test_weights_begin_orthogonal_and_biases_small() -> None:
    gru = DialogueGRU(8, 6)
    for linear in (gru.inputs, gru.own, gru.other):
        for block in linear.weight.detach().chunk(linear.out_features // 6):
            torch.testing.assert_close(block @ block.T, torch.eye(6), atol=1e-5, rtol=0)
        assert linear.bias.abs().max() <= 6**-0.5


def test_three_layers_of_the_papers_sizes_have_its_number_of_weights() -> None:
    with torch.device("meta"):
        layers = [DialogueGRU(width, 768) for width in (1024, 768, 768)]
    assert sum(part.numel() for gru in layers for part in gru.parameters()) == pytest.approx(18.5e6, abs=0.05e6)
