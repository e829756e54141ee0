"""`sentio corpora leaks NAME --everywhere`: what a corpus shares with every other one that the user has."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.cli.corpora.found import Found, phrase_lines, share, titled

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora import Corpus


def everywhere(name: str, words: int, data: Path | None, progress: "Progress") -> Found:
    """The runs of words of a corpus, or a split of it, that stand in a split of another corpus.

    All other corpora are read once, item by item. Raises `InputError` where none is here.
    """
    from sentio.cli.corpora.reading import counted
    from sentio.corpora.phrases import PhraseIndex
    from sentio.corpora.sources import open_splits
    from sentio.errors import InputError

    corpus, splits = open_splits(name, data)
    ours = [
        item for split in splits for item in counted(corpus.conversations(split), progress, f"{corpus.name}:{split}")
    ]
    utterances = sum(len(item.conversation) for item in ours)
    index = PhraseIndex(ours, words)
    shared = {
        f"{other.name}/{split}": index.shared_with(counted(other.read(split), progress, f"{other.name}:{split}"))
        for other in _others(corpus, data)
        for split in other.splits
    }
    if not shared:
        raise InputError("no other corpus is here; point --data or SENTIO_DATA to your copies", path=data)
    found = {split: phrases for split, phrases in shared.items() if phrases}
    places = {phrase.place for phrases in found.values() for phrase in phrases}
    rows = [
        ("utterances", f"{utterances}"),
        ("splits of other corpora that were read", f"{len(shared)}"),
        (f"utterances that share {words} words in a row with one", share(len(places), utterances)),
        *((f"  with {split}", f"{len({phrase.place for phrase in phrases})}") for split, phrases in found.items()),
    ]
    return Found(
        heading=f"{name} against every corpus here",
        values={
            "evaluated": name,
            "utterances": utterances,
            "words": words,
            "sharing": len(places),
            "phrases": {split: [asdict(phrase) for phrase in phrases] for split, phrases in shared.items()},
        },
        rows=rows,
        examples=[line for split, phrases in found.items() for line in titled(split, phrase_lines(phrases))],
    )


def _others(corpus: "Corpus", data: Path | None) -> "Iterator[Corpus]":
    from sentio.cli.corpora.reading import known
    from sentio.corpora import Corpus

    for component, card, folder in known(data):
        # By the card: a table of the user's own may have the name of a corpus.
        if folder is not None and card != corpus.card:
            yield Corpus(name=component.id, card=card, files=folder, module=component.load())
