"""Corpora, read from the user's own copy: the folder named by `--data` or `SENTIO_DATA`.

>>> from sentio import corpora
>>> meld = corpora.load("meld")  # doctest: +SKIP
>>> next(meld.read("validation")).gold["emotion"]  # doctest: +SKIP
{'0': 'sadness', '1': 'surprise', ...}
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from sentio import registry
from sentio.card import CorpusCard
from sentio.corpora.base import CorpusFolder, CorpusModule, checked
from sentio.errors import InputError, UnknownName
from sentio.gold import AnnotatedConversation, Item

__all__ = ["Corpus", "CorpusFolder", "FileState", "folder", "load"]

TABLES = (".csv", ".tsv", ".jsonl")
"""Names that end so are files of the user's own."""


@dataclass(frozen=True)
class FileState:
    """How a file of the user's copy compares with the one that was measured."""

    name: str
    splits: tuple[str, ...]
    state: Literal["same", "differs", "missing", "not measured"]


@dataclass(frozen=True)
class Corpus:
    """A corpus in a folder of the user's. Its card says what it is, `read` yields what is in it."""

    name: str
    card: CorpusCard
    files: CorpusFolder
    module: CorpusModule

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits whose files are all there."""
        return tuple(split for split, names in self.card.files.items() if all(name in self.files for name in names))

    def read(self, split: str) -> Iterator[Item]:
        """The items of a split, as they are read.

        Raises `UnknownName` for a split it has not, `InputError` where a file is missing (with where to
        ask for it) or broken, where the split holds nothing, and where ids or annotations do not hold together
        (`base.checked`).
        """
        paths = [self.files.file(name) for name in self._names(split)]
        return checked(self.module.read(self.files, split), paths[0] if len(paths) == 1 else self.files.path)

    def conversations(self, split: str) -> Iterator[AnnotatedConversation]:
        """As `read`, of a corpus of conversations; raises `InputError` where it holds questions."""
        for item in self.read(split):
            if not isinstance(item, AnnotatedConversation):
                raise InputError(f"{self.name} holds questions, not conversations", path=self.files.path)
            yield item

    def check(self) -> Iterator[FileState]:
        """Every file of the card: is it there, and is it the one that was measured?"""
        names = dict.fromkeys(name for names in self.card.files.values() for name in names)
        for name in names:
            splits = tuple(split for split, of_split in self.card.files.items() if name in of_split)
            if name not in self.files:
                yield FileState(name, splits, "missing")
            elif (expected := self.card.checksums.get(name)) is None:
                yield FileState(name, splits, "not measured")
            else:
                same = self.files.checksum(name) == expected
                yield FileState(name, splits, "same" if same else "differs")

    def fingerprint(self, split: str) -> str:
        """SHA-256 over the split's files: two runs with the same one were scored on the same data."""
        digests = [self.files.checksum(name) for name in self._names(split)]
        return sha256("\n".join(digests).encode()).hexdigest()

    def _names(self, split: str) -> tuple[str, ...]:
        if split not in self.card.files:
            raise UnknownName(f"split of {self.name}", split, self.card.files)
        return self.card.files[split]


def load(name: str, data: Path | None = None) -> Corpus:
    """The corpus of that name in the folder `data`, or in `SENTIO_DATA` when `data` is None.

    A name that ends in .csv, .tsv or .jsonl is the path of a table of the user's own (`corpora.table`), with the split
    `all` and those that a column `split` names. Raises `UnknownName` for an unknown corpus and `InputError`, with where
    to ask for it, when there is no folder of it.
    """
    if Path(name).suffix.lower() in TABLES:
        return _table(Path(name))
    component = registry.find("corpora", name)
    card = component.card
    if not isinstance(card, CorpusCard):
        raise TypeError(f"{component.source}: a corpus needs a CorpusCard")
    return Corpus(name=name, card=card, files=files_of(component, card, data), module=component.load())


def files_of(component: registry.Component, card: CorpusCard, data: Path | None) -> CorpusFolder:
    """The user's copy of a corpus below `data` or `SENTIO_DATA`, or what is shipped beside its card.

    Raises `InputError`, with where to ask for it, when there is none.
    """
    if card.shipped:
        return CorpusFolder(component.source.parent, card)
    return CorpusFolder(folder(card.folder or component.id, data, card.obtain), card)


def _table(path: Path) -> Corpus:
    from sentio.corpora import table

    card = table.card_of(path)
    return Corpus(name=path.stem, card=card, files=CorpusFolder(path.parent, card), module=table)


def data_folder(data: Path | None) -> Path:
    """The folder of all corpora: `data`, or `SENTIO_DATA`, or `data` in the working directory."""
    return data or Path(os.environ.get("SENTIO_DATA", "data"))


def folder(corpus: str, data: Path | None, obtain: str = "") -> Path:
    """The folder of a corpus below `data`, or below `SENTIO_DATA` when `data` is None.

    Raises `InputError` that says what is missing.
    """
    root = data_folder(data)
    if not (root / corpus).is_dir():
        how = f"; {obtain}" if obtain else ""
        raise InputError(f"no folder {corpus!r} here; point --data or SENTIO_DATA to your copy{how}", path=root)
    return root / corpus
