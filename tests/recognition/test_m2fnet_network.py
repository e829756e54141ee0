"""M2FNet's dialogue level: what steers, what is carried on, and how large it is."""

import pytest
import torch
from pydantic import ValidationError
from tests.dialogue_batches import WIDTHS, batch_of, with_vectors

from sentio.recognition.m2fnet.network import M2FNet, Settings


def network(settings: Settings, widths: dict[str, int] = WIDTHS) -> M2FNet:
    torch.manual_seed(0)
    model = M2FNet(widths, 4, settings)
    model.train(False)
    return model


SMALL = Settings(width=16, heads=2, layers=1, fusion=2)


@pytest.mark.parametrize(
    ("modalities", "main"),
    [(("video", "audio", "text"), "text"), (("video", "audio"), "audio"), (("video",), "video")],
)
def test_the_first_modality_that_is_there_is_the_main_stream(modalities: tuple[str, ...], main: str) -> None:
    model = network(SMALL, {name: WIDTHS[name] for name in modalities})
    assert model.inputs.modalities[0] == main
    assert len(model.fusion) == (2 if len(modalities) > 1 else 0)


def test_without_fusion_layers_the_modalities_stand_side_by_side() -> None:
    """Then an utterance's audio reaches another's answer only through the audio stream's encoder."""
    model = network(SMALL.model_copy(update={"fusion": 0, "blocks": 0}))
    batch = batch_of([[0, 1, 0]], absent=0.0)
    other = batch.vectors["audio"].clone()
    other[0, 2] += 1
    before, after = model(batch), model(with_vectors(batch, "audio", other))
    assert torch.isclose(before, after).all(-1).tolist() == [[True, True, False]]


def test_fusion_reads_the_audio_of_other_turns_without_any_encoder() -> None:
    model = network(SMALL.model_copy(update={"blocks": 0}))
    batch = batch_of([[0, 1, 0]], absent=0.0)
    other = batch.vectors["audio"].clone()
    other[0, 2] += 1
    assert not torch.isclose(model(batch), model(with_vectors(batch, "audio", other))).all(-1).any()


def test_turns_in_another_order_get_the_same_answers_in_that_order() -> None:
    """What the class says of itself: places and speakers are not seen."""
    batch, order = batch_of([[0, 1, 0, 2]]), torch.tensor([2, 0, 3, 1])
    shuffled = batch
    for name in WIDTHS:
        shuffled = with_vectors(shuffled, name, shuffled.vectors[name][:, order])
    shuffled = type(batch)(
        vectors=shuffled.vectors,
        present={name: part[:, order] for name, part in batch.present.items()},
        speakers=batch.speakers[:, order],
        mask=batch.mask,
    )
    model = network(SMALL)
    torch.testing.assert_close(model(shuffled), model(batch)[:, order])


def test_gradients_are_right() -> None:
    model = network(SMALL.model_copy(update={"width": 4})).double()
    batch = batch_of([[0, 1, 0]])
    audio = batch.vectors["audio"].double().requires_grad_()
    batch = with_vectors(batch, "video", batch.vectors["video"].double())
    batch = with_vectors(batch, "text", batch.vectors["text"].double())
    assert torch.autograd.gradcheck(lambda x: model(with_vectors(batch, "audio", x)), audio)


@pytest.mark.parametrize(
    ("widths", "millions"),
    [({"text": 384}, 0.46), ({"text": 384, "audio": 384, "video": 384}, 2.05)],
)
def test_it_is_as_large_as_its_settings_say(widths: dict[str, int], millions: float) -> None:
    model = network(Settings(), widths)
    assert sum(weight.numel() for weight in model.parameters()) / 1e6 == pytest.approx(millions, abs=0.005)


def test_heads_that_do_not_share_the_width_are_refused() -> None:
    with pytest.raises(ValidationError, match="width 100 cannot be shared by 8 heads"):
        Settings(width=100)
