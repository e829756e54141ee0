"""Training in a fixed order: the epochs of a curriculum as one sequence, so that one optimiser and one learning-rate
schedule run over all of them. Nothing is drawn here: a run that is started again sees what it would have seen.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from sentio.curriculum import Indices


class OrderedSampler:
    """The indices of all epochs, one after the other: the `sampler` of a torch `DataLoader` for a whole training.

    The loader's batches run across the ends of epochs; `batches` makes some that do not. `start` is the number of
    indices to leave out at the beginning: those that a stopped training has already seen.

    >>> epochs = [np.array([2, 0]), np.array([1, 0, 2])]
    >>> list(OrderedSampler(epochs)), list(OrderedSampler(epochs, start=3))
    ([2, 0, 1, 0, 2], [0, 2])
    """

    def __init__(self, epochs: Sequence[Indices], start: int = 0) -> None:
        self._order = np.concatenate([np.empty(0, dtype=np.int64), *epochs])[start:]

    def __iter__(self) -> Iterator[int]:
        return iter(self._order.tolist())

    def __len__(self) -> int:
        return len(self._order)


def batches(epochs: Sequence[Indices], size: int) -> list[Indices]:
    """The batches of all epochs in order; each holds `size` indices of one epoch, the last of an epoch may hold fewer.

    Of use as `batch_sampler`, or in a loop of one's own; `batches(...)[n:]` goes on after n steps.

    >>> [batch.tolist() for batch in batches([np.array([2, 0]), np.array([1, 0, 2])], size=2)]
    [[2, 0], [1, 0], [2]]
    """
    return [epoch[i : i + size] for epoch in epochs for i in range(0, len(epoch), size)]
