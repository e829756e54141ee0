"""What demonstrations are for, by name."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.retrieval import Target


def target(name: str | None, data: Path | None = None) -> "Target | None":
    """The target of a corpus (its first layer with labels), of a user's table, or of a label space; None without a
    name. Raises `UnknownName` for what is neither, `InputError` for a corpus without labels.
    """
    from sentio import corpora
    from sentio.card import CorpusCard
    from sentio.corpora.sources import label_layer
    from sentio.errors import UnknownName
    from sentio.labels import SPACES
    from sentio.registry import components
    from sentio.retrieval import Target

    if name is None:
        return None
    known = components("corpora")
    if Path(name).suffix.lower() in corpora.TABLES:
        corpus = corpora.load(name, data)
        name, card = corpus.name, corpus.card
    elif name in known and isinstance(found := known[name].card, CorpusCard):
        card = found
    elif name in SPACES:
        return Target(None, SPACES[name].labels)
    else:
        raise UnknownName("corpus or label space", name, [*known, *SPACES])
    return Target(name, card.layers[label_layer(card, name)])
