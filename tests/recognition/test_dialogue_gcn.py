"""DialogueGCN as a whole; its edges and convolutions are tested in `tests/nn/test_dialogue_graph.py`."""

import torch
from tests.dialogue_batches import batch_of, with_vectors

from sentio.recognition.dialogue_gcn import DialogueGCN, Settings

WIDTHS = {"text": 6}


def network() -> DialogueGCN:
    torch.manual_seed(0)
    model = DialogueGCN(WIDTHS, 4, Settings(hidden=8))
    model.train(False)
    return model


def test_who_speaks_matters() -> None:
    model = network()
    assert not torch.allclose(model(batch_of([[0, 1, 0]], WIDTHS)), model(batch_of([[0, 1, 2]], WIDTHS)), atol=1e-5)


def test_two_convolutions_reach_20_turns_where_the_reader_is_silent() -> None:
    """With a GRU that passes nothing on, only edges carry what a turn says: 10 turns, twice."""
    model = network()
    for name, weight in model.context.gru.named_parameters():
        if name.startswith("weight_hh"):
            torch.nn.init.zeros_(weight)
        elif name.startswith("bias"):
            weight.data[: 2 * 4] = torch.tensor([10.0] * 4 + [-30.0] * 4)  # reset open, the last state forgotten
    batch = batch_of([[0, 1] * 25], WIDTHS)
    other = batch.vectors["text"].clone()
    other[0, 25] += 5
    changed = ~torch.isclose(model(batch), model(with_vectors(batch, "text", other)), atol=1e-6).all(-1)[0]
    assert torch.nonzero(changed).flatten().tolist() == list(range(5, 46))
