"""Dialogues of random vectors as a batch, for tests of layers and networks over dialogues."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from sentio.nn.dialogue_batch import DialogueBatch

WIDTHS = {"text": 6, "audio": 3, "video": 4}


def batch_of(
    speakers: Sequence[Sequence[int]], widths: Mapping[str, int] = WIDTHS, seed: int = 0, absent: float = 0.3
) -> DialogueBatch:
    """A dialogue for each row of `speakers`; an utterance lacks audio or video with the probability `absent`.

    Text is always there. What a dialogue holds depends on `seed`, its place and its length alone, not on the others.
    """
    longest = max(map(len, speakers))
    vectors = {name: torch.zeros(len(speakers), longest, width) for name, width in widths.items()}
    present = {name: torch.zeros(len(speakers), longest, dtype=torch.bool) for name in widths}
    who = torch.full((len(speakers), longest), -1)
    for row, turns in enumerate(speakers):
        dice = torch.Generator().manual_seed(seed + row)
        who[row, : len(turns)] = torch.tensor(turns, dtype=torch.long)
        for name, width in widths.items():
            there = torch.rand(len(turns), generator=dice) >= (0 if name == "text" else absent)
            drawn = torch.randn(len(turns), width, generator=dice)
            present[name][row, : len(turns)] = there
            vectors[name][row, : len(turns)] = drawn * there[:, None]
    return DialogueBatch(vectors=vectors, present=present, speakers=who, mask=who >= 0)


def row_of(batch: DialogueBatch, row: int) -> DialogueBatch:
    """One dialogue by itself, without padding."""
    turns = int(batch.mask[row].sum())

    def cut(part: Tensor) -> Tensor:
        return part[row : row + 1, :turns]

    return DialogueBatch(
        vectors={name: cut(part) for name, part in batch.vectors.items()},
        present={name: cut(part) for name, part in batch.present.items()},
        speakers=cut(batch.speakers),
        mask=cut(batch.mask),
    )


def with_vectors(batch: DialogueBatch, name: str, vectors: Tensor) -> DialogueBatch:
    """The same dialogues with other vectors of one modality."""
    return replace(batch, vectors={**batch.vectors, name: vectors})
