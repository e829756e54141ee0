"""The closed form: normal equations, gradient descent's end and scikit-learn's; added rows and nodes as fitted anew."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model
from torch import Tensor

from sentio.nn.broad_learning import NODES, BroadNodes, ClassicBroad, DeepBroad, Ridge

same = partial(torch.testing.assert_close, atol=1e-6, rtol=1e-6)


def problem(rows: int, nodes: int, labels: int = 3, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Nodes, targets and weights of rows."""
    dice = torch.Generator().manual_seed(seed)
    a = torch.randn(rows, nodes, generator=dice, dtype=torch.float64).tanh()
    y = torch.nn.functional.one_hot(torch.randint(labels, (rows,), generator=dice), labels)
    return a, y, torch.rand(rows, generator=dice, dtype=torch.float64) * 3


def test_two_rows_worked_by_hand() -> None:
    head = Ridge.fit(torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [3.0]]), penalty=1.0)
    assert head.weights.item() == pytest.approx(7 / 6, abs=1e-15)
    assert head.inverse.item() == pytest.approx(1 / 6, abs=1e-15)
    assert head(torch.tensor([[6.0]])).item() == pytest.approx(7)


@settings(max_examples=25)
@given(rows=st.integers(1, 40), nodes=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_head_solves_the_normal_equations_and_is_scikit_learn_s(rows: int, nodes: int, seed: int) -> None:
    a, y, weights = problem(rows, nodes, seed=seed)
    head = Ridge.fit(a, y, 0.3, weights)
    gram = a.T @ (weights.unsqueeze(1) * a) + 0.3 * torch.eye(nodes, dtype=torch.float64)
    torch.testing.assert_close(gram @ head.weights, a.T @ (weights.unsqueeze(1) * y), atol=1e-9, rtol=1e-9)
    theirs = linear_model.Ridge(0.3, fit_intercept=False, solver="cholesky")
    theirs.fit(a.numpy(), y.numpy(), sample_weight=weights.numpy())
    np.testing.assert_allclose(head.weights.numpy(), theirs.coef_.T, atol=1e-8)


def test_gradient_descent_ends_at_the_head() -> None:
    a, y, weights = problem(30, 5)
    found = torch.zeros(5, 3, dtype=torch.float64)
    for _ in range(3000):
        found -= 0.02 * (a.T @ (weights.unsqueeze(1) * (a @ found - y)) + 0.5 * found)
    same(Ridge.fit(a, y, 0.5, weights).weights, found)


def test_a_row_of_weight_2_counts_twice() -> None:
    a, y, _ = problem(12, 4)
    twice = torch.tensor([2.0, 1.0]).repeat_interleave(6)
    doubled = Ridge.fit(torch.cat([a, a[:6]]), torch.cat([y, y[:6]]), 0.1)
    torch.testing.assert_close(Ridge.fit(a, y, 0.1, twice).weights, doubled.weights, atol=1e-12, rtol=1e-12)


@settings(max_examples=25)
@given(parts=st.lists(st.integers(0, 30), min_size=2, max_size=8), seed=st.integers(0, 99))
def test_added_rows_are_as_fitted_anew(parts: list[int], seed: int) -> None:
    a, y, weights = problem(sum(parts), 12, seed=seed)
    head, *rest = zip(*(torch.split(each, parts) for each in (a, y, weights)), strict=True)
    nodes, targets, heavy = head
    grown = Ridge.fit(nodes, targets, 1e-2, heavy)
    for nodes, targets, heavy in rest:
        grown = grown.with_rows(nodes, targets, heavy)
    anew = Ridge.fit(a, y, 1e-2, weights)
    same(grown.weights, anew.weights)
    same(grown.inverse, anew.inverse)


@settings(max_examples=25)
@given(parts=st.lists(st.integers(1, 9), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_added_nodes_are_as_fitted_anew_and_can_grow_on(parts: list[int], seed: int) -> None:
    a, y, weights = problem(50, sum(parts), seed=seed)
    grown, so_far = Ridge.fit(a[:40, : parts[0]], y[:40], 1e-2, weights[:40]), parts[0]
    for new in parts[1:]:
        grown = grown.with_nodes(a[:40, :so_far], a[:40, so_far : so_far + new], y[:40], weights[:40])
        so_far += new
    same(grown.weights, Ridge.fit(a[:40], y[:40], 1e-2, weights[:40]).weights)
    grown, anew = grown.with_rows(a[40:], y[40:], weights[40:]), Ridge.fit(a, y, 1e-2, weights)
    same(grown.weights, anew.weights)
    same(grown.inverse, anew.inverse)


def test_thousands_of_rows_of_the_layer_s_own_nodes_added_bit_by_bit() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        a = BroadNodes(30)(torch.randn(6000, 30))
    y = torch.nn.functional.one_hot(torch.arange(6000) % 7, 7)
    grown = Ridge.fit(a[:16], y[:16], 1e-2)
    for nodes, targets in zip(torch.split(a[16:], 256), torch.split(y[16:], 256), strict=True):
        grown = grown.with_rows(nodes, targets)
    same(grown.weights, Ridge.fit(a, y, 1e-2).weights)


def test_nodes_are_features_and_what_enhances_them() -> None:
    torch.manual_seed(0)
    nodes, x = BroadNodes(5), torch.randn(2, 3, 5)
    found = nodes(x)
    features = torch.tanh(x @ nodes.features.weight.T + nodes.features.bias)
    enhanced = torch.tanh(features @ nodes.enhancements.weight.T + nodes.enhancements.bias)
    torch.testing.assert_close(found, torch.cat([features, enhanced], -1))
    assert found.shape == (2, 3, NODES)


def classic(seed: int) -> tuple[ClassicBroad, Tensor, Tensor]:
    torch.manual_seed(seed)
    layer = ClassicBroad(6, labels=3, out=4)
    dice = torch.Generator().manual_seed(1)
    return layer, torch.randn(90, 6, generator=dice), torch.randint(3, (90,), generator=dice)


def test_the_classic_layer_depends_on_the_seed_alone_and_its_fixed_part_learns_nothing_more() -> None:
    (one, x, labels), (same, *_), (other, *_) = classic(0), classic(0), classic(1)
    for layer in (one, same, other):
        layer.fit([(x[:50], labels[:50]), (x[50:], labels[50:])], torch.ones(3), 1e-2)
    assert torch.equal(one.head, same.head)
    assert not torch.allclose(one.head, other.head)
    assert {name for name, each in one.named_parameters() if each.requires_grad} == {"outputs.weight", "outputs.bias"}
    expected = Ridge.fit(one.nodes(x), torch.nn.functional.one_hot(labels, 3), 1e-2)
    torch.testing.assert_close(one.head, expected.weights.float(), atol=1e-5, rtol=1e-5)
    assert (expected(one.nodes(x)).argmax(-1) == labels).float().mean() > 0.9


def test_a_heavy_label_is_found_more_often() -> None:
    layer, x, labels = classic(0)
    found = []
    for heavy in ([1.0, 1, 1], [30.0, 1, 1]):
        layer.fit([(x, labels)], torch.tensor(heavy), 100.0)
        found.append(int(((layer.nodes(x) @ layer.head).argmax(-1) == 0).sum()))
    assert found[0] < found[1]


def test_gradcheck_of_the_deep_layer() -> None:
    torch.manual_seed(0)
    layer, x = DeepBroad(2, dropout=0.0).double(), torch.randn(1, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda each: layer(each, each), x)
