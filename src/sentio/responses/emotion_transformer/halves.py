"""The splits of a corpus as they are learned from and measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from sentio.labels import LabelSpace
from sentio.responses.emotion_transformer.detector import TOLD, Detector, Ear, Floats, shares, with_turns_before
from sentio.responses.emotion_transformer.lessons import Lesson, Source, heard_as
from sentio.responses.emotion_transformer.tokens import Tokens
from sentio.training.splits import Split, gold_labels


@dataclass(frozen=True)
class Half:
    """A split as it is learned from or measured on: of each conversation the turns' tokens, the numbers of their
    emotions and what `mini` makes of them beside the turn before."""

    split: Split
    turns: list[list[list[int]]]
    gold: list[list[int | None]]
    told: list[Floats]

    def lessons(self, source: Source, detector: Detector) -> list[Lesson]:
        """The conversations, heard in the emotions of that source."""
        found = []
        for turns, gold, told in zip(self.turns, self.gold, self.told, strict=True):
            found.append(Lesson(turns, heard_as(source, gold, torch.from_numpy(shares(detector, told)))))
        return found

    @cached_property
    def labelled(self) -> tuple[Tensor, Tensor]:
        """What is told of the turns with an emotion, (turns, 2 x TOLD), and their numbers (turns,)."""
        numbers = [label for gold in self.gold for label in gold]
        kept = [row for row, label in enumerate(numbers) if label is not None]
        told = torch.from_numpy(np.concatenate(self.told))[kept]
        return told, torch.tensor([label for label in numbers if label is not None])

    @property
    def replies(self) -> list[str]:
        """What was said second, third, ... in each conversation."""
        return [said.text for item in self.split for said in item.conversation.utterances[1:]]


def half(split: Split, layer: str, space: LabelSpace, tokens: Tokens, ear: Ear, longest: int) -> Half:
    """Read a split, of each turn at most the `longest` tokens; raises `InputError` for labels that are none."""
    number = {label: place for place, label in enumerate(space.labels)}
    texts = [[said.text for said in item.conversation.utterances] for item in split]
    told = ear.told([text for some in texts for text in some])
    ends: Sequence[int] = np.cumsum([len(some) for some in texts])[:-1].tolist()
    gold = [[None if one is None else number[one] for one in gold_labels(item, layer, space)] for item in split]
    turns = [[tokens.ids(text)[:longest] for text in some] for some in texts]
    return Half(split, turns, gold, [with_turns_before(each) for each in np.split(told.reshape(-1, TOLD), ends)])
