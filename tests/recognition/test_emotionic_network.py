"""The network of EmotionIC as a whole: answers, loss, and what they must not depend on."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from tests.dialogue_batches import WIDTHS, batch_of, row_of, with_vectors
from torch import Tensor

from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_edges import dialogue_edges
from sentio.nn.emotionic import EmotionIC, Settings

SMALL = Settings(width=8, hidden=6, heads=2, dropout=0.0)
ABLATIONS = [
    SMALL,
    SMALL.model_copy(update={"decode": "viterbi", "gru_layers": 2}),
    SMALL.model_copy(update={"attention": False}),
    SMALL.model_copy(update={"gru": False}),
    SMALL.model_copy(update={"crf": False}),
    SMALL.model_copy(update={"attention": False, "gru": False}),
]
SPEAKERS = [[0, 1, 0, 0, 1, 2, 0], [0], [0, 0, 0], [0, 1, 2, 0]]


def network(settings: Settings = SMALL, seed: int = 0) -> EmotionIC:
    torch.manual_seed(seed)
    net = EmotionIC(WIDTHS, 3, settings).eval()
    if net.crf is not None:
        for part in net.crf.parameters():
            torch.nn.init.normal_(part)  # transitions that matter
    return net


def labels_of(batch: DialogueBatch) -> Tensor:
    drawn = torch.randint(3, batch.mask.shape, generator=torch.Generator().manual_seed(2))
    return drawn.masked_fill(~batch.mask, -1)


def moved(batch: DialogueBatch) -> DialogueBatch:
    """The same dialogues with speakers of other numbers."""
    return replace(batch, speakers=torch.where(batch.mask, 7 - batch.speakers, -1))


@pytest.mark.parametrize("settings", ABLATIONS)
def test_a_dialogue_answers_the_same_alone_in_a_batch_and_with_other_numbers(settings: Settings) -> None:
    net, batch = network(settings), batch_of(SPEAKERS)
    with torch.no_grad():
        together = net.probabilities(moved(batch))
        assert together.isfinite().all()
        torch.testing.assert_close(together[batch.mask].sum(-1), torch.ones(int(batch.mask.sum())))
        for row, speakers in enumerate(SPEAKERS):
            alone = net.probabilities(row_of(batch, row))
            torch.testing.assert_close(together[row, : len(speakers)], alone[0], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("settings", ABLATIONS)
def test_every_weight_learns_and_the_loss_is_a_mean_over_labelled_turns(settings: Settings) -> None:
    net, batch = network(settings), batch_of(SPEAKERS)
    labels = labels_of(batch)
    loss = net.loss(batch, labels, None, 0.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert all(part.grad is not None and part.grad.isfinite().all() for part in net.parameters())
    each = torch.stack(
        [net.loss(row_of(batch, n), labels[n : n + 1, : len(s)], None, 0.0) for n, s in enumerate(SPEAKERS)]
    )
    turns = torch.tensor([len(speakers) for speakers in SPEAKERS])
    torch.testing.assert_close(loss, (each * turns).sum() / turns.sum())


def test_the_loss_is_the_fields_and_reads_no_class_weights() -> None:
    net, batch = network(), batch_of(SPEAKERS)
    labels, weights = labels_of(batch), torch.tensor([1.0, 5.0, 9.0])
    assert net.crf is not None
    edges = dialogue_edges(batch.speakers, batch.mask)
    likelihood = net.crf.log_likelihood(net(batch), labels, edges, batch.mask).sum()
    torch.testing.assert_close(net.loss(batch, labels, weights, 0.1), -likelihood / batch.mask.sum())
    plain = network(SMALL.model_copy(update={"crf": False}))
    assert plain.loss(batch, labels, weights, 0.1) != plain.loss(batch, labels, None, 0.1)


def test_nothing_labelled_costs_nothing() -> None:
    batch = batch_of(SPEAKERS)
    loss = network().loss(batch, torch.full(batch.mask.shape, -1), None, 0.0)
    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_viterbi_puts_the_best_sequence_first_and_keeps_the_probabilities() -> None:
    changed = 0
    for seed in range(10):
        nets = [network(SMALL.model_copy(update={"decode": decode}), seed) for decode in ("marginals", "viterbi")]
        batch = batch_of([[0, 1] * 6, [0, 1, 2] * 4], seed=seed)
        with torch.no_grad():
            marginals, ranked = (net.probabilities(batch) for net in nets)
            crf = nets[1].crf
            assert crf is not None
            path, _ = crf.viterbi(nets[1](batch), dialogue_edges(batch.speakers, batch.mask), batch.mask)
        assert torch.equal(ranked.argmax(-1), path)
        assert torch.equal(ranked.sort(-1).values, marginals.sort(-1).values)
        changed += int((marginals.argmax(-1) != path).sum())
    assert changed, "the two ways to decode never differed: this test shows nothing"


def test_an_absent_modality_is_not_read() -> None:
    net, batch = network(), batch_of(SPEAKERS, absent=0.5)
    noise = torch.where(batch.present["audio"][..., None], batch.vectors["audio"], torch.tensor(float("nan")))
    with torch.no_grad():
        torch.testing.assert_close(net(with_vectors(batch, "audio", noise))[batch.mask], net(batch)[batch.mask])
        louder = with_vectors(batch, "audio", batch.vectors["audio"] + 1)
        assert not torch.allclose(net(louder), net(batch), atol=1e-4)


def test_inputs_are_standardised_by_the_training_data() -> None:
    net, batch = network(), batch_of(SPEAKERS)
    loud = with_vectors(batch, "text", 1000 * batch.vectors["text"] + 500)
    answers = []
    for each in (batch, loud):
        net.prepare([(each, labels_of(each))])
        with torch.no_grad():
            answers.append(net(each)[batch.mask])
    torch.testing.assert_close(*answers, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("speakers", [[0], [0] * 2000, [n % 60 for n in range(2000)]])
def test_extreme_dialogues(speakers: list[int]) -> None:
    net, batch = network(SMALL.model_copy(update={"decode": "viterbi"})), batch_of([speakers])
    with torch.no_grad():
        found = net.probabilities(batch)
    torch.testing.assert_close(found.sum(-1), torch.ones(1, len(speakers)))


def test_saved_and_loaded_it_answers_the_same(tmp_path: Path) -> None:
    net, batch = network(), batch_of(SPEAKERS)
    net.prepare([(batch, labels_of(batch))])
    save_file(net.state_dict(), tmp_path / "model.safetensors")
    other = network(seed=1)
    other.load_state_dict(load_file(tmp_path / "model.safetensors"))
    with torch.no_grad():
        assert torch.equal(other.probabilities(batch), net.probabilities(batch))


def test_it_learns_labels_that_only_the_speakers_last_turn_tells() -> None:
    """Each label is what the same speaker's vector showed a turn earlier."""
    torch.manual_seed(0)
    speakers = [[0, 1] * 4] * 40
    batch = batch_of(speakers, {"text": 6})
    shown = batch.vectors["text"][..., :3].argmax(-1)
    labels = shown.roll(2, 1)
    labels[:, :2] = -1
    net = EmotionIC({"text": 6}, 3, Settings(width=32, hidden=24, heads=2, dropout=0.0))
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(40):
        optimiser.zero_grad()
        net.loss(batch, labels, None, 0.0).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    found = net.eval().probabilities(batch).argmax(-1)
    assert (found == labels)[labels >= 0].float().mean() > 0.9


def test_heads_that_do_not_divide_the_width_are_refused() -> None:
    with pytest.raises(ValidationError, match="width 10 is no multiple of twice the 4 heads"):
        Settings(width=10, heads=4)
