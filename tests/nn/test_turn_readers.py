"""Recurrent readers: a speaker's turns are read as if nobody else had spoken; causal ones know no future."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.turn_readers import SpeakerReader, TurnReader, own_turns

SIZE, WIDTH = 3, 4
dialogues = st.lists(st.lists(st.integers(0, 4), max_size=7), min_size=1, max_size=4).filter(any)


def padded(rows: list[list[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])


def vectors(speakers: Tensor, seed: int = 0) -> Tensor:
    return torch.randn(*speakers.shape, SIZE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def speaker_reader(causal: bool) -> SpeakerReader:
    torch.manual_seed(0)
    return SpeakerReader(SIZE, WIDTH, causal).double()


@settings(max_examples=40)
@given(rows=dialogues, causal=st.booleans())
def test_a_speakers_turns_are_read_as_a_dialogue_of_its_own(rows: list[list[int]], causal: bool) -> None:
    speakers, reader = padded(rows), speaker_reader(causal)
    x = vectors(speakers)
    states = reader(x, speakers)
    for row in range(len(rows)):
        for who in set(rows[row]):
            own = speakers[row] == who
            alone = reader.reader(x[row, own][None], torch.ones(1, int(own.sum()), dtype=torch.bool))
            torch.testing.assert_close(states[row, own], alone[0])
    assert bool((states[speakers < 0] == 0).all())


@pytest.mark.parametrize("causal", [True, False])
def test_padding_reaches_no_state(causal: bool) -> None:
    torch.manual_seed(0)
    reader = TurnReader(SIZE, WIDTH, causal).double()
    speakers = padded([[0, 1, 0], [0]])
    x = vectors(speakers)
    both = reader(x, speakers >= 0)
    torch.testing.assert_close(both[1:, :1], reader(x[1:, :1], speakers[1:, :1] >= 0))
    assert bool((both[1, 1:] == 0).all())


@pytest.mark.parametrize("causal", [True, False])
def test_only_a_reader_of_both_ways_knows_the_future(causal: bool) -> None:
    speakers, reader = padded([[0, 1, 0, 1]]), speaker_reader(causal)
    x = vectors(speakers)
    other = x.clone()
    other[0, 2] += 1
    changed = ~torch.isclose(reader(x, speakers), reader(other, speakers)).all(-1)
    assert changed.tolist() == [[not causal, False, True, False]]


def test_rows_without_a_turn_are_zero() -> None:
    speakers = torch.full((2, 3), -1)
    states = speaker_reader(causal=False)(vectors(speakers), speakers)
    assert bool((states == 0).all())


@given(rows=dialogues)
def test_own_turns_are_counted_as_by_hand(rows: list[list[int]]) -> None:
    row, place = own_turns(padded(rows))
    who = [(n, speaker) for n, speakers in enumerate(rows) for speaker in speakers]
    assert place.tolist() == [who[:n].count(one) for n, one in enumerate(who)]
    assert len(set(zip(row.tolist(), who, strict=True))) == len(set(who)) == int(row.max()) + 1


def test_gradients_are_right() -> None:
    speakers, reader = padded([[0, 1, 0], [0]]), speaker_reader(causal=False)
    assert torch.autograd.gradcheck(lambda x: reader(x, speakers), vectors(speakers).requires_grad_())
