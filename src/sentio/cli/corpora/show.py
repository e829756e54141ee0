"""`sentio corpora show`: the card of a corpus."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.card import CorpusCard


def show(name: str) -> None:
    """Show all that is known of a corpus: paper, licence, where to ask for it, label orders, files, faults.

    For example:

    sentio corpora show meld

    Parameters
    ----------
    name
        A name of `sentio corpora ls`, or your own CSV, TSV or JSON-lines file with labels.
    """
    print("\n".join(_lines(name, _card(name))))


def _card(name: str) -> "CorpusCard":
    from sentio import corpora, registry
    from sentio.card import CorpusCard

    if Path(name).suffix.lower() in corpora.TABLES:
        return corpora.load(name).card
    component = registry.find("corpora", name)
    if not isinstance(component.card, CorpusCard):
        raise TypeError(f"{component.source}: a corpus needs a CorpusCard")
    return component.card


def _lines(name: str, card: "CorpusCard") -> Iterator[str]:
    from sentio.cli.alignment import aligned

    yield f"{card.title}: {card.summary}"
    yield ""
    facts = {
        "paper": card.paper,
        "licence": card.licence,
        "obtain": card.obtain,
        "folder": None if Path(name).suffix else card.folder or name,
        "tasks": ", ".join(card.tasks),
        "languages": ", ".join(card.languages),
        "modalities": ", ".join(card.modalities),
        "scored by": card.metric,
    }
    yield aligned([(what, said) for what, said in facts.items() if said])
    sections: dict[str, Sequence[tuple[str, ...]]] = {
        "layers (the first is scored by default)": list(_layers(card)),
        "splits": list(_splits(card)),
        "SHA-256 of the files that were measured": list(card.checksums.items()),
        "known faults": [(fault,) for fault in card.faults],
    }
    for title, rows in sections.items():
        if rows:
            yield f"\n{title}"
            yield from (f"  {line}" for line in aligned(rows).splitlines())


def _layers(card: "CorpusCard") -> Iterator[tuple[str, str, str]]:
    """Name, label space and labels in their order."""
    from sentio.files.writers.terminal import literal

    for layer, order in card.layers.items():
        yield layer, card.spaces.get(layer, ""), literal(", ".join(order)) or "scores or texts"


def _splits(card: "CorpusCard") -> Iterator[tuple[str, str, str]]:
    """Name, counts and files."""
    for split, names in card.files.items():
        counts = ", ".join(f"{n} {what}" for what, n in card.counts.get(split, {}).items())
        yield split, counts or "not measured", ", ".join(names)
