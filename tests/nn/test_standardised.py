"""Vectors at the scale of the training data: what NumPy gets, and nothing that blows up."""

import numpy as np
import pytest
import torch
from torch import Tensor

from sentio.nn.standardised import FURTHEST, Standardised


def standardised(rows: Tensor, parts: int = 1) -> Standardised:
    layer = Standardised(rows.shape[1])
    layer.standardise(rows.tensor_split(parts))
    return layer


@pytest.mark.parametrize("loud", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("parts", [1, 3, 60])
def test_mean_and_deviation_are_those_of_all_rows_however_they_come(loud: float, parts: int) -> None:
    rows = loud * (torch.randn(50, 4, generator=torch.Generator().manual_seed(0)) + torch.arange(4))
    layer, exact = standardised(rows, parts), rows.double().numpy()
    np.testing.assert_allclose(layer.mean, exact.mean(0), rtol=1e-6)
    np.testing.assert_allclose(layer.deviation, exact.std(0), rtol=1e-6)
    expected = ((exact - exact.mean(0)) / exact.std(0)).clip(-FURTHEST, FURTHEST)
    np.testing.assert_allclose(layer.scaled(rows), expected, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 1.5, -3e7])
def test_what_does_not_vary_is_0_and_keeps_its_scale(value: float) -> None:
    layer = standardised(torch.full((50, 1), value))
    assert layer.scaled(torch.tensor([[value], [value + 4]])).flatten().tolist() == [0, 4]


def test_what_hardly_varies_is_not_blown_up() -> None:
    rows = torch.zeros(50, 1)
    rows[0] = 1e-4
    found = standardised(rows).scaled(torch.tensor([[1.0], [-1.0], [1e-4]])).flatten()
    assert found.tolist() == pytest.approx([FURTHEST, -FURTHEST, 7.0], abs=1e-3)


def test_nothing_seen_leaves_the_scale_as_it_is() -> None:
    layer, x = Standardised(3), torch.randn(5, 3)
    for rows in ([], [torch.zeros(0, 3)]):
        layer.standardise(rows)
        assert torch.equal(layer.scaled(x), x)
