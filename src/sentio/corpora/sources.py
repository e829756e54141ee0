"""Corpora as they are named on the command line: "meld:train", "meld/train", "mine.csv"."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sentio import corpora
from sentio.card import CorpusCard
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def open_source(source: str, data: Path | None) -> tuple[corpora.Corpus, str]:
    """The corpus and split that "CORPUS:SPLIT" or "CORPUS/SPLIT" names; a table has one split, and a corpus without
    one its train split."""
    corpus, split = opened(source, data)
    return corpus, split or "train"


def open_splits(source: str, data: Path | None) -> tuple[corpora.Corpus, tuple[str, ...]]:
    """As `open_source`, but where no split is named, all that are there (`chosen`).

    >>> open_splits("everyday", None)[1], open_splits("everyday:test", None)[1]
    (('train', 'validation', 'test'), ('test',))
    """
    corpus, split = opened(source, data)
    return corpus, chosen(corpus, split)


def opened(source: str, data: Path | None) -> tuple[corpora.Corpus, str]:
    """The corpus and the split that are named; the split is empty where none is.

    >>> opened("everyday/test", None)[1], opened("everyday", None)[1]
    ('test', '')
    """
    if Path(source).suffix.lower() in corpora.TABLES:
        return corpora.load(source, data), "all"
    name, _, split = source.replace("/", ":").partition(":")
    return corpora.load(name, data), split


def chosen(corpus: corpora.Corpus, split: str | None) -> tuple[str, ...]:
    """The named split, or all that are there; where none is, the first one, which says what is missing when read."""
    return (split,) if split else corpus.splits or tuple(corpus.card.files)[:1]


def conversations(corpus: corpora.Corpus, splits: Sequence[str]) -> Iterator[tuple[str, AnnotatedConversation]]:
    """The conversations of splits and the first split that has them, each once, though splits may overlap.

    IEMOCAP's sessions stand in its train and validation splits again. An id alone tells nothing, as WITS numbers each
    split from 0: two conversations are the same where all that was said is, too.
    """
    seen = set()
    for split in splits:
        for item in corpus.conversations(split):
            key = item.id, item.conversation.utterances
            if key not in seen:
                seen.add(key)
                yield split, item


def label_layer(card: CorpusCard, name: str) -> str:
    """The first layer of a corpus that has labels; raises `InputError` where none has."""
    for layer, labels in card.layers.items():
        if labels:
            return layer
    raise InputError(f"{name} has no utterances with labels (see: sentio corpora show {name})")
