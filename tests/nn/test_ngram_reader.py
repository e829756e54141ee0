"""Vectors of n-grams: padding says nothing."""

import pytest

torch = pytest.importorskip("torch")

from sentio.nn.ngram_reader import NgramReader  # noqa: E402


def test_a_vector_is_the_same_however_much_padding_there_is() -> None:
    torch.manual_seed(0)
    read = NgramReader(10, width=5)
    codes = torch.tensor([[2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 1, 8], [0, 0, 0, 0, 0, 0]])
    found = read(codes)
    assert found.shape == (3, read.width)
    torch.testing.assert_close(found[:1], read(torch.tensor([[2, 3]])))
    torch.testing.assert_close(found[1], read.embedding.weight[codes[1]].sum(0) / 6**0.5)
    assert not found[2].any()
    assert read(codes[:0]).shape == (0, read.width)


def test_padding_is_never_learned() -> None:
    read = NgramReader(4, width=2)
    (gradient,) = torch.autograd.grad(read(torch.tensor([[1, 0], [0, 0]])).sum(), [read.embedding.weight])
    assert not gradient[0].any()
    assert gradient[1].any()
