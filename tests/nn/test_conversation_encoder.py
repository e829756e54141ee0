"""The conversation encoder: no answer depends on the neighbours in a batch nor, where it is causal, on the future."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape, Lower, Turns, _mean, padded
from sentio.training.conversation_tuning import together

SHAPE = EncoderShape(
    labels=3, layers=3, upper=2, width=16, heads=2, inner=32, hidden=8, scores=5, names=2, evidence=True, causal=False
)


def encoder(shape: EncoderShape = SHAPE) -> ConversationEncoder:
    torch.manual_seed(0)
    return ConversationEncoder(shape, dropout=0.0, context_dropout=0.0).eval()


def turns(lengths: Sequence[int], speakers: Sequence[int], seed: int) -> Turns:
    """A conversation of utterances with so many tokens, spoken by these speakers."""
    dice = torch.Generator().manual_seed(seed)
    rows = [torch.tensor([n for n, who in enumerate(speakers) if who == one]) for one in dict.fromkeys(speakers)]
    return Turns(
        states=[torch.randn(length, 16, generator=dice) for length in lengths],
        conversations=torch.arange(len(lengths))[None],
        speakers=torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-1),
        names=torch.tensor(speakers) % 3,
        evidence=torch.rand(len(lengths), 4, generator=dice),
        sentences=torch.rand(len(lengths), 3, generator=dice),
    )


def logits(model: ConversationEncoder, read: Turns) -> Tensor:
    with torch.no_grad():
        return torch.cat(model(read), dim=1)


conversations = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), min_size=1, max_size=7)


RICH = SHAPE.model_copy(update={"means": True, "sentence": 3, "standardised": True})


@given(some=st.lists(conversations, min_size=1, max_size=4), shape=st.sampled_from([SHAPE, RICH]))
def test_several_conversations_answer_as_each_by_itself(some: list[list[tuple[int, int]]], shape: EncoderShape) -> None:
    model = encoder(shape)
    read = [turns([n for n, _ in each], [who for _, who in each], seed) for seed, each in enumerate(some)]
    alone = torch.cat([logits(model, one) for one in read])
    torch.testing.assert_close(logits(model, together(read)), alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("shape", [SHAPE, RICH])
@pytest.mark.parametrize("causal", [True, False])
def test_what_is_said_later_changes_earlier_answers_only_where_the_future_is_read(
    causal: bool, shape: EncoderShape
) -> None:
    model = encoder(shape.model_copy(update={"causal": causal}))
    before = turns([3, 2, 4, 2], [0, 1, 0, 1], seed=1)
    after = replace(before, states=[*before.states[:3], torch.ones(2, 16)])
    same = torch.isclose(logits(model, before), logits(model, after), atol=1e-6).all(dim=1)
    assert same.tolist() == [causal, causal, causal, False]


def test_who_speaks_matters_and_what_a_speaker_is_called_does_not() -> None:
    model = encoder()
    one = turns([3, 2, 4], [0, 1, 0], seed=1)
    swapped = replace(one, speakers=one.speakers.flip(0))
    torch.testing.assert_close(logits(model, one), logits(model, swapped))
    other = replace(one, speakers=torch.tensor([[0, 1], [2, -1]]))
    assert not torch.allclose(logits(model, one), logits(model, other), atol=1e-4)


def test_means_are_those_of_the_speaker_and_of_the_conversation() -> None:
    inputs = torch.tensor([[1.0], [2.0], [5.0], [4.0]])
    rows = torch.tensor([[0, 2], [1, 3]])
    assert _mean(inputs, rows, causal=False).flatten().tolist() == [3, 3, 3, 3]
    assert _mean(inputs, rows, causal=True).flatten().tolist() == [1, 2, 3, 3]
    assert _mean(inputs, torch.tensor([[0, 1, 3], [2, -1, -1]]), causal=True).flatten().tolist() == pytest.approx(
        [1, 1.5, 5, 7 / 3]
    )


@pytest.mark.parametrize(("part", "changed"), [("evidence", True), ("evidence", False)])
def test_evidence_is_read_only_where_the_shape_says_so(part: str, changed: bool) -> None:
    model = encoder(SHAPE.model_copy(update={part: changed}))
    read = turns([3, 2], [0, 1], seed=1)
    same = torch.allclose(logits(model, read), logits(model, replace(read, evidence=1 - read.evidence)), atol=1e-6)
    assert same is not changed


def test_padding_does_not_reach_the_lower_layers_states() -> None:
    torch.manual_seed(0)
    lower = Lower(SHAPE, words=11, places=9).eval()
    short, long = torch.tensor([3, 1, 4]), torch.tensor([1, 5, 9, 2, 6])
    with torch.no_grad():
        block, mask = padded([short, long])
        both = lower(block, mask)
        alone = lower(short[None], torch.ones(1, 3, dtype=torch.bool))
    torch.testing.assert_close(both[0, :3], alone[0], atol=1e-5, rtol=1e-4)
