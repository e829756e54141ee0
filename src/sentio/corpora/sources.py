"""Corpora as they are named on the command line: "meld:train", "meld/train", "mine.csv"."""

from pathlib import Path

from sentio import corpora
from sentio.card import CorpusCard
from sentio.errors import InputError


def open_source(source: str, data: Path | None) -> tuple[corpora.Corpus, str]:
    """The corpus and split that "CORPUS:SPLIT" or "CORPUS/SPLIT" names; a table has one split, and a corpus without
    one its train split."""
    corpus, split = _opened(source, data)
    return corpus, split or "train"


def open_splits(source: str, data: Path | None) -> tuple[corpora.Corpus, tuple[str, ...]]:
    """As `open_source`, but where no split is named, all that are there; where none is, the first one, which says
    what is missing when it is read.

    >>> open_splits("everyday", None)[1], open_splits("everyday:test", None)[1]
    (('train', 'validation', 'test'), ('test',))
    """
    corpus, split = _opened(source, data)
    return corpus, (split,) if split else corpus.splits or tuple(corpus.card.files)[:1]


def label_layer(card: CorpusCard, name: str) -> str:
    """The first layer of a corpus that has labels; raises `InputError` where none has."""
    for layer, labels in card.layers.items():
        if labels:
            return layer
    raise InputError(f"{name} has no utterances with labels (see: sentio corpora show {name})")


def _opened(source: str, data: Path | None) -> tuple[corpora.Corpus, str]:
    """The corpus and the split; no split where none is named."""
    if Path(source).suffix.lower() in corpora.TABLES:
        return corpora.load(source, data), "all"
    name, _, split = source.replace("/", ":").partition(":")
    return corpora.load(name, data), split
