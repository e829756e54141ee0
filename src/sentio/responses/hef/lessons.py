"""Conversations as the small model learns from them: the words of who tells, once for each of their turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from sentio.gold import AnnotatedConversation
from sentio.responses.hef.context import Context
from sentio.training.splits import Split


@dataclass(frozen=True)
class Lesson:
    """A text and the emotion behind it."""

    text: str
    emotion: str


def lessons(split: Split, layer: str) -> list[Lesson]:
    """What is learned from or measured on: a conversation gives a text for each reply that it could get, as the
    field pairs contexts and responses. Both splits are conversations as a whole: no text is in two of them."""
    return list(chain.from_iterable(_of(item, layer) for item in split))


def _of(item: AnnotatedConversation, layer: str) -> Sequence[Lesson]:
    emotions = item.gold[layer]
    said = item.conversation.utterances
    (teller, emotion), *_ = ((one.speaker, str(emotions[one.id])) for one in said if one.id in emotions)
    before = (
        item.conversation.model_copy(update={"utterances": said[: place + 1]})
        for place, one in enumerate(said)
        if one.speaker == teller
    )
    texts = (Context.of_speaker(conversation, teller).text for conversation in before)
    return [Lesson(text, emotion) for text in dict.fromkeys(texts) if text]
