"""The fusion: the worked values, the floor, and a missing modality as if it had never been."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.guided_fusion import certainty, guidance

numbers = st.floats(-50, 50)
rows = st.integers(1, 6).flatmap(lambda m: st.tuples(*[st.tuples(numbers, st.booleans())] * m))


def parted(row: tuple[tuple[float, bool], ...]) -> tuple[Tensor, Tensor]:
    scores, present = zip(*row, strict=True)
    return torch.tensor(scores, dtype=torch.float64), torch.tensor(present)


def test_two_predictions_worked_by_hand() -> None:
    scores = certainty(torch.tensor([[0.9, 0.1], [0.5, 0.5]], dtype=torch.float64).log())
    weights = guidance(scores, torch.tensor([True, True]), temperature=1.0, floor=0.0)
    assert scores.tolist() == pytest.approx([0.531004, 0], abs=5e-7)
    assert weights.tolist() == pytest.approx([0.629717, 0.370283], abs=5e-7)


def test_one_label_is_certain() -> None:
    assert certainty(torch.tensor([[3.0], [-1e4]])).tolist() == [1, 1]


def test_certainty_runs_from_0_to_1_and_stays_finite() -> None:
    assert certainty(torch.zeros(7)).item() == pytest.approx(0, abs=1e-6)
    assert certainty(torch.tensor([1e4, 0, 0])).item() == 1
    logits = torch.tensor([3e38, -3e38, 0.0], requires_grad=True)
    (grad,) = torch.autograd.grad(certainty(logits / 10), logits)
    assert grad.isfinite().all()


@given(st.lists(numbers, min_size=2, max_size=9), st.floats(1.01, 3))
def test_sharper_predictions_are_surer(logits: list[float], factor: float) -> None:
    drawn = torch.tensor(logits, dtype=torch.float64)
    assert certainty(drawn * factor) >= certainty(drawn) - 1e-12
    assert -1e-12 <= certainty(drawn) <= 1 + 1e-12


@given(rows, st.floats(0.05, 10), st.floats(0, 1))
def test_weights_sum_to_1_above_the_floor_of_those_present(
    row: tuple[tuple[float, bool], ...], temperature: float, floor: float
) -> None:
    scores, present = parted(row)
    weights = guidance(scores, present, temperature, floor)
    count = int(present.sum())
    assert float(weights.sum()) == pytest.approx(1 if count else 0, abs=1e-9)
    assert not weights[~present].any()
    assert all(weight >= floor / count - 1e-12 for weight in weights[present].tolist())


def test_the_floor_of_three() -> None:
    weights = guidance(torch.tensor([50.0, 0, 0]), torch.ones(3, dtype=torch.bool), temperature=1.0, floor=0.1)
    assert weights.tolist() == pytest.approx([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])


@given(rows, st.floats(0.05, 10), st.floats(0, 1))
def test_a_missing_modality_is_as_if_it_had_never_been(
    row: tuple[tuple[float, bool], ...], temperature: float, floor: float
) -> None:
    scores, present = parted(row)
    alone = guidance(scores[present], present[present], temperature, floor)
    torch.testing.assert_close(guidance(scores, present, temperature, floor)[present], alone, atol=1e-12, rtol=1e-12)


@given(st.integers(1, 6), numbers, st.floats(0.05, 10), st.floats(0, 1))
def test_equal_scores_weigh_alike(m: int, score: float, temperature: float, floor: float) -> None:
    weights = guidance(torch.full((m,), score), torch.ones(m, dtype=torch.bool), temperature, floor)
    assert weights.tolist() == pytest.approx([1 / m] * m)


def test_gradcheck() -> None:
    logits = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    present = torch.tensor([[True, True, False], [False, False, False]])
    assert torch.autograd.gradcheck(lambda each: guidance(certainty(each), present, 0.7, 0.1), logits)
