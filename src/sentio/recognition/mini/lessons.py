"""The conversations that `mini` learns from, and the comments beside them, as its contextual encoder reads them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sentio import corpora, labels
from sentio.conversation import Conversation
from sentio.encoders.mini import MODEL
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.nn.contextual_encoder import Heard
from sentio.nn.conversation_encoder import Lower
from sentio.recognition.mini.history import turns_before
from sentio.training.contextual_tuning import Comments, Lesson

BROAD = "ekman"
"""What readers were asked for: the space of the votes."""


class Reader:
    """Reads texts with the layers that stay as they are."""

    def __init__(self, lower: Lower, window: int) -> None:
        self._lower = lower.eval()
        self._tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(window)

    def states(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """What the lower layers make of each text's tokens, shape (tokens, width), in 16 bits."""
        return self._lower.read([found.ids for found in self._tokenizer.encode_batch(list(texts))], exact=False)

    def lessons(self, items: Sequence[AnnotatedConversation], fine: LabelSpace, span: int) -> list[Lesson]:
        """A lesson a conversation: its words, who spoke before, and how its annotators voted."""
        states = iter(self.states([turn.text for item in items for turn in item.conversation.utterances]))
        broad = labels.space(BROAD)
        return [
            Lesson(
                heard=_heard(item.conversation, [next(states) for _ in item.conversation.utterances], span),
                votes=torch.from_numpy(_votes(item, broad)),
                marks=torch.from_numpy(_marks(item, fine)),
            )
            for item in items
        ]

    def comments(self, texts: Sequence[str], targets: NDArray[np.float32]) -> Comments:
        """Texts that stand alone."""
        return Comments(self.states(texts), torch.from_numpy(targets))


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
        row[[fine.labels.index(label) for label in marked]] = 1  # type: ignore[union-attr]
    return marks
