"""The block: Mamba-1's to the last digit, causal; in both directions it turns with its input, whatever pads it."""

from copy import deepcopy
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.mamba_block import BidirectionalMamba, MambaBlock, reversed_places

WIDTH = 4
few = settings(max_examples=20)


@cache
def block() -> MambaBlock:
    torch.manual_seed(0)
    return MambaBlock(WIDTH).double().requires_grad_(False)


@cache
def reader(both: bool = True) -> BidirectionalMamba:
    torch.manual_seed(0)
    return BidirectionalMamba(WIDTH, dropout=0.3, both=both).double().eval().requires_grad_(False)


def sequences(lengths: list[int], padding: float = 0.0) -> tuple[Tensor, Tensor]:
    """Sequences as rows, and their mask; each row's numbers depend on its length alone."""
    x = torch.full((len(lengths), max(lengths), WIDTH), padding, dtype=torch.float64)
    for row, length in enumerate(lengths):
        x[row, :length] = torch.randn(length, WIDTH, generator=torch.Generator().manual_seed(length)).double()
    return x, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


def test_the_block_is_that_of_transformers() -> None:
    modeling = pytest.importorskip("transformers.models.mamba.modeling_mamba")
    from transformers import MambaConfig

    torch.manual_seed(1)
    config = MambaConfig(hidden_size=40, state_size=16, expand=2, conv_kernel=4, num_hidden_layers=1)
    theirs, ours = modeling.MambaMixer(config, 0), MambaBlock(40)
    names = {"in_proj": "enter", "conv1d": "near", "x_proj": "choose", "dt_proj": "steps", "out_proj": "leave"}
    weights = {
        ".".join([names[part[0]], part[1]]): value
        for name, value in theirs.state_dict().items()
        if len(part := name.split(".")) == 2
    }
    ours.load_state_dict(weights | {"fading": theirs.A_log.detach(), "skip": theirs.D.detach()})
    x = torch.randn(3, 70, 40)
    with torch.no_grad():
        found, _ = ours(x, torch.ones(3, 70, dtype=torch.bool))
        torch.testing.assert_close(found, theirs.eval()(x), atol=1e-6, rtol=1e-5)


def test_rates_and_steps_begin_as_mamba_s() -> None:
    model = MambaBlock(64)
    torch.testing.assert_close(model.fading.exp(), torch.arange(1.0, 17.0).expand(128, 16))
    steps = torch.nn.functional.softplus(model.steps.bias).detach()
    assert 1e-3 * 0.999 < float(steps.min()) < 2e-3
    assert 0.05 < float(steps.max()) < 0.1001
    assert model.rank == 4
    assert model.skip.tolist() == [1.0] * 128


@few
@given(t=st.integers(2, 40), at=st.integers(1, 39))
def test_an_input_changes_no_output_before_it(t: int, at: int) -> None:
    at = min(at, t - 1)
    x, mask = sequences([t])
    changed = x.clone()
    changed[:, at] += 1
    before, after = (block()(each, mask)[0] for each in (x, changed))
    torch.testing.assert_close(before[:, :at], after[:, :at], atol=0, rtol=0)
    assert not torch.equal(before[:, at], after[:, at])
    both = [reader(both)(each, mask)[:, :at] for both in (False, True) for each in (x, changed)]
    torch.testing.assert_close(both[0], both[1], atol=0, rtol=0)
    assert not torch.allclose(both[2], both[3], atol=1e-12)


@few
@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_padding_and_companions_change_nothing(lengths: list[int]) -> None:
    x, mask = sequences(lengths, padding=float("nan"))
    together = reader()(x, mask)
    for row, length in enumerate(lengths):
        alone = reader()(*sequences([length]))
        torch.testing.assert_close(together[row, :length], alone[0], atol=1e-12, rtol=1e-12)
    assert together.isfinite().all()


def test_gradients_of_padding_are_0_and_others_finite() -> None:
    x, mask = sequences([5, 2], padding=float("inf"))
    x.requires_grad_()
    reader()(x, mask).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert not x.grad[~mask].any()


@few
@given(st.lists(st.integers(1, 25), min_size=1, max_size=4))
def test_with_tied_weights_turning_the_input_turns_the_output(lengths: list[int]) -> None:
    model, (x, mask) = deepcopy(reader()), sequences(lengths)
    assert model.future is not None
    model.future.load_state_dict(model.past.state_dict())
    turned = reversed_places(mask).unsqueeze(-1)
    expected = model(x, mask).take_along_dim(turned, 1)
    torch.testing.assert_close(model(x.take_along_dim(turned, 1), mask), expected, atol=1e-12, rtol=1e-12)


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4))
def test_a_state_carries_over_a_split_of_rows_of_any_lengths(parts: list[tuple[int, int]]) -> None:
    lengths = [first + second + 1 for first, second in parts]
    x, mask = sequences(lengths)
    whole, end = block()(x, mask)
    # Each row is split at a place of its own: its first part is padded, too.
    before = torch.arange(x.shape[1]) < torch.tensor([first for first, _ in parts]).unsqueeze(1)
    head, state = block()(x, before)
    rest = [row[split:length] for row, (split, _), length in zip(x, parts, lengths, strict=True)]
    second = torch.nn.utils.rnn.pad_sequence(rest, batch_first=True)
    after = torch.arange(second.shape[1]) < torch.tensor([len(each) for each in rest]).unsqueeze(1)
    tail, last = block()(second, after, state)
    for row, (split, _) in enumerate(parts):
        joined = torch.cat([head[row, :split], tail[row, : len(rest[row])]])
        torch.testing.assert_close(joined, whole[row, : lengths[row]], atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(last.scan, end.scan, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(last.inputs, end.inputs, atol=1e-12, rtol=1e-12)


def test_gradcheck() -> None:
    x, mask = sequences([2, 5])
    assert torch.autograd.gradcheck(lambda each: reader()(each, mask), x.requires_grad_())


def test_a_long_row_stays_finite() -> None:
    x, mask = sequences([2000, 1])
    assert reader()(100 * x, mask).isfinite().all()
