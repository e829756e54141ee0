"""The transition network: its equation, its losses, and that rows do not see each other."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sentio.nn.conversation_encoder import EncoderShape
from sentio.nn.emotion_transition import (
    LOSSES,
    MODES,
    EmotionTransition,
    Exchange,
    Loss,
    Mode,
    focal,
    focal_as_coded,
    moved,
    texts_of,
)

SHAPE = EncoderShape(labels=7, layers=3, upper=1, width=16, heads=2, inner=32, hidden=8, scores=0, evidence=False)
POINTS = torch.tensor(
    [
        [0.0, 0.0, 0.0],
        [0.40, 0.67, -0.13],
        [-0.62, 0.82, -0.43],
        [-0.63, -0.27, -0.33],
        [0.81, 0.51, 0.46],
        [-0.60, 0.35, 0.11],
        [-0.51, 0.59, 0.25],
    ]
)
"""In the order of the label space `meld`: neutral, surprise, fear, sadness, joy, disgust, anger."""
MOODS = POINTS.sign() * torch.tensor([1.0, 1.0, 0.0])
JOY = 4


def network(mode: Mode, shape: EncoderShape = SHAPE) -> EmotionTransition:
    torch.manual_seed(0)
    return EmotionTransition(mode, shape, POINTS, MOODS, dropout=0.0).eval()


def exchange(mode: Mode, lengths: Sequence[int], seed: int = 0) -> Exchange:
    """One exchange for each length."""
    dice = torch.Generator().manual_seed(seed)
    size = len(lengths)
    return Exchange(
        states=[torch.randn(n + k, 16, generator=dice) for n in lengths for k in range(texts_of(mode))],
        own=torch.arange(size) % 7,
        other=(torch.arange(size) + 3) % 7,
        traits=torch.rand(size, 5, generator=dice),
        temperament=torch.rand(size, 3, generator=dice),
    )


def row(read: Exchange, number: int, mode: Mode) -> Exchange:
    k = texts_of(mode)
    one = slice(number, number + 1)
    states = read.states[number * k : (number + 1) * k]
    return Exchange(states, read.own[one], read.other[one], read.traits[one], read.temperament[one])


def test_a_change_that_undoes_joy_arrives_at_neutral() -> None:
    point = moved(POINTS[JOY], torch.ones(3), -POINTS[JOY])
    assert point.tolist() == [0.0, 0.0, 0.0]
    assert int((POINTS - point).norm(dim=1).argmin()) == 0


@pytest.mark.parametrize("mode", MODES)
def test_rows_do_not_see_each_other(mode: Mode) -> None:
    model, read = network(mode), exchange(mode, [3, 9, 1, 5])
    with torch.no_grad():
        logits = model(read).logits
        assert logits.shape == (4, 7)
        for number in range(4):
            torch.testing.assert_close(model(row(read, number, mode)).logits[0], logits[number], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("mode", ["transition", "nearest", "skip"])
def test_the_point_is_the_papers_equation(mode: Mode) -> None:
    """Written out anew with NumPy for a network without layers of its own."""
    model = network(mode, SHAPE.model_copy(update={"upper": 0}))
    read = exchange(mode, [4, 2])
    with torch.no_grad():
        found = model(read)
    assert found.point is not None
    weights = {name: tensor.numpy().astype(float) for name, tensor in model.state_dict().items()}

    def linear(name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        out: NDArray[np.float64] = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        return out

    means = np.stack([state.numpy().astype(float).mean(0) for state in read.states])
    normed = (means - means.mean(1, keepdims=True)) / np.sqrt(means.var(1, keepdims=True) + 1e-5)
    hidden = linear("joined", normed.reshape(2, -1))
    change = linear("head.moved.4", np.tanh(linear("head.moved.1", hidden)))
    leaning = linear("head.adapted", read.temperament.numpy().astype(float))
    expected = POINTS.numpy()[read.own.numpy()] + leaning * change
    np.testing.assert_allclose(found.point.numpy(), expected, atol=1e-5)
    if mode == "nearest":
        distances = np.linalg.norm(expected[:, None] - POINTS.numpy(), axis=-1)
        np.testing.assert_array_equal(found.logits.argmax(1).numpy(), distances.argmin(1))


def test_only_what_a_mode_reads_changes_its_answer() -> None:
    told = {
        "text": (),
        "concatenation": ("traits",),
        "transition": ("own", "temperament"),
        "nearest": ("own", "temperament"),
        "skip": ("own", "temperament"),
        "mood": ("own", "other", "traits", "temperament"),
    }
    assert set(told) == set(get_args(Mode))
    for mode in MODES:
        model, read = network(mode), exchange(mode, [3, 4])
        for parameter in model.head.parameters():  # a part that begins at 0 is not one that is not read
            nn.init.normal_(parameter)
        for part in ("own", "other", "traits", "temperament"):
            value: Tensor = getattr(read, part)
            other = (value + 2) % 7 if value.dtype == torch.long else 1 - value
            changed = Exchange(**{**vars(read), part: other})
            with torch.no_grad():
                same = torch.equal(model(read).logits, model(changed).logits)
            assert same == (part not in told[mode]), (mode, part)


def test_the_point_is_all_that_the_classifier_sees_but_for_the_table_of_skip() -> None:
    """Where all points are one, "transition" has one answer to every emotion and "skip" what usually follows it."""
    followed = torch.ones(7, 7) + 10 * torch.eye(7).roll(1, 1)
    modes: tuple[Mode, ...] = ("transition", "skip")
    for mode in modes:
        model = network(mode)
        model.points.zero_()
        model.begin(followed, torch.zeros(7))
        read = exchange(mode, [3] * 7)
        for name in ("head.moved.4", "head.adapted"):
            for parameter in model.get_submodule(name).parameters():
                nn.init.zeros_(parameter)
        with torch.no_grad():
            answers = model(read).logits.argmax(1)
        if mode == "transition":
            assert len(set(answers.tolist())) == 1
        else:
            assert answers.tolist() == [1, 2, 3, 4, 5, 6, 0]


def test_a_table_begins_with_the_shares_of_what_followed() -> None:
    model = network("skip")
    followed = torch.tensor([[6.0, 0, 0, 0, 0, 0, 0]] + [[0.0] * 7] * 6)
    prior = torch.full((7,), 1 / 7).log()
    model.begin(followed, prior)
    with torch.no_grad():
        logits = model(exchange("skip", [3, 4])).logits + prior
    torch.testing.assert_close(logits.softmax(1)[0], torch.tensor([7 / 13, *[1 / 13] * 6]))
    torch.testing.assert_close(logits.softmax(1)[1], torch.full((7,), 1 / 7))


def test_moods_start_from_the_quadrant_and_move_by_shares_of_the_temperament() -> None:
    model, read = network("mood"), exchange("mood", [3, 4, 5])
    with torch.no_grad():
        point = model(read).point
    shares = (point - MOODS[read.own]) / read.temperament
    assert ((shares > 0) & (shares < 1)).all()
    torch.testing.assert_close(shares.sum(1), torch.ones(3))


def test_focal_losses_against_their_definitions() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.3, -2.0], [-1.0, 1.0, 4.0]])
    labels = torch.tensor([0, 2, 1])
    z = logits.double().numpy()
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    right = p[[0, 1, 2], [0, 2, 1]]
    ce = -np.log(right)
    weights = (1 - 1 / (1 + np.exp(-z[[0, 1, 2], [0, 2, 1]]))) ** 2
    assert focal(logits, labels).item() == pytest.approx(((1 - right) ** 2 * ce).mean(), abs=1e-6)
    assert focal_as_coded(logits, labels).item() == pytest.approx((weights * ce).sum() / weights.sum(), abs=1e-6)
    assert set(LOSSES) == set(get_args(Loss))


def test_as_coded_the_loss_does_not_fall_when_all_are_equally_sure() -> None:
    """The fault: dividing by the weights takes away what they do, where they are equal."""
    labels = torch.zeros(4, dtype=torch.long)
    sure = torch.tensor([[5.0, -5.0]]).repeat(4, 1)
    assert focal_as_coded(sure, labels).item() == pytest.approx(LOSSES["ce"](sure, labels).item(), rel=1e-5)
    assert focal(sure, labels).item() < 1e-3 * LOSSES["ce"](sure, labels).item()


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_learns(mode: Mode) -> None:
    """Eight exchanges by heart; "text" cannot use anything but the words, which differ."""
    model = network(mode).train()
    read = exchange(mode, [2, 3, 4, 5, 6, 7, 8, 9])
    labels = torch.tensor([0, 1, 4, 3, 4, 0, 1, 3])
    steps = torch.optim.AdamW(model.parameters(), lr=1e-2)
    first = model.loss(read, labels, "ce", torch.zeros(7)).item()
    for _ in range(60):
        loss = model.loss(read, labels, "ce", torch.zeros(7))
        steps.zero_grad()
        torch.autograd.backward(loss)
        steps.step()
    assert loss.item() < first / 2


def test_adding_a_prior_in_training_asks_for_less_of_what_is_frequent() -> None:
    model, read = network("text"), exchange("text", [3, 4])
    labels = torch.tensor([0, 0])
    with torch.no_grad():
        plain = model.loss(read, labels, "ce", torch.zeros(7))
        known = model.loss(read, labels, "ce", torch.tensor([3.0, 0, 0, 0, 0, 0, 0]))
    assert known < plain
