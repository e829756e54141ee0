"""`sentio corpora leaks NAME --everywhere`: what a corpus shares with every other one that the user has."""

from dataclasses import asdict
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from sentio.cli.corpora.found import Found, phrase_lines, share, titled

if TYPE_CHECKING:
    from sentio.cli.progress import Progress
    from sentio.corpora import Corpus
    from sentio.corpora.phrases import PhraseIndex, Shared
    from sentio.gold import AnnotatedConversation


def everywhere(name: str, words: int, data: Path | None, progress: "Progress") -> Found:
    """The runs of words of a corpus, or a split of it, that stand in a split of another corpus.

    Of the corpus itself each conversation counts once, and its place is SPLIT/CONVERSATION and utterance. All other
    corpora are read once, item by item. Raises `InputError` where none is here.
    """
    from sentio.cli.corpora.reading import counted, here
    from sentio.corpora.phrases import PhraseIndex
    from sentio.corpora.sources import conversations, open_splits
    from sentio.errors import InputError

    corpus, splits = open_splits(name, data)
    # By the card: a table of the user's own may have the name of a corpus.
    others = [other for other in here(data) if other.card != corpus.card and other.splits]
    if not others:
        raise InputError("no other corpus is here; point --data or SENTIO_DATA to your copies", path=data)
    ours = list(counted(starmap(_in_split, conversations(corpus, splits)), progress, name))
    utterances = sum(len(item.conversation) for item in ours)
    shared, unread = _shared(PhraseIndex(ours, words), others, progress)
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
            "unread": unread,
        },
        rows=rows,
        examples=[line for split, phrases in found.items() for line in titled(split, phrase_lines(phrases))],
        complete=not unread,
    )


def _in_split(split: str, item: "AnnotatedConversation") -> "AnnotatedConversation":
    """The conversation under an id that says which split it is of: other splits may have another one of its id."""
    talk = item.conversation
    return item.model_copy(update={"conversation": talk.model_copy(update={"id": f"{split}/{talk.id}"})})


def _shared(
    index: "PhraseIndex", others: "list[Corpus]", progress: "Progress"
) -> "tuple[dict[str, tuple[Shared, ...]], dict[str, str]]":
    """By CORPUS/SPLIT the phrases that stand there, and why a split could not be read, which is told."""
    from sentio.cli.corpora.reading import counted
    from sentio.errors import InputError, MissingExtra
    from sentio.files.writers.terminal import literal

    shared, unread = {}, {}
    for other in others:
        for split in other.splits:
            name = f"{other.name}/{split}"
            try:
                shared[name] = index.shared_with(counted(other.read(split), progress, name))
            except (InputError, MissingExtra) as error:
                unread[name] = str(error)
                progress.note(literal(f"sentio: {name} is left out: {error}"))
    return shared, unread
