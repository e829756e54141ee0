"""What a system for personality offers: conversations in, each speaker's Big Five out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from sentio.conversation import Conversation

TRAITS = ("neuroticism", "extraversion", "openness", "agreeableness", "conscientiousness")
"""The Big Five, in the order of CPED's columns."""

LEVELS = ("low", "high")

Traits = Mapping[str, float]
"""Trait -> how probable it is that the speaker is high in it, 0..1; one that nothing could be said of is left out."""


class Profiler(Protocol):
    """A system that recognises personality."""

    def profile(self, conversations: Iterable[Conversation]) -> Iterator[Mapping[str, Traits]]:
        """The traits of each who speaks, by name, one mapping a conversation, in order.

        What the conversation's own `profiles` say is not looked at. Conversations are read ahead only as far as a
        batch needs, so an endless stream works; an answer depends on nothing but its conversation.
        """
        ...


def level(probability: float) -> str:
    """The level that is more probable.

    >>> level(0.3), level(0.5)
    ('low', 'high')
    """
    return LEVELS[probability >= 0.5]


def words_of(conversation: Conversation) -> dict[str, tuple[str, ...]]:
    """What each speaker says, in the order in which they first speak."""
    said: dict[str, list[str]] = {name: [] for name in conversation.speakers}
    for utterance in conversation.utterances:
        said[utterance.speaker].append(utterance.text)
    return {name: tuple(texts) for name, texts in said.items()}
