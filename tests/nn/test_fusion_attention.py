"""Masked attention, fusion and encoder blocks: keys only weigh, what is absent is not read, nothing is ever NaN."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.encoder_blocks import EncoderBlock
from sentio.nn.fusion_attention import FusionAttention
from sentio.nn.masked_attention import masked_attention

WIDTH, HEADS = 8, 2


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fusion(others: int = 2) -> FusionAttention:
    torch.manual_seed(0)
    return FusionAttention(WIDTH, others, HEADS, dropout=0.3).double().eval()


def everywhere(t: int = 5, b: int = 1) -> Tensor:
    return torch.ones(b, t, dtype=torch.bool)


@given(seed=st.integers(0, 999), t=st.integers(1, 6), there=st.integers(0, 6))
def test_attention_is_the_softmax_over_readable_turns_written_out(seed: int, t: int, there: int) -> None:
    query, key, value = (drawn(1, t, WIDTH, seed=seed + n) for n in (0, 1000, 2000))
    keys = torch.arange(t)[None] < there
    found = masked_attention(query, key, value, keys, HEADS)
    for i in range(t):
        for head in range(HEADS):
            part = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
            read = [j for j in range(t) if keys[0, j]]
            scores = [float(query[0, i, part] @ key[0, j, part]) / (WIDTH // HEADS) ** 0.5 for j in read]
            weights = torch.tensor(scores, dtype=torch.float64).softmax(0)
            expected = weights @ value[0, read][:, part] if read else value[0, i, part]
            torch.testing.assert_close(found[0, i, part], expected)


def test_what_a_head_finds_lies_in_the_convex_hull_of_the_text_values() -> None:
    layer = fusion(others=1)
    stream, audio = drawn(1, 5, WIDTH), drawn(1, 5, WIDTH, seed=1) * 3
    (found,) = layer.found(stream, [audio], [everywhere()])
    values = layer.value[0](stream)
    directions = drawn(500, WIDTH // HEADS, seed=2)
    for head, of_values in zip(found.view(5, HEADS, -1).unbind(1), values.view(5, HEADS, -1).unbind(1), strict=True):
        highest = (of_values @ directions.T).max(dim=0).values
        assert bool((head @ directions.T <= highest + 1e-9).all())


def test_other_audio_changes_only_the_weights() -> None:
    """With values that name their turn, what is found is the weights: they sum to 1 whatever the audio is."""
    audio = drawn(1, 4, 4)
    values = torch.eye(4, dtype=torch.float64)[None]
    query = drawn(1, 4, 4, seed=1)
    one = masked_attention(query, audio, values, everywhere(4), heads=1)
    other = masked_attention(query, audio.flip(1), values, everywhere(4), heads=1)
    torch.testing.assert_close(one.sum(-1), torch.ones(1, 4, dtype=torch.float64))
    torch.testing.assert_close(other, one.flip(-1))
    assert not torch.allclose(one, other)


def test_keys_of_zero_give_the_mean_of_the_text_values() -> None:
    layer, stream, nothing = fusion(), drawn(1, 5, WIDTH), torch.zeros(1, 5, WIDTH, dtype=torch.float64)
    for value, found in zip(
        layer.value, layer.found(stream, [nothing, nothing], [everywhere(), everywhere()]), strict=True
    ):
        torch.testing.assert_close(found, value(stream).mean(1, keepdim=True).expand(1, 5, WIDTH))


def test_an_utterance_without_audio_gives_no_audio_key() -> None:
    layer, stream, audio = fusion(others=1), drawn(1, 5, WIDTH), drawn(1, 5, WIDTH, seed=1)
    keys = torch.tensor([[True, True, False, True, False]])
    (found,) = layer.found(stream, [audio], [keys])
    audio[0, 2] = 1e6
    torch.testing.assert_close(layer.found(stream, [audio], [keys])[0], found)
    stream[0, 4] = 7.0
    torch.testing.assert_close(layer.found(stream, [audio], [keys])[0][:, :4], found[:, :4])


def test_a_dialogue_without_any_audio_keeps_each_turns_own_text() -> None:
    layer, stream, audio = fusion(others=1), drawn(2, 5, WIDTH), drawn(2, 5, WIDTH, seed=1)
    keys = everywhere(b=2)
    keys[0] = False
    (found,) = layer.found(stream, [audio], [keys])
    torch.testing.assert_close(found[0], layer.value[0](stream)[0])
    torch.testing.assert_close(found[1:], layer.found(stream[1:], [audio[1:]], [keys[1:]])[0])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("keys", [[True, False, False], [False, False, False], [True, True, True]])
def test_layers_are_finite_with_their_gradients(training: bool, keys: list[bool]) -> None:
    torch.manual_seed(0)
    block = EncoderBlock(WIDTH, HEADS, layers=2, dropout=0.5).train(training)
    layer = FusionAttention(WIDTH, 1, HEADS, dropout=0.5).train(training)
    x = (100 * torch.randn(1, 3, WIDTH)).requires_grad_()
    readable = torch.tensor([keys])
    out = layer(block(x, readable), [block(x, readable)], [readable])
    (slope,) = torch.autograd.grad(out.sum(), x)
    assert bool(out.isfinite().all())
    assert bool(slope.isfinite().all())


@pytest.mark.parametrize("grad", [True, False])
def test_an_encoder_block_answers_alike_with_padding_without_and_while_no_gradient_is_kept(grad: bool) -> None:
    torch.manual_seed(0)
    block = EncoderBlock(WIDTH, HEADS, layers=2, dropout=0.4).double().eval()
    x = drawn(2, 6, WIDTH)
    keys = torch.tensor([[True] * 4 + [False] * 2, [True] * 6])
    with torch.set_grad_enabled(grad):
        both = block(x, keys)
        torch.testing.assert_close(both[:1, :4], block(x[:1, :4], keys[:1, :4]))
        torch.testing.assert_close(both[1:], block(x[1:], keys[1:]))


def test_an_encoder_block_adds_to_the_stream() -> None:
    block = EncoderBlock(WIDTH, HEADS, layers=1, dropout=0.0).double().eval()
    torch.nn.init.zeros_(block.norm.weight)
    x = drawn(1, 4, WIDTH)
    torch.testing.assert_close(block(x, everywhere(4)), x)


@pytest.mark.parametrize("keys", [[True, False, True], [False, False, False]])
def test_gradients_of_fusion_and_encoder_are_right(keys: list[bool]) -> None:
    readable = torch.tensor([keys])
    layer, block = fusion(), EncoderBlock(WIDTH, HEADS, layers=1, dropout=0.0).double().eval()
    streams = [drawn(1, 3, WIDTH, seed=n).requires_grad_() for n in range(3)]

    def fused(text: Tensor, audio: Tensor, video: Tensor) -> Tensor:
        following: Tensor = layer(block(text, readable), [audio, video], [readable, everywhere(3)])
        return following

    assert torch.autograd.gradcheck(fused, streams)
