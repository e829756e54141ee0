"""What the commands on corpora read with: the splits that are there, and items that move the progress on."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from sentio.cli.progress import Progress
from sentio.gold import AnnotatedConversation, Item

if TYPE_CHECKING:
    from sentio.corpora import Corpus

Read = TypeVar("Read", bound=Item)


def chosen(corpus: "Corpus", split: str | None) -> tuple[str, ...]:
    """The named split, or all that are there; where none is, the first one, which says what is missing when read."""
    return (split,) if split else corpus.splits or tuple(corpus.card.files)[:1]


def counted(items: Iterable[Read], progress: Progress, description: str) -> Iterator[Read]:
    """The items, as they are read."""
    for item in items:
        progress.advance(description, len(item.conversation) if isinstance(item, AnnotatedConversation) else 1)
        yield item
