"""What a tuning sees in one forward pass, and in which order: the rows of a training and its epochs.

Ours: a row is a run of neighbouring utterances of one conversation, whose prompts share their beginning
(`lora_prefix_tree`). Released: all prompts of an epoch one after the other, cut into rows of equal length.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sentio.curriculum import Indices
from sentio.training.lora_samples import Sample


@dataclass(frozen=True)
class Rows:
    """A training: each of `epochs` lists which of `rows` it sees, in its order.

    A row has samples of which the completions are learned, or one whose tokens all are (`whole`). `phases` tells
    how many epochs each phase of the curriculum has: a schedule that starts again does so there.
    """

    rows: tuple[tuple[Sample, ...], ...]
    epochs: tuple[Indices, ...]
    phases: tuple[int, ...]
    whole: bool = False

    @property
    def steps(self) -> tuple[int, ...]:
        """Rows of each phase."""
        ends = np.cumsum((0, *self.phases))
        return tuple(sum(len(epoch) for epoch in self.epochs[a:b]) for a, b in pairwise(ends))


def in_runs(
    dialogues: Sequence[Sequence[Sample]], epochs: Sequence[Indices], phases: Sequence[int], size: int, seed: int
) -> Rows:
    """Each conversation cut into runs of at most `size` utterances; an epoch over conversations becomes one over runs.

    The runs of all conversations of an epoch are drawn in an order of the seed, so that an update sees several
    conversations. Runs of one conversation differ by one utterance at most; one without samples has none.
    """
    rows: list[tuple[Sample, ...]] = []
    of_dialogue: list[Indices] = []
    for samples in dialogues:
        cuts = np.array_split(np.arange(len(samples)), max(-(-len(samples) // size), 1)) if samples else []
        of_dialogue.append(np.arange(len(rows), len(rows) + len(cuts)))
        rows.extend(tuple(samples[place] for place in cut) for cut in cuts)
    return Rows(
        rows=tuple(rows),
        epochs=tuple(
            np.random.default_rng((seed, number)).permutation(np.concatenate([of_dialogue[d] for d in epoch]))
            for number, epoch in enumerate(epochs, start=1)
        ),
        phases=tuple(phases),
    )


def packed(samples: Sequence[Sample], epochs: Sequence[Indices], phases: Sequence[int], length: int) -> Rows:
    """The samples of each epoch in its order, packed into rows of `length` tokens, all of which are learned.

    The released way: a row may begin in the middle of a prompt, and sees the prompts before it in the row.
    """
    rows: list[tuple[Sample, ...]] = []
    numbered: list[Indices] = []
    for epoch in epochs:
        first = len(rows)
        rows.extend((Sample(ids, prompt=1),) for ids in _wrapped((samples[i] for i in epoch), length))
        numbered.append(np.arange(first, len(rows)))
    return Rows(tuple(rows), tuple(numbered), tuple(phases), whole=True)


def _wrapped(samples: Iterable[Sample], length: int) -> Iterator[tuple[int, ...]]:
    row: list[int] = []
    for sample in samples:
        row.extend(sample.ids)
        while len(row) >= length:
            yield tuple(row[:length])
            del row[:length]
    if len(row) > 1:  # a single token predicts nothing
        yield tuple(row)
