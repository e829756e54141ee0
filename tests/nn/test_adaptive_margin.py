"""The loss of M2FNet's extractors at worked points, and what differentiating its margin would do."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from sentio.nn.adaptive_margin import (
    adaptive_margin,
    covariance_loss,
    extractor_loss,
    triplet_loss,
    variance_loss,
)

coordinates = st.floats(-3, 3)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def at(x: float, y: float) -> Tensor:
    return numbers(x, y)[None]


@pytest.mark.parametrize(
    ("ap", "an", "margin"),
    [(0.5, 1.0, 1.270671 + 3.0), (0.5, 0.0, 1.270671 + 1.036631), (0.5, 2.0, 1.270671 + 110.196300)],
)
def test_the_margin_at_worked_points(ap: float, an: float, margin: float) -> None:
    assert float(adaptive_margin(numbers(ap), numbers(an))) == pytest.approx(margin, abs=1.5e-6)


def test_the_triplet_loss_at_a_worked_point() -> None:
    """D_ap 0.5, D_an 1, D_pn 1.2."""
    x = (0.5**2 + 1 - 1.2**2) / (2 * 0.5)
    negative = at(x, (1 - x**2) ** 0.5)
    assert float(triplet_loss(at(0, 0), at(0.5, 0), negative)) == pytest.approx(3.670671, abs=5e-7)


@given(x=coordinates, y=coordinates, z=coordinates)
def test_no_triplet_gives_less_than_the_bound_so_that_a_hinge_would_never_cut(x: float, y: float, z: float) -> None:
    bound = math.log(4) / 4 + 1 / 8 - (1 - math.log(8) / 4) + 2 + 1 / 4
    assert float(triplet_loss(at(0, 0), at(x, 0), at(y, z))) >= bound - 1e-9
    reached = triplet_loss(at(0, 0), at(-math.log(16) / 4, 0), at(1 - math.log(8) / 4, 0))
    assert float(reached) == pytest.approx(bound) == pytest.approx(2.241434)


def test_variance_and_covariance_at_worked_points() -> None:
    eye, constant = torch.eye(2, dtype=torch.float64), torch.ones(3, 4, dtype=torch.float64)
    assert float(variance_loss(eye)) == pytest.approx(0.292823, abs=5e-7)
    assert float(covariance_loss(eye)) == pytest.approx(0.25)
    assert float(variance_loss(constant)) == pytest.approx(1 - 1e-4**0.5)
    assert float(covariance_loss(constant)) == 0


def test_without_a_hinge_wide_features_lower_the_variance_loss_for_ever() -> None:
    wide = 10 * torch.eye(2, dtype=torch.float64)
    assert float(variance_loss(wide)) == 0
    assert float(variance_loss(wide, hinge=False)) < -6


def test_covariance_is_the_sum_over_pairs_written_out() -> None:
    z = torch.randn(7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mean = z.mean(0)
    pairs = [float((z[:, i] - mean[i]) @ (z[:, j] - mean[j]) / 6) ** 2 for i in range(3) for j in range(3) if i != j]
    assert float(covariance_loss(z)) == pytest.approx(sum(pairs) / 3)


def test_the_whole_loss_weighs_its_parts_20_5_1() -> None:
    dice = torch.Generator().manual_seed(0)
    triplets = torch.randn(3, 4, 3, generator=dice, dtype=torch.float64)
    anchor, positive, negative = triplets
    one, alike, other = normalize(triplets, dim=-1)
    for hinge in (True, False):
        expected = 20 * triplet_loss(one, alike, other)
        expected += sum(5 * covariance_loss(part) + variance_loss(part, hinge) for part in triplets)
        torch.testing.assert_close(extractor_loss(anchor, positive, negative, hinge), expected)


@pytest.mark.parametrize("hinge", [True, False])
def test_gradients_are_right(hinge: bool) -> None:
    dice = torch.Generator().manual_seed(0)
    z = torch.randn(4, 3, generator=dice, dtype=torch.float64).requires_grad_()
    ap, an = (torch.rand(5, generator=dice, dtype=torch.float64).requires_grad_() for _ in range(2))
    assert torch.autograd.gradcheck(adaptive_margin, (ap, an))
    assert torch.autograd.gradcheck(lambda x: variance_loss(x, hinge), z)
    assert torch.autograd.gradcheck(covariance_loss, z)


def test_the_margin_has_no_gradient() -> None:
    """At D_ap 0.5 and D_an 1 the margin's own gradient would turn both signs round."""
    positive, negative = at(0.5, 0).requires_grad_(), at(-1, 0).requires_grad_()
    slopes = torch.autograd.grad(triplet_loss(at(0, 0), positive, negative), (positive, negative))
    torch.testing.assert_close(slopes[0], at(1 - 0.5, 0))
    torch.testing.assert_close(slopes[1], at(0.5 + 0.5, 0))


def test_a_differentiated_margin_pulls_negatives_nearer_than_positives() -> None:
    """Why `triplet_loss` departs from the print, which is least at D_ap = ln(8)/4 and D_an = 1 − ln(16)/4."""
    ap, an = numbers(1.0), numbers(1.0)
    for _ in range(500):
        ap, an = ap.requires_grad_(), an.requires_grad_()
        slopes = torch.autograd.grad((ap - an / 2 + adaptive_margin(ap, an)).sum(), (ap, an))
        ap, an = ap.detach() - 0.02 * slopes[0], an.detach() - 0.02 * slopes[1]
    assert float(ap) == pytest.approx(math.log(8) / 4, abs=1e-5) == pytest.approx(0.519860, abs=1e-5)
    assert float(an) == pytest.approx(1 - math.log(16) / 4, abs=1e-5) == pytest.approx(0.306853, abs=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_few_and_equal_vectors_give_finite_losses_and_gradients(count: int) -> None:
    same = torch.ones(count, 3).requires_grad_()
    loss = extractor_loss(same, same, same)
    (slope,) = torch.autograd.grad(loss, same)
    assert bool(loss.isfinite())
    assert bool(slope.isfinite().all())
