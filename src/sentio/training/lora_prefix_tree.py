"""Several prompts as one row of tokens: what they share at their beginning is computed once.

A tree instead of a list: each token attends to those before it in its own prompt and to nothing else, at the
position it has there, so that its hidden state is the one it has alone. No padding, and no sight of another prompt.

    shared:  [You read conversations. # Conversation Ann: Hm.]
    first:                                                  [# Labels ... joy]
    second:                                                 [Bo: What? # Labels ... anger]

>>> row = shared([Sample((1, 2, 3, 4), 3), Sample((1, 2, 5, 6), 3)])
>>> row.ids.tolist(), row.positions.tolist()
([1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 2, 3])
>>> row.mask[4].tolist()
[True, True, False, False, True, False]
>>> row.sources.tolist(), row.targets.tolist()
([2, 4], [4, 6])
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.training.lora_samples import Sample


@dataclass(frozen=True)
class SharedRow:
    """Samples as one row of n tokens.

    `ids` and `positions`: shape (n,), a token and its place in its own sample. `mask`: shape (n, n), whether a
    token (row) attends to another (column). `sources`: where each token that is learned is predicted from, and
    `targets` which token that is, both of shape (learned,), in the order of the samples.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    mask: NDArray[np.bool_]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]


def shared(samples: Sequence[Sample]) -> SharedRow:
    """The samples with every common beginning once; those that follow each other are expected to share most."""
    paths: list[NDArray[np.int64]] = []
    """Of each sample, where its tokens stand in the row."""
    ids: list[int] = []
    for sample in samples:
        lengths = [_common(sample.ids, other.ids) for other in samples[: len(paths)]]
        best = int(np.argmax(lengths)) if lengths else 0
        common = lengths[best] if lengths else 0
        own = np.arange(len(ids), len(ids) + len(sample.ids) - common)
        paths.append(np.concatenate([paths[best][:common], own]) if lengths else own)
        ids.extend(sample.ids[common:])
    return SharedRow(
        ids=np.array(ids, np.int64),
        positions=_positions(paths, len(ids)),
        mask=_mask(paths, len(ids)),
        sources=np.concatenate([path[sample.prompt - 1 : -1] for path, sample in zip(paths, samples, strict=True)]),
        targets=np.concatenate([np.array(sample.completion, np.int64) for sample in samples]),
    )


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    length = min(len(one), len(other))
    differing = np.flatnonzero(np.array(one[:length]) != np.array(other[:length]))
    return int(differing[0]) if len(differing) else length


def _positions(paths: Sequence[NDArray[np.int64]], length: int) -> NDArray[np.int64]:
    positions = np.zeros(length, np.int64)
    for path in paths:
        positions[path] = np.arange(len(path))
    return positions


def _mask(paths: Sequence[NDArray[np.int64]], length: int) -> NDArray[np.bool_]:
    mask = np.zeros((length, length), np.bool_)
    for path in paths:
        mask[np.ix_(path, path)] |= np.tri(len(path), dtype=np.bool_)
    return mask
