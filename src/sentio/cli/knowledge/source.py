"""The conversations that knowledge is about: those of a corpus's split, or of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sentio.conversation import Conversation
from sentio.errors import InputError

FILE_LABELS = "ekman"
"""The label space of a file without labels: the words of the basic emotions and of none."""


@dataclass(frozen=True)
class Source:
    """`name` tells corpora apart, `labels` are the words that would give an answer away; `read` reads anew."""

    name: str
    labels: tuple[str, ...]
    read: Callable[[], Iterator[Conversation]]


def opened(
    corpus: str | None, split: str | None, file: Path | None, data: Path | None, limit: int | None = None
) -> Source:
    """The source that is named; train, or the only split, where no split is.

    Raises `InputError` where both or none of corpus and file are named, and those of reading.
    """
    if (corpus is None) == (file is None):
        raise InputError("name what to read: --corpus NAME, or --file PATH")
    if file is not None:
        return _of_file(file, limit)
    return _of_corpus(corpus or "", split, data, limit)


def _of_file(path: Path, limit: int | None) -> Source:
    from sentio import files, labels
    from sentio.cli import STREAM

    piped = path == Path(STREAM)
    conversations = files.read("-" if piped else path)[:limit]
    return Source("stdin" if piped else path.stem, labels.space(FILE_LABELS).labels, lambda: iter(conversations))


def _of_corpus(name: str, split: str | None, data: Path | None, limit: int | None) -> Source:
    from sentio import corpora

    corpus = corpora.load(name, data)
    chosen = split or ("train" if "train" in corpus.card.files else next(iter(corpus.card.files)))
    # The first layer is the one that is scored by default; scores and texts have no labels.
    labels = next(iter(corpus.card.layers.values()), ())
    return Source(
        corpus.name, labels, lambda: islice((item.conversation for item in corpus.conversations(chosen)), limit)
    )
