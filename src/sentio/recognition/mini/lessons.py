"""The conversations that `mini` learns from, as its contextual encoder reads them."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from sentio import corpora, labels
from sentio.conversation import Conversation
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.nn.contextual_encoder import Heard
from sentio.recognition.mini.history import turns_before
from sentio.recognition.prc_encoder.reading import Reader
from sentio.training.contextual_tuning import Lesson

BROAD = "ekman"
"""What readers were asked for: the space of the votes."""


def lessons(reader: Reader, items: Sequence[AnnotatedConversation], fine: LabelSpace, span: int) -> list[Lesson]:
    """A lesson a conversation: its words, who spoke before, and how its annotators voted."""
    spoken = [turn.text for item in items for turn in item.conversation.utterances]
    states = iter(reader.states(spoken, exact=False))
    broad = labels.space(BROAD)
    return [
        Lesson(
            heard=_heard(item.conversation, list(islice(states, len(item.conversation))), span),
            votes=torch.from_numpy(_votes(item, broad)),
            marks=torch.from_numpy(_marks(item, fine)),
        )
        for item in items
    ]


def talks(split: str) -> list[AnnotatedConversation]:
    """The English conversations of sentio's own corpus."""
    found = corpora.load("everyday").conversations(split)
    return [item for item in found if item.facts["language"] == "en"]


def broad_mapping(fine: LabelSpace) -> torch.Tensor:
    """Which share of a fine emotion counts as which broad one, shape (fine, broad)."""
    return torch.tensor(labels.mapping(fine.name, BROAD).matrix, dtype=torch.float32)


def _heard(conversation: Conversation, states: list[torch.Tensor], span: int) -> Heard:
    history, same = turns_before([turn.speaker for turn in conversation.utterances], span)
    return Heard(states, torch.from_numpy(history), torch.from_numpy(same))


def _votes(item: AnnotatedConversation, broad: LabelSpace) -> NDArray[np.float32]:
    """The share of the annotators, the author among them, that heard each broad emotion: shape (turns, broad)."""
    shares = np.zeros((len(item.conversation), len(broad)), np.float32)
    for row, turn in zip(shares, item.conversation.utterances, strict=True):
        cast = list(item.votes["emotion"][turn.id].values())
        for label in cast:
            row[broad.labels.index(str(label))] += 1 / len(cast)
    return shares


def _marks(item: AnnotatedConversation, fine: LabelSpace) -> NDArray[np.float32]:
    """1 where the author marked a fine emotion: shape (turns, fine)."""
    marks = np.zeros((len(item.conversation), len(fine)), np.float32)
    for row, turn in zip(marks, item.conversation.utterances, strict=True):
        marked = item.gold["goemotions"][turn.id]
        assert isinstance(marked, tuple)
        row[[fine.labels.index(label) for label in marked]] = 1
    return marks
