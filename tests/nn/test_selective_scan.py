"""The scan: what step by step comes out, however time is cut; linear in what it keeps; finite at the edges."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import softplus

from sentio.nn.selective_scan import _Plan, selective_scan

Scanned = tuple[Tensor, Tensor]
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))]
SIZES = [(2, 1, 3, 4), (3, 100, 5, 4), (1, 700, 64, 16), (2, 131, 320, 16), (1, 2000, 9, 16)]
"""Of b, t, d and n. On a CPU one step; one block of chunks; several of them; several blocks in plain order; long."""


def recurrence(inputs: Tensor, steps: Tensor, rates: Tensor, write: Tensor, read: Tensor, state: Tensor) -> Scanned:
    """One step after the other, as the formula is written."""
    outputs = []
    for u, step, b, c in zip(*(each.unbind(1) for each in (inputs, steps, write, read)), strict=True):
        state = (step.unsqueeze(-1) * rates).exp() * state + (step * u).unsqueeze(-1) * b.unsqueeze(1)
        outputs.append((state * c.unsqueeze(1)).sum(-1))
    return torch.stack(outputs, dim=1), state


def drawn(b: int, t: int, d: int, n: int, kind: torch.dtype, device: str = "cpu") -> list[Tensor]:
    """Inputs, steps, rates, write, read and state; steps from about 0.01 to 3, rates to −16."""
    dice = torch.Generator().manual_seed(b * t + d * n)
    normal = partial(torch.randn, generator=dice, dtype=torch.float64)
    rates = -torch.rand(d, n, generator=dice, dtype=torch.float64) * 16
    drawn = [normal(b, t, d), softplus(normal(b, t, d) - 1), rates, normal(b, t, n), normal(b, t, n), normal(b, d, n)]
    return [each.to(device, kind).requires_grad_() for each in drawn]


def difference(found: Tensor, expected: Tensor) -> float:
    """The largest, relative to the largest number expected."""
    found, expected = found.detach(), expected.detach()
    return float((found - expected).abs().max() / expected.abs().max().clamp(min=1e-30))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("kind", "allowed"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("size", SIZES)
def test_the_scan_and_its_gradients_are_those_of_the_recurrence(
    size: tuple[int, int, int, int], kind: torch.dtype, allowed: float, device: str
) -> None:
    given_ = drawn(*size, kind, device)
    found, expected = selective_scan(*given_), recurrence(*given_)
    for one, other in zip(found, expected, strict=True):
        assert difference(one, other) < allowed
    asks = [torch.linspace(-1, 1, each.numel(), device=device, dtype=kind).sin().view_as(each) for each in expected]
    for one, other in zip(
        torch.autograd.grad(found, given_, asks), torch.autograd.grad(expected, given_, asks), strict=True
    ):
        assert difference(one, other) < allowed


def test_the_sizes_reach_every_way_of_cutting_time() -> None:
    plans = [_Plan.of(t, b * d * n, "cpu") for b, t, d, n in SIZES]
    assert {(plan.blocks > 1, plan.chunks > 1) for plan in plans} == {
        (False, False), (False, True), (True, False), (True, True)
    }  # fmt: skip


@given(t=st.integers(1, 70000), wide=st.integers(1, 10**6))
def test_a_plan_holds_all_steps_and_few_more(t: int, wide: int) -> None:
    plan = _Plan.of(t, wide, "cpu")
    assert t <= plan.blocks * plan.steps <= t + plan.blocks * (plan.chunks + 1)


@pytest.mark.parametrize("t", [1, 3, 10])
def test_gradcheck(t: int) -> None:
    assert torch.autograd.gradcheck(selective_scan, drawn(2, t, 2, 3, torch.float64))


def test_no_steps_leave_the_state_as_it_is() -> None:
    given_ = drawn(2, 0, 3, 4, torch.float64)
    y, last = selective_scan(*given_)
    assert y.shape == (2, 0, 3)
    assert torch.equal(last, given_[-1])
    grads = torch.autograd.grad(last.sum(), given_)
    assert [each.shape for each in grads] == [each.shape for each in given_]
    assert torch.equal(grads[-1], torch.ones(2, 3, 4).double())


def test_a_scalar_model_worked_by_hand() -> None:
    u, step, ones = torch.tensor([1.0, 0, 0, 1]).view(1, 4, 1), torch.full((1, 4, 1), 2.0).log(), torch.ones(1, 4, 1)
    scan = partial(selective_scan, rates=-torch.ones(1, 1), write=ones / step)
    assert float((-step[0, 0]).exp()) == pytest.approx(0.5, abs=1e-7)
    assert scan(u, step, read=ones)[0].flatten().tolist() == pytest.approx([1, 0.5, 0.25, 1.125], abs=1e-6)
    assert scan(u, step, read=2 * ones)[0].flatten().tolist() == pytest.approx([2, 1, 0.5, 2.25], abs=1e-6)
    impulse = torch.tensor([1.0, 0, 0, 0]).view(1, 4, 1)
    assert scan(impulse, step, read=2 * ones)[0].flatten().tolist() == pytest.approx([2, 1, 0.5, 0.25], abs=1e-6)


@settings(max_examples=25)
@given(st.integers(1, 200), st.integers(0, 10))
def test_with_constant_steps_it_is_a_convolution(t: int, seed: int) -> None:
    dice = torch.Generator().manual_seed(seed)
    u = torch.randn(1, t, 3, generator=dice, dtype=torch.float64)
    step, rates = torch.rand(3, generator=dice, dtype=torch.float64), -4 * torch.rand(3, 5, generator=dice).double()
    write, read = torch.randn(2, 5, generator=dice, dtype=torch.float64)
    ages = torch.arange(t).view(-1, 1, 1)
    kernel = ((ages * step.unsqueeze(-1) * rates).exp() * step.unsqueeze(-1) * write * read).sum(-1)
    spectra = (torch.fft.rfft(each, 2 * t, dim=0) for each in (u[0], kernel))
    convolved = torch.fft.irfft(torch.mul(*spectra), 2 * t, dim=0)[:t]
    found, _ = selective_scan(u, step.expand(1, t, 3), rates, write.expand(1, t, 5), read.expand(1, t, 5))
    torch.testing.assert_close(found[0], convolved, atol=1e-10, rtol=0)


@settings(max_examples=25)
@given(t=st.integers(2, 300), share=st.floats(0.01, 0.99))
def test_a_state_carried_over_a_split_gives_the_same(t: int, share: float) -> None:
    u, step, rates, write, read, state = (each.detach() for each in drawn(2, t, 3, 4, torch.float64))
    whole, end = selective_scan(u, step, rates, write, read, state)
    at = min(max(1, int(share * t)), t - 1)
    first, state = selective_scan(u[:, :at], step[:, :at], rates, write[:, :at], read[:, :at], state)
    second, last = selective_scan(u[:, at:], step[:, at:], rates, write[:, at:], read[:, at:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(last, end, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("step", [0.0, 1e-30, 1.0, 1e4, 1e30])
def test_steps_of_any_length_stay_finite_in_both_directions(step: float) -> None:
    u, _, rates, write, read, state = drawn(1, 400, 8, 16, torch.float32)
    steps = torch.full((1, 400, 8), step, requires_grad=True)
    y, last = selective_scan(u / max(step, 1), steps, rates, write, read, state)
    grads = torch.autograd.grad(y.sum(), [u, steps, rates, write, read, state])
    assert all(bool(each.isfinite().all()) for each in (y, last, *grads))
    if step == 0:
        torch.testing.assert_close(last, state)


def test_half_precision_is_computed_in_32_bits() -> None:
    whole = [each.detach() for each in drawn(2, 300, 8, 16, torch.float32)]
    rough = [each.bfloat16() for each in whole]
    y, last = selective_scan(*rough)
    expected, end = selective_scan(*(each.float() for each in rough))
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y, expected.bfloat16(), atol=0, rtol=0)
    torch.testing.assert_close(last, end, atol=0, rtol=0)
    with torch.autocast("cpu", torch.bfloat16):
        mixed, _ = selective_scan(*whole)
    torch.testing.assert_close(mixed, selective_scan(*whole)[0], atol=0, rtol=0)


def test_what_is_kept_for_the_backward_pass_is_linear_and_has_no_states() -> None:
    def kept(t: int) -> int:
        sizes: list[int] = []

        def keep(each: Tensor) -> Tensor:
            sizes.append(each.numel())
            return each

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda each: each):
            selective_scan(*drawn(1, t, 16, 16, torch.float32))
        return sum(sizes)

    small, large = kept(2000), kept(16000)
    assert large < 8.2 * small
    assert large < 16000 * 16 * 16 / 3
