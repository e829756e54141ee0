"""What the commands on corpora read with: the corpora that are there, and items that move a progress."""

import os
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


def here(data: Path | None) -> "list[Corpus]":
    """Every corpus that there is a copy of, those that come with sentio among them.

    Raises `InputError` where a folder is named, by `data` or SENTIO_DATA, and holds no corpus: what comes with sentio
    must not hide that its name is misspelt.
    """
    from sentio import corpora
    from sentio.errors import InputError

    found = [
        corpora.Corpus(name=component.id, card=card, files=folder, module=component.load())
        for component, card, folder in known(data)
        if folder is not None
    ]
    if (data or os.environ.get("SENTIO_DATA")) and all(corpus.card.shipped for corpus in found):
        raise InputError(
            "no corpus is here; point --data or SENTIO_DATA to your copies", path=corpora.data_folder(data)
        )
    return found


def counted(items: Iterable[Read], progress: Progress, description: str) -> Iterator[Read]:
    """The items, as they are read."""
    for item in items:
        progress.advance(description, len(item.conversation) if isinstance(item, AnnotatedConversation) else 1)
        yield item
