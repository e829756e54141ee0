"""What every network over dialogues promises, whatever it is made of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tests.dialogue_batches import WIDTHS, batch_of, row_of, with_vectors
from torch import Tensor

from sentio.errors import RecipeError, UnknownName
from sentio.nn import broad_mamba, emotionic
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.dialogue_network import DialogueNetwork
from sentio.recognition import context_gru, dialogue_gcn
from sentio.recognition.m2fnet import network as m2fnet

LABELS = 5
Made = Callable[[dict[str, int]], DialogueNetwork]
NETWORKS: dict[str, Made] = {
    "m2fnet": lambda widths: m2fnet.M2FNet(widths, LABELS, m2fnet.Settings(width=16, heads=2, blocks=2, fusion=2)),
    "m2fnet-concat": lambda widths: m2fnet.M2FNet(widths, LABELS, m2fnet.Settings(width=16, heads=2, fusion=0)),
    "dialogue_gcn": lambda widths: dialogue_gcn.DialogueGCN(widths, LABELS, dialogue_gcn.Settings(hidden=12)),
    "context_gru": lambda widths: context_gru.ContextGRU(widths, LABELS, context_gru.Settings(hidden=12)),
    "context_gru-causal": lambda widths: context_gru.ContextGRU(
        widths, LABELS, context_gru.Settings(hidden=12, causal=True)
    ),
    "context_gru-dialogue": lambda widths: context_gru.ContextGRU(
        widths, LABELS, context_gru.Settings(hidden=12, speaker_gru=False)
    ),
    "emotionic": lambda widths: emotionic.EmotionIC(widths, LABELS, emotionic.Settings(width=16, hidden=12, heads=2)),
    "emotionic-viterbi": lambda widths: emotionic.EmotionIC(
        widths, LABELS, emotionic.Settings(width=16, hidden=12, heads=2, attention=False, decode="viterbi")
    ),
    "emotionic-gru": lambda widths: emotionic.EmotionIC(
        widths, LABELS, emotionic.Settings(width=16, hidden=12, heads=2, attention=False, crf=False)
    ),
    "broad_mamba": lambda widths: broad_mamba.BroadMamba(widths, LABELS, broad_mamba.Settings(width=16)),
    "broad_mamba-plain": lambda widths: broad_mamba.BroadMamba(
        widths, LABELS, broad_mamba.Settings(width=16, broad="none", bidirectional=False, guidance="none")
    ),
}
SUBSETS = [("text",), ("audio",), ("video",), ("text", "audio"), ("audio", "video"), ("text", "audio", "video")]

every_network = pytest.mark.parametrize("name", NETWORKS)


def network(name: str, *modalities: str) -> DialogueNetwork:
    torch.manual_seed(0)
    made = NETWORKS[name]({modality: WIDTHS[modality] for modality in modalities or WIDTHS})
    made.train(False)
    return made


def logits(model: DialogueNetwork, batch: DialogueBatch) -> Tensor:
    with torch.no_grad():
        found: Tensor = model(batch)
    assert found.shape == (*batch.mask.shape, LABELS)
    assert bool(found.isfinite().all())
    return found


dialogue = st.lists(st.integers(0, 3), min_size=1, max_size=9)


@every_network
@settings(max_examples=15)
@given(speakers=st.lists(dialogue, min_size=1, max_size=4), absent=st.sampled_from([0.0, 0.4, 1.0]))
def test_padding_and_companions_change_nothing(name: str, speakers: list[list[int]], absent: float) -> None:
    batch, model = batch_of(speakers, absent=absent), network(name)
    together = logits(model, batch)
    for row, turns in enumerate(speakers):
        torch.testing.assert_close(
            together[row : row + 1, : len(turns)], logits(model, row_of(batch, row)), atol=1e-5, rtol=1e-4
        )


# Broad Mamba has a vector for each number: by the contract of a batch that is who spoke first, second and so on.
@pytest.mark.parametrize("name", [name for name in NETWORKS if not name.startswith("broad_mamba")])
def test_speakers_numbers_do_not_matter(name: str) -> None:
    batch, model = batch_of([[0, 1, 0, 2, 1], [0, 0, 1]]), network(name)
    renamed = replace(batch, speakers=torch.tensor([2, 0, 1, -1])[batch.speakers])
    torch.testing.assert_close(logits(model, renamed)[batch.mask], logits(model, batch)[batch.mask])


@every_network
@pytest.mark.parametrize("modality", WIDTHS)
def test_what_stands_where_a_modality_is_absent_is_not_read(name: str, modality: str) -> None:
    batch, model = batch_of([[0, 1, 0, 2, 1], [0, 0, 1]]), network(name)
    spoilt = torch.where(batch.present[modality][..., None], batch.vectors[modality], torch.tensor(1e3))
    torch.testing.assert_close(
        logits(model, with_vectors(batch, modality, spoilt))[batch.mask], logits(model, batch)[batch.mask]
    )


@every_network
@pytest.mark.parametrize("modality", WIDTHS)
def test_each_modality_is_read_where_it_is_present(name: str, modality: str) -> None:
    batch, model = batch_of([[0, 1, 0, 2, 1]], absent=0.0), network(name)
    other = logits(model, with_vectors(batch, modality, 2 - batch.vectors[modality]))
    assert not torch.allclose(other, logits(model, batch), atol=1e-4)


@every_network
@pytest.mark.parametrize("modalities", SUBSETS, ids="+".join)
@pytest.mark.parametrize("absent", [0.5, 1.0])
def test_any_modalities_learn(name: str, modalities: tuple[str, ...], absent: float) -> None:
    """Two steps of training, with a dialogue in which all but the text is absent; no weight becomes NaN."""
    widths = {modality: WIDTHS[modality] for modality in modalities}
    batch = batch_of([[0, 1, 0], [0]], widths, absent=absent)
    model = network(name, *modalities)
    labels = torch.tensor([[0, -1, 4], [2, -1, -1]])
    model.prepare([(batch, labels)])
    model.train()
    descent = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        descent.zero_grad()
        loss = model.loss(batch, labels, weights=torch.ones(LABELS), smoothing=0.05)
        torch.autograd.backward(loss)
        descent.step()
    assert bool(loss.isfinite())
    assert all(bool(weight.isfinite().all()) for weight in model.state_dict().values())
    model.train(False)
    torch.testing.assert_close(model.probabilities(batch).sum(-1)[batch.mask], torch.ones(4))


@every_network
@pytest.mark.parametrize(
    "speakers",
    [[0], [0] * 7, list(range(60)) * 2, [n % 2 for n in range(2000)]],
    ids=["one turn", "one speaker", "60 speakers", "2,000 turns"],
)
def test_dialogues_of_any_size_are_answered(name: str, speakers: list[int]) -> None:
    logits(network(name), batch_of([speakers]))


@every_network
def test_a_row_of_padding_is_finite(name: str) -> None:
    logits(network(name), batch_of([[0, 1], []]))


@every_network
def test_what_was_saved_answers_alike(name: str, tmp_path: Path) -> None:
    batch = batch_of([[0, 1, 0, 2], [0]])
    model, other = network(name), network(name)
    model.prepare([(batch, torch.zeros(2, 4, dtype=torch.long))])
    assert not torch.allclose(logits(model, batch), logits(other, batch), atol=1e-4), "the scale is learned"
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    other.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(logits(model, batch), logits(other, batch))


@every_network
def test_the_scale_of_a_feature_does_not_matter_once_it_is_known(name: str) -> None:
    labels = torch.zeros(2, 4, dtype=torch.long)
    batch = batch_of([[0, 1, 0, 2], [0, 1]], absent=0.0)
    audio = batch.vectors["audio"].clone()
    audio[..., 2] = 3.0
    constant = with_vectors(batch, "audio", audio)
    scaled = with_vectors(batch, "audio", audio * torch.tensor([1e3, 1e-3, 5.0]) + 7)
    answers = []
    for seen in (constant, scaled):
        model = network(name)
        model.prepare([(seen, labels)])
        answers.append(logits(model, seen)[batch.mask])
    torch.testing.assert_close(*answers, atol=1e-3, rtol=1e-3)


@every_network
def test_unknown_modalities_and_none_are_named(name: str) -> None:
    with pytest.raises(UnknownName, match="unknown modality 'vide'; did you mean 'video'"):
        NETWORKS[name]({"vide": 3})
    with pytest.raises(RecipeError, match="needs a modality to read: text, audio, video"):
        NETWORKS[name]({})
