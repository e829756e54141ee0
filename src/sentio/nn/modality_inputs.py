"""The first step of a network over several modalities: vectors of any widths and scales become one width."""

from collections.abc import Iterable, Mapping
from typing import get_args

import torch
from torch import Tensor, nn

from sentio.card import Modality
from sentio.errors import RecipeError, UnknownName
from sentio.nn.dialogue_batch import DialogueBatch
from sentio.nn.standardised import Standardised

ORDER: tuple[str, ...] = get_args(Modality)
"""The first of these that is there is the main one: "text", "audio", "video"."""


def in_order(widths: Mapping[str, int]) -> tuple[str, ...]:
    """The modalities in the order text, audio, video; raises `UnknownName` for others, `RecipeError` for none at all.

    >>> in_order({"video": 35, "text": 384})
    ('text', 'video')
    """
    for name in widths:
        if name not in ORDER:
            raise UnknownName("modality", name, ORDER)
    if not widths:
        raise RecipeError(f"a network needs a modality to read: {', '.join(ORDER)}")
    return tuple(name for name in ORDER if name in widths)


class ModalityInputs(nn.Module):
    """Each modality's vectors, standardised and carried to `width`; a learned vector where an utterance has none.

    `modalities` are those of `widths` (vector sizes by modality) in the order text, audio, video; raises as `in_order`.
    """

    def __init__(self, widths: Mapping[str, int], width: int) -> None:
        super().__init__()
        self.modalities = in_order(widths)
        self.carried = nn.ModuleList(_Carried(widths[name], width) for name in self.modalities)

    def forward(self, batch: DialogueBatch) -> list[Tensor]:
        """Of each of `modalities`, shape (b, t, width)."""
        return [
            carried(batch.vectors[name], batch.present[name])
            for name, carried in zip(self.modalities, self.carried, strict=True)
        ]

    def joined(self, batch: DialogueBatch) -> Tensor:
        """The sum of them, shape (b, t, width): one linear map of all the vectors side by side."""
        return torch.stack(self(batch)).sum(0)

    def fit(self, batches: Iterable[DialogueBatch]) -> None:
        """Take mean and deviation of every feature over the utterances of the training data that have it."""
        kept = list(batches)
        for name, part in zip(self.modalities, self._parts(), strict=True):
            part.standardise(batch.vectors[name][batch.present[name]] for batch in kept)

    def _parts(self) -> "list[_Carried]":
        return [part for part in self.carried if isinstance(part, _Carried)]


class _Carried(Standardised):
    def __init__(self, size: int, width: int) -> None:
        super().__init__(size)
        self.linear = nn.Linear(size, width)
        self.absent = nn.Parameter(torch.zeros(width))

    def forward(self, vectors: Tensor, present: Tensor) -> Tensor:
        return torch.where(present[..., None], self.linear(self.scaled(vectors)), self.absent)
