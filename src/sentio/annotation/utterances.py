"""The utterances whose labels are verified, as their corpora have them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sentio.annotation.votes import AUTHOR, AnnotatorKind, digest
from sentio.conversation import Conversation
from sentio.corpora import TABLES, Corpus
from sentio.corpora.sources import conversations, label_layer, open_splits
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Value


@dataclass(frozen=True)
class Labelled:
    """An utterance, the `place`th of its conversation, and what its corpus says of it.

    `author` is the label that is to be verified, None where the corpus has made it from the votes: then it is nobody's.
    `votes` are those of the corpus's own annotators, by name. `verified` is the label of an utterance that the corpus
    counts as verified. None of the three is for an annotator's eyes; `conversation` up to `place` is.
    """

    source: str
    layer: str
    labels: tuple[str, ...]
    conversation: Conversation
    place: int
    author: str | None
    votes: Mapping[str, str]
    verified: str | None

    @property
    def key(self) -> tuple[str, str]:
        """By which a vote finds its utterance: the ids of the conversation and of the utterance."""
        return self.conversation.id, self.conversation.utterances[self.place].id

    @cached_property
    def of(self) -> str:
        """A hash of the text, by which a vote on another one is told."""
        return digest(self.conversation.utterances[self.place].text)


@dataclass(frozen=True)
class Source:
    """A split of a corpus. `claims` says whether the corpus tells which of its labels are verified: whether it keeps
    its authors' votes apart from them. `kind` is its annotators'; `left_out` utterances have neither one label nor
    votes. `changed` are its files that are not the ones that were measured, where it claims something."""

    name: str
    utterances: tuple[Labelled, ...]
    left_out: int
    claims: bool
    kind: AnnotatorKind
    changed: tuple[str, ...]


def sources(names: Sequence[str], data: Path | None = None) -> list[Source]:
    """The splits that are named ("everyday:train", "mine.csv"); of a corpus without a split all that are there, without
    what stands in one before. Tables of one name in several folders are called by their paths.

    Raises `InputError` where none is named, one is named twice, a corpus has no labels or cannot be read.
    """
    opened = [(name, *open_splits(name, data)) for name in names]
    called = Counter((corpus.name, split) for _, corpus, splits in opened for split in splits)
    found: dict[tuple[Path | str, str], Source] = {}
    for named, corpus, splits in opened:
        table = Path(named).suffix.lower() in TABLES
        items = apart(corpus, splits)
        for split in items or splits:
            one = (Path(named).resolve() if table else corpus.name, split)
            name = named if table and called[corpus.name, split] > 1 else f"{corpus.name}:{split}"
            if one in found:
                raise InputError(f"{name} is named twice; each source once")
            found[one] = source_of(corpus, split, items.get(split, []), name)
    if not found:
        raise InputError("no source is named; say CORPUS:SPLIT or the name of a table")
    return list(found.values())


def apart(corpus: Corpus, splits: Sequence[str]) -> dict[str, list[AnnotatedConversation]]:
    """The conversations of splits by the first split that has them; splits without one of their own are not in it."""
    found: dict[str, list[AnnotatedConversation]] = {}
    for split, item in conversations(corpus, splits):
        found.setdefault(split, []).append(item)
    return found


def source_of(corpus: Corpus, split: str, items: Sequence[AnnotatedConversation], name: str) -> Source:
    """Conversations of a split of an opened corpus. Raises `InputError` where they have no labels."""
    layer = label_layer(corpus.card, corpus.name)
    utterances = tuple(one for item in items for one in _labelled(item, name, layer, corpus.card.layers[layer]))
    if not utterances:
        raise InputError(f"{name} has no utterance with one label or votes in its layer {layer!r}")
    claims = any(AUTHOR in votes for item in items for votes in item.votes.get(layer, {}).values())
    states = corpus.check() if claims else ()
    return Source(
        name=name,
        utterances=utterances,
        left_out=sum(len(item.conversation) for item in items) - len(utterances),
        claims=claims,
        kind=corpus.card.annotators,
        changed=tuple(file.name for file in states if file.state == "differs" and split in file.splits),
    )


def _labelled(item: AnnotatedConversation, name: str, layer: str, labels: tuple[str, ...]) -> Iterator[Labelled]:
    gold, votes = item.gold.get(layer, {}), item.votes.get(layer, {})
    for place, said in enumerate(item.conversation.utterances):
        given = {who: label for who, value in votes.get(said.id, {}).items() if (label := _single(value))}
        released = _single(gold.get(said.id))
        # A label that was made of the votes would agree with them by itself.
        author = given.pop(AUTHOR, None) or (None if given else released)
        if author or given:
            yield Labelled(name, layer, labels, item.conversation, place, author, given, released)


def _single(value: Value | None) -> str | None:
    """The label of an utterance that has exactly one."""
    label = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return label if isinstance(label, str) else None
