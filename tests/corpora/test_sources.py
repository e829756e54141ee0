"""Corpora as they are named: what overlapping splits share is read once, and another one of the same id is not lost."""

from collections import Counter
from pathlib import Path

import pytest

from sentio.corpora.sources import conversations, open_splits


def test_a_conversation_that_several_splits_hold_is_read_once(miniatures: Path) -> None:
    corpus, splits = open_splits("iemocap", miniatures)
    assert splits == ("train", "validation", "session1", "session2", "session3", "session4")
    found = list(conversations(corpus, splits))
    ids = [item.id for split in ("train", "validation") for item in corpus.conversations(split)]
    assert [item.id for _, item in found] == ids
    assert Counter(split for split, _ in found) == {"train": 3, "validation": 2}


def test_one_whose_annotations_differ_is_read_once(miniatures: Path) -> None:
    """CREMA-D's second split has the clips of the first, with other profiles and votes."""
    corpus, splits = open_splits("cremad", miniatures)
    assert [split for split, _ in conversations(corpus, splits)] == ["all"] * 3


@pytest.mark.parametrize("name", ["emocontext", "wits"])
def test_another_one_of_the_same_id_is_read(miniatures: Path, name: str) -> None:
    corpus, splits = open_splits(name, miniatures)
    everything = [(split, item) for split in splits for item in corpus.conversations(split)]
    assert len({item.id for _, item in everything}) < len(everything)
    assert list(conversations(corpus, splits)) == everything
