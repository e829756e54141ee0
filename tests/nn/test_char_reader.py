"""Convolutions over characters: padding says nothing."""

import pytest

torch = pytest.importorskip("torch")

from sentio.nn.char_reader import CharReader  # noqa: E402


def reader() -> CharReader:
    torch.manual_seed(0)
    made = CharReader(10, embedding=4, channels=5, widths=(1, 2, 3), dropout=0.0)
    for filters in made.filters:
        torch.nn.init.uniform_(filters.bias, 0.5, 1.0)  # what padding alone would answer
    return made.eval()


def test_a_vector_is_the_same_however_much_padding_there_is() -> None:
    read = reader()
    codes = torch.tensor([[2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 1, 8], [0, 0, 0, 0, 0, 0]])
    found = read(codes)
    assert found.shape == (3, read.width)
    torch.testing.assert_close(found[:1], read(torch.tensor([[2, 3]])))
    torch.testing.assert_close(found[1:2], read(codes[1:2]))
    assert not found[2].any()
    assert read(codes[:0]).shape == (0, read.width)


def test_the_largest_answer_is_that_of_every_window_by_hand() -> None:
    read = reader()
    codes = torch.tensor([[2, 3, 4]])
    pairs = read.filters[1]
    padded = torch.cat([torch.zeros(1, 4), read.embedding(codes)[0], torch.zeros(1, 4)])
    windows = [torch.relu((pairs.weight * padded[k : k + 2].T).sum((1, 2)) + pairs.bias) for k in range(4)]
    torch.testing.assert_close(read(codes)[0, 5:10], torch.stack(windows).amax(0))
