"""The context GRU: its causal form knows no future, and each speaker's own past is read where it is asked for."""

import pytest
import torch
from tests.dialogue_batches import batch_of, with_vectors

from sentio.recognition.context_gru import ContextGRU, Settings

WIDTHS = {"text": 6}


def network(settings: Settings) -> ContextGRU:
    torch.manual_seed(0)
    model = ContextGRU(WIDTHS, 4, settings)
    model.train(False)
    return model


@pytest.mark.parametrize("speaker_gru", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_what_is_said_later_changes_earlier_answers_only_where_the_future_is_read(
    causal: bool, speaker_gru: bool
) -> None:
    model = network(Settings(hidden=8, causal=causal, speaker_gru=speaker_gru))
    batch = batch_of([[0, 1, 0, 1]], WIDTHS)
    later = batch.vectors["text"].clone()
    later[0, 2] += 1
    same = torch.isclose(model(batch), model(with_vectors(batch, "text", later)), atol=1e-7).all(-1)
    assert same.tolist() == [[causal, causal, False, False]]


@pytest.mark.parametrize("speaker_gru", [True, False])
def test_who_speaks_matters_only_to_the_reader_of_each_speaker(speaker_gru: bool) -> None:
    model = network(Settings(hidden=8, speaker_gru=speaker_gru))
    one, other = batch_of([[0, 1, 0]], WIDTHS), batch_of([[0, 1, 2]], WIDTHS)
    assert torch.allclose(model(one), model(other)) is not speaker_gru


def test_it_is_as_small_as_a_floor_should_be() -> None:
    """Between the 182 and 529 thousand weights of the floors measured before."""
    weights = sum(weight.numel() for weight in ContextGRU({"text": 384}, 7, Settings()).parameters())
    inputs, readers, outputs = 384 * 128 + 2 * 128, 4 * (3 * 64 * (128 + 64) + 6 * 64), 3 * 128 * 7 + 7
    assert weights == inputs + readers + outputs == 201_095
