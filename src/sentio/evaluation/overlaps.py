"""Which splits hold the same conversations: a score on one is no result for what has learned from the other."""

import re
from collections.abc import Collection, Iterable, Mapping

from sentio import registry
from sentio.card import CorpusCard

ROLE = re.compile(r"train|validation|test|\d+$")
"""The part of a split's name that tells it from the others of its cut: dialogue_train, session3."""


def training(split: str, splits: Collection[str]) -> str | None:
    """The training split of the cut that a split is of, else the corpus's main one; None where it has none.

    >>> training("dialogue_validation", ["train", "validation", "dialogue_train"])
    'dialogue_train'
    >>> training("session3", ["train", "session3"])
    'train'
    >>> training("all", ["all"]) is None
    True
    """
    own = ROLE.sub("train", split)
    return next((name for name in (own, "train") if name in splits and _role(name) == "train"), None)


def seen(split: str, splits: Iterable[str]) -> bool:
    """Whether `split` ("meld/validation") may hold a conversation of one of `splits`.

    Sure only of what is apart: two splits of one cut of a corpus. Splits of two cuts are taken to overlap where
    they are read from a common file, or have one role (validation and validation_filtered). Of corpora that share
    data (`CorpusCard.shares`), splits of the same name overlap, and any two where they are cut in another way. A
    corpus that is not registered shares nothing.

    >>> seen("meld/validation", ["meld/train"]), seen("meld/validation", ["meld_json/validation"])
    (False, True)
    >>> seen("meld/test", ["peld/train"]), seen("iemocap/session1", ["iemocap/train"])
    (True, True)
    """
    others = tuple(splits)
    if split in others or not others:
        return bool(others)
    known = registry.components("corpora")
    cards = {name: one.card for name, one in known.items() if isinstance(one.card, CorpusCard)}
    return any(_overlap(split, other, cards) for other in others)


def _overlap(one: str, other: str, cards: Mapping[str, CorpusCard]) -> bool:
    (corpus, _, split), (source, _, seen_split) = one.rpartition("/"), other.rpartition("/")
    card, of_source = cards.get(corpus), cards.get(source)
    if corpus == source:
        return card is not None and _overlap_within(card, split, seen_split)
    # One side says so: two cards that name each other could disagree.
    told = {*(card.shares if card else ()), *_turned(of_source, source, corpus)}
    return f"{source}/*" in told or (source in told and _role(split) == _role(seen_split))


def _overlap_within(card: CorpusCard, one: str, other: str) -> bool:
    if _role(one) == _role(other):
        return True
    common = set(card.files.get(one, ())) & set(card.files.get(other, ()))
    return bool(common) and ROLE.sub("", one) != ROLE.sub("", other)


def _turned(card: CorpusCard | None, name: str, corpus: str) -> set[str]:
    """What the card `name` says of `corpus`, as `corpus` would say it."""
    said = card.shares if card else ()
    return {name for one in said if one == corpus} | {f"{name}/*" for one in said if one == f"{corpus}/*"}


def _role(split: str) -> str:
    found = ROLE.search(split)
    return found[0] if found else split
