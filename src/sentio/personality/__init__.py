"""What they are like: `sentio.personality.profiled` and how a system is found by its name or its run folder."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import tee

from sentio import loading
from sentio.conversation import Conversation, Speaker
from sentio.personality.base import LEVELS, TRAITS, Profiler, Traits, level, words_of

__all__ = ["LEVELS", "TRAITS", "Profiler", "Traits", "level", "load", "profiled", "words_of"]


def load(system: str, options: Mapping[str, object] | None = None) -> Profiler:
    """The system of that name, or the one trained in that run folder; see `loading.load` for errors."""
    profiler: Profiler = loading.load("personality", system, options or {})
    return profiler


def profiled(profiler: Profiler, conversations: Iterable[Conversation]) -> Iterator[Conversation]:
    """Conversations with the recognised traits in their profiles: `{"openness": 0.7}` is the probability of "high".

    What a profile says already stays as it is.
    """
    asked, kept = tee(conversations)
    for conversation, found in zip(kept, profiler.profile(asked), strict=True):
        profiles = dict(conversation.profiles)
        for name, traits in found.items():
            known = profiles.get(name, Speaker(name=name))
            told = {trait: round(probability, 6) for trait, probability in traits.items()} | known.traits
            profiles[name] = known.model_copy(update={"traits": told})
        yield conversation.model_copy(update={"profiles": profiles})
