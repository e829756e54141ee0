"""The network of Broad Mamba: size and shape, what must not matter to an answer, and what its parts are for."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from sentio.errors import RecipeError
from sentio.nn.broad_learning import ClassicBroad, Ridge
from sentio.nn.broad_mamba import BroadMamba, Settings
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.recognition.broad_mamba import card

WIDTHS = {"text": 5, "audio": 3, "video": 4}
LABELS = 3
SMALL = Settings(width=8)
VARIANTS = [
    SMALL,
    Settings(width=8, broad="classic", bidirectional=False),
    Settings(width=8, broad="none", guidance="none"),
]
same = partial(torch.testing.assert_close, atol=1e-5, rtol=1e-5)


def network(settings_: Settings = SMALL, widths: Mapping[str, int] = WIDTHS) -> BroadMamba:
    torch.manual_seed(0)
    model = BroadMamba(widths, LABELS, settings_)
    model.prepare([(batch([20, 9], widths), torch.arange(40).view(2, 20) % LABELS)])
    return model.eval()


def batch(
    lengths: Sequence[int], widths: Mapping[str, int] = WIDTHS, speakers: int = 3, holes: float = 0.3
) -> DialogueBatch:
    """Dialogues each of whose contents depend on its length alone; each modality has `holes`."""
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    vectors = {name: torch.zeros(*mask.shape, width) for name, width in widths.items()}
    present = {name: torch.zeros_like(mask) for name in widths}
    turns = torch.full(mask.shape, -1)
    for row, n in enumerate(lengths):
        dice = torch.Generator().manual_seed(n)
        turns[row, :n] = torch.arange(n) % speakers
        for name in sorted(widths):
            there = torch.rand(n, generator=dice) >= holes
            present[name][row, :n] = there
            vectors[name][row, :n] = torch.randn(n, widths[name], generator=dice) * there.unsqueeze(1)
    return DialogueBatch(vectors, present, turns, mask)


def answers(model: BroadMamba, read: DialogueBatch) -> Tensor:
    with torch.no_grad():
        return model.probabilities(read)


def test_with_three_modalities_it_has_about_as_many_parameters_as_reported() -> None:
    model = BroadMamba({"text": 1024, "audio": 300, "video": 342}, 7, Settings())
    assert sum(each.numel() for each in model.parameters()) == 1_749_228
    assert card.reconstruction


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=10)
@given(lengths=st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_padding_and_companions_change_nothing(variant: Settings, lengths: list[int]) -> None:
    model = network(variant)
    together = answers(model, batch(lengths))
    assert together.isfinite().all()
    for row, length in enumerate(lengths):
        same(together[row, :length], answers(model, batch([length]))[0])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("turns", "speakers"), [(1, 1), (12, 1), (120, 60), (2000, 2)])
def test_dialogues_of_any_size(variant: Settings, turns: int, speakers: int) -> None:
    found = answers(network(variant), batch([turns], speakers=speakers))
    assert found.shape == (1, turns, LABELS)
    same(found.sum(-1), torch.ones(1, turns))


def test_who_speaks_matters_up_to_the_ninth() -> None:
    model, read = network(), batch([6])
    other = DialogueBatch(read.vectors, read.present, torch.tensor([[0, 0, 1, 1, 2, 2]]), read.mask)
    tenth = DialogueBatch(read.vectors, read.present, read.speakers + 9, read.mask)
    assert not torch.allclose(answers(model, read), answers(model, other), atol=1e-4)
    same(answers(model, read), answers(model, tenth))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("gone", sorted(WIDTHS))
def test_a_missing_modality_is_as_if_the_network_had_never_had_it(variant: Settings, gone: str) -> None:
    model, read = network(variant), batch([9, 4])
    nowhere = DialogueBatch(read.vectors, {**read.present, gone: torch.zeros_like(read.mask)}, read.speakers, read.mask)
    left = {name: width for name, width in WIDTHS.items() if name != gone}
    unnamed = DialogueBatch(
        {name: read.vectors[name] for name in left}, {name: read.present[name] for name in left},
        read.speakers, read.mask,
    )  # fmt: skip
    smaller = BroadMamba(left, LABELS, variant).eval()
    smaller.load_state_dict({name: each for name, each in model.state_dict().items() if f"ways.{gone}." not in name})
    same(answers(model, nowhere), answers(smaller, unnamed))
    same(answers(model, unnamed), answers(smaller, unnamed))


def test_what_stands_where_a_modality_is_absent_is_not_read() -> None:
    model, read = network(), batch([9, 4])
    spoilt = {
        name: each.masked_fill(~read.present[name].unsqueeze(-1), float("nan")) for name, each in read.vectors.items()
    }
    same(answers(model, DialogueBatch(spoilt, read.present, read.speakers, read.mask)), answers(model, read))


def test_an_utterance_without_text_is_to_the_reader_of_texts_no_utterance() -> None:
    model = network(widths={"text": 5})
    read = batch([8], {"text": 5}, holes=0.0)
    keep = torch.tensor([0, 1, 3, 4, 7])
    present = torch.zeros_like(read.mask)
    present[:, keep] = True
    holes = DialogueBatch(read.vectors, {"text": present}, read.speakers, read.mask)
    shorter = DialogueBatch(
        {"text": read.vectors["text"][:, keep]}, {"text": present[:, keep]},
        read.speakers[:, keep], read.mask[:, keep],
    )  # fmt: skip
    same(answers(model, holes)[:, keep], answers(model, shorter))


def test_without_anything_to_read_the_answer_and_its_gradients_are_finite() -> None:
    model, read = network().train(), batch([5], holes=1.1)
    loss = model.loss(read, torch.tensor([[0, 1, -1, 2, 1]]), None, 0.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.isfinite()
    assert all(bool(each.grad.isfinite().all()) for each in model.parameters() if each.grad is not None)


def test_the_past_alone_is_read_in_one_direction() -> None:
    for both in (False, True):
        model, read = network(Settings(width=8, bidirectional=both)), batch([9], holes=0.0)
        later = {name: each.clone() for name, each in read.vectors.items()}
        later["text"][:, 5] += 1
        before = answers(model, read)[:, :5]
        after = answers(model, DialogueBatch(later, read.present, read.speakers, read.mask))[:, :5]
        assert torch.allclose(before, after, atol=1e-6) != both


def test_the_loss_is_that_of_the_answer_and_of_each_modality_where_it_is() -> None:
    model, read = network(), batch([6, 4])
    labels = torch.tensor([[0, 1, 2, -1, 1, 0], [2, 2, 1, 0, -1, -1]])
    weights = torch.tensor([1.0, 2.0, 0.5])
    with torch.no_grad():
        reading = model.read(read)
        expected = cross_entropy(reading.logits[labels >= 0], labels[labels >= 0], weights, label_smoothing=0.1)
        for m, name in enumerate(WIDTHS):
            seen = (labels >= 0) & read.present[name]
            expected += 0.5 * cross_entropy(reading.own[:, :, m][seen], labels[seen], weights, label_smoothing=0.1)
        same(model.loss(read, labels, weights, 0.1), expected)
        sums = reading.weights.sum(-1)
        same(sums, reading.present.any(-1).float())


def test_a_modality_of_which_a_batch_has_nothing_has_no_loss() -> None:
    model, read, labels = network(), batch([6]), torch.zeros(1, 6, dtype=torch.long)
    silent = DialogueBatch(
        read.vectors, {**read.present, "audio": torch.zeros_like(read.mask)}, read.speakers, read.mask
    )
    assert model.loss(silent, labels, None, 0.0).isfinite()


def test_the_classic_head_is_the_ridge_of_the_scaled_vectors_and_training_leaves_it() -> None:
    model, labels = network(VARIANTS[1]), torch.arange(40).view(2, 20) % LABELS
    read, way = batch([20, 9]), model.ways["text"]
    assert isinstance(way.broad, ClassicBroad)
    x = read.vectors["text"][read.present["text"]]
    scaled = (x - x.mean(0)) / x.std(0, correction=0)
    targets = labels[read.present["text"]]
    # Every label weighs the same: 40 labelled turns, of which so many have each label.
    heavy = 40 / (3 * torch.bincount(labels.flatten()).double())
    with torch.no_grad():
        expected = Ridge.fit(way.broad.nodes(scaled), one_hot(targets, LABELS), 1e-2, heavy[targets])
    same(way.broad.head, expected.weights.float())
    fixed = {name: each.clone() for name, each in model.state_dict().items() if ".nodes." in name or ".head" in name}
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    model.loss(read, labels, None, 0.0).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    assert all(torch.equal(each, model.state_dict()[name]) for name, each in fixed.items())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_saved_network_answers_the_same(variant: Settings, tmp_path: Path) -> None:
    model, read = network(variant), batch([9, 4])
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    loaded = BroadMamba(WIDTHS, LABELS, Settings.model_validate_json(variant.model_dump_json())).eval()
    loaded.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(answers(loaded, read), answers(model, read))


def learned(noise: float) -> tuple[float, float]:
    """Accuracy, and the mean weight of audio, on new dialogues of a world in which text and audio tell the label."""
    dice = torch.Generator().manual_seed(0)
    directions = torch.randn(LABELS, 6, generator=dice)

    def draw() -> tuple[DialogueBatch, Tensor]:
        labels = torch.randint(LABELS, (8, 10), generator=dice)
        text, audio = (
            directions[labels] * share + 0.5 * torch.randn(8, 10, 6, generator=dice) for share in (1, 1 - noise)
        )
        everywhere = torch.ones(8, 10, dtype=torch.bool)
        present = {"text": everywhere, "audio": everywhere}
        speakers = (torch.arange(10) % 2).expand(8, 10)
        return DialogueBatch({"text": text, "audio": audio}, present, speakers, everywhere), labels

    torch.manual_seed(0)
    model = BroadMamba({"text": 6, "audio": 6}, LABELS, Settings(width=8, dropout=0.1))
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        model.loss(*draw(), None, 0.0).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    read, labels = draw()
    with torch.no_grad():
        reading = model.eval().read(read)
    return float((reading.logits.argmax(-1) == labels).float().mean()), float(reading.weights[..., 1].mean())


def test_it_learns_and_a_noisy_modality_weighs_less() -> None:
    (right, weight), (still_right, less) = learned(0.0), learned(1.0)
    assert right > 0.9
    assert still_right > 0.8
    assert weight == pytest.approx(0.5, abs=0.05)
    assert less < weight - 0.1


def test_time_grows_linearly() -> None:
    model, took = network(Settings(width=64), {"text": 16}), {}
    for turns in (256, 1024):
        read, times = batch([turns], {"text": 16}), []
        for _ in range(5):
            started = time.process_time()
            answers(model, read)
            times.append(time.process_time() - started)
        took[turns] = min(times)
    assert took[1024] < 5 * took[256]


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(RecipeError, match="needs a modality to read"):
        BroadMamba({}, LABELS, SMALL)
    for wrong in ({"temperature": 0}, {"floor": 1.5}, {"broad": "wide"}, {"penalty": 0.0}, {"depth": 2}):
        with pytest.raises(ValidationError):
            Settings.model_validate(wrong)
