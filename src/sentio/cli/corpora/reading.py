"""What the commands on corpora read with: the corpora and splits that are there, and items that move a progress."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sentio.cli.progress import Progress
from sentio.gold import AnnotatedConversation, Item

if TYPE_CHECKING:
    from sentio.card import CorpusCard
    from sentio.corpora import Corpus, CorpusFolder
    from sentio.registry import Component

Read = TypeVar("Read", bound=Item)


def known(data: Path | None) -> "Iterator[tuple[Component, CorpusCard, CorpusFolder | None]]":
    """Every registered corpus with the user's folder of it, None where there is none."""
    from sentio import corpora
    from sentio.card import CorpusCard
    from sentio.errors import InputError
    from sentio.registry import components

    for component in components("corpora").values():
        if isinstance(card := component.card, CorpusCard):
            try:
                folder = corpora.files_of(component, card, data)
            except InputError:
                folder = None
            yield component, card, folder


def chosen(corpus: "Corpus", split: str | None) -> tuple[str, ...]:
    """The named split, or all that are there; where none is, the first one, which says what is missing when read."""
    return (split,) if split else corpus.splits or tuple(corpus.card.files)[:1]


def counted(items: Iterable[Read], progress: Progress, description: str) -> Iterator[Read]:
    """The items, as they are read."""
    for item in items:
        progress.advance(description, len(item.conversation) if isinstance(item, AnnotatedConversation) else 1)
        yield item
