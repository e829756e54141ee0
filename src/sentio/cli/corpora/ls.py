"""`sentio corpora ls`: the corpora, and which splits of them the user has."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.card import CorpusCard
    from sentio.corpora import CorpusFolder

PRESENT, PARTLY, ABSENT = "+", "~", "-"


def ls(*, data: Path | None = None) -> None:
    """List the corpora: tasks, languages, modalities, licence, and the splits you have.

    For example:

    sentio corpora ls
    sentio corpora ls --data DATA

    Parameters
    ----------
    data
        The folder of the corpora; the environment variable SENTIO_DATA by default.
    """
    from sentio.cli.alignment import aligned
    from sentio.cli.corpora.reading import known

    here = False
    rows = [("corpus", "tasks", "languages", "modalities", "licence", "splits")]
    for component, card, folder in known(data):
        here = here or (folder is not None and not card.shipped)
        facts = ", ".join(card.tasks), " ".join(card.languages), " ".join(card.modalities), _short(card.licence)
        rows.append((component.id, *facts, _splits(card, folder)))
    print(aligned(rows))
    marks = f"{PRESENT} here  {PARTLY} some of its files are  {ABSENT} not here"
    print(f"\n{marks}" + ("" if here else "\nnone of your own; point --data or SENTIO_DATA to your copies"))


def _splits(card: "CorpusCard", folder: "CorpusFolder | None") -> str:
    def mark(names: tuple[str, ...]) -> str:
        here = sum(name in folder for name in names) if folder else 0
        return PRESENT if here == len(names) else PARTLY if here else ABSENT

    return " ".join(mark(names) + split for split, names in card.files.items())


def _short(licence: str) -> str:
    """The licence without what is said about it; `sentio corpora show` has all of it."""
    return licence.partition(";")[0].partition(" (")[0]
