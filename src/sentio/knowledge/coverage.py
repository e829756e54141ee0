"""How much of what is wanted about conversations a knowledge file has, and what is odd in it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sentio.conversation import Conversation
from sentio.knowledge.items import ASKS, KINDS, Item, Key, Kind, Wanted, digest
from sentio.knowledge.label_words import label_words
from sentio.knowledge.reading import Knowledge
from sentio.knowledge.records import Record
from sentio.knowledge.validity import accepted, words


@dataclass
class Coverage:
    """Of one kind. `lacking` was never asked, `foreign` is about other texts than the conversation has there; `words`
    are the fewest and the most of a text, `off_length` counts texts outside what passes, `label_words` those that
    texts hold."""

    kind: Kind
    wanted: int = 0
    answered: int = 0
    gaps: int = 0
    errors: int = 0
    lacking: list[Key] = field(default_factory=list)
    foreign: list[Key] = field(default_factory=list)
    words: tuple[int, int] | None = None
    off_length: int = 0
    label_words: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> bool:
        """Whether everything was asked about these conversations and is answered or a gap."""
        return not (self.lacking or self.foreign or self.errors)


def coverage(
    knowledge: Knowledge, conversations: Iterable[Conversation], labels: Sequence[str]
) -> tuple[Coverage, ...]:
    """One `Coverage` for each kind that the file has; `labels` are those whose words are looked for."""
    found = {kind: Coverage(kind) for kind in KINDS if kind in knowledge.kinds}
    for item in Wanted(kinds=tuple(found), causal=knowledge.causal).items(conversations):
        _count(found[item.key.kind], item, knowledge.record(item.key), labels)
    return tuple(found.values())


def _count(found: Coverage, item: Item, record: Record | None, labels: Sequence[str]) -> None:
    found.wanted += 1
    if record is None:
        found.lacking.append(item.key)
    elif (record.of, record.speaker) != (digest(*item.texts), item.speaker):
        found.foreign.append(item.key)
    elif record.error:
        found.errors += 1
    elif record.gap:
        found.gaps += 1
    else:
        found.answered += 1
        _look_at(found, record.texts, labels)


def _look_at(found: Coverage, texts: Sequence[str], labels: Sequence[str]) -> None:
    fewest, most = accepted(ASKS[found.kind].WORDS)
    for text in texts:
        number = words(text)
        least, largest = found.words or (number, number)
        found.words = min(least, number), max(largest, number)
        found.off_length += not fewest <= number <= most
        found.label_words.update(label_words(text, labels))
