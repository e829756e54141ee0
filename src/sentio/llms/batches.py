"""Which rows of unequal length a model reads together."""

from collections.abc import Iterator, Sequence


def batches(lengths: Sequence[int], tokens: int, most: int) -> Iterator[list[int]]:
    """Numbers of rows to be worked on together, the longest first, so that little is padded.

    A batch holds `tokens` tokens with its padding, `most` rows, and one row at least.

    >>> list(batches([3, 9, 4, 8], tokens=18, most=8))
    [[1, 3], [2, 0]]
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > tokens):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
