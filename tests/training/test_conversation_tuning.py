"""Training of the conversation encoder: the order of the curriculum, and a training that was stopped."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sentio.nn.conversation_encoder import ConversationEncoder, EncoderShape, Turns
from sentio.training import conversation_tuning
from sentio.training.conversation_tuning import ConversationTuning, Lesson, predict, tune

SHAPE = EncoderShape(labels=3, layers=2, upper=1, width=8, heads=2, inner=16, hidden=4, scores=0, evidence=False)
SETTINGS = ConversationTuning(batch_size=2, learning_rate=3e-3)
EPOCHS = [np.array([2, 0]), np.array([1, 3, 0, 2, 4]), np.array([4, 1, 0, 3, 2])]


def lessons() -> list[Lesson]:
    """Five conversations whose labels can be read from the states."""
    found = []
    for number in range(5):
        labels = torch.tensor([(number + turn) % 3 for turn in range(number + 1)])
        states = [torch.nn.functional.one_hot(label, 8).float().repeat(2, 1) * 3 for label in labels]
        rows = torch.arange(number + 1)[None]
        nothing = torch.zeros(number + 1, 4)
        found.append(
            Lesson(Turns(states, rows, rows, torch.zeros(number + 1, dtype=torch.long), nothing, nothing), labels)
        )
    return found


def model() -> ConversationEncoder:
    torch.manual_seed(0)
    return ConversationEncoder(SHAPE, dropout=0.1, context_dropout=0.1)


def test_the_order_of_the_epochs_reaches_the_optimiser_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given, there, loss = [], lessons(), conversation_tuning._loss

    def noted(model: ConversationEncoder, some: list[Lesson], settings: ConversationTuning) -> torch.Tensor:
        given.append([there.index(lesson) for lesson in some])
        return loss(model, some, settings)

    monkeypatch.setattr(conversation_tuning, "_loss", noted)
    for _ in tune(model(), there, EPOCHS, SETTINGS, 1, tmp_path / "c.safetensors", lambda share: None):
        pass
    assert given == [[2, 0], [1, 3], [0, 2], [4], [4, 1], [0, 3], [2]]


def test_a_training_that_was_stopped_ends_with_the_same_weights(tmp_path: Path) -> None:
    def run(checkpoint: Path, stop_after: int | None) -> ConversationEncoder:
        trained = model()
        for epoch in tune(trained, lessons(), EPOCHS, SETTINGS, 1, checkpoint, lambda share: None):
            last = {name: tensor.clone() for name, tensor in epoch.model.state_dict().items()}
            if epoch.number == stop_after:
                break
        trained.load_state_dict(last)
        return trained

    whole = run(tmp_path / "whole.safetensors", None)
    run(tmp_path / "stopped.safetensors", 2)
    resumed = run(tmp_path / "stopped.safetensors", None)
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, atol=0, rtol=0)


def test_it_learns_and_tells_how_far_it_is(tmp_path: Path) -> None:
    shares: list[float] = []
    epochs, trained = [np.arange(5)] * 40, model()
    losses = [
        epoch.loss for epoch in tune(trained, lessons(), epochs, SETTINGS, 1, tmp_path / "c.safetensors", shares.append)
    ]
    assert losses[-1] < losses[0] / 1.5
    assert shares == sorted(shares)
    assert shares[-1] == 1
    right = torch.cat([lesson.labels for lesson in lessons()]).numpy()
    assert (predict(trained, lessons()).argmax(axis=1) == right).mean() > 0.9
