"""A part of a conversation comes with the turns before it, wherever the parts are cut and whatever comes between."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Conversation, Utterance
from sentio.recognition import tails
from sentio.recognition.tails import Tails

sizes = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4)), max_size=12)


def _part(name: str, first: int, size: int) -> Conversation:
    said = tuple(Utterance(id=str(n), speaker="A", text=f"{name}{n}") for n in range(first, first + size))
    return Conversation(id=name, utterances=said, offset=first)


@given(sizes=sizes, turns=st.integers(0, 5))
def test_in_front_are_the_turns_before(sizes: list[tuple[str, int]], turns: int) -> None:
    kept, lengths = Tails(turns), defaultdict[str, int](int)
    for name, size in sizes:
        first = lengths[name]
        lengths[name] += size
        before = min(turns, first)
        assert kept.continued(_part(name, first, size)) == _part(name, first - before, size + before)


def test_a_conversation_that_begins_anew_has_nothing_before_it() -> None:
    kept = Tails(3)
    kept.continued(_part("a", 0, 4))
    assert kept.continued(_part("a", 0, 2)) == _part("a", 0, 2)
    assert kept.continued(_part("a", 1, 1)).offset == 0


def test_few_conversations_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "CONVERSATIONS", 2)
    kept = Tails(2)
    for name in "abca":
        kept.continued(_part(name, 0, 3))
    assert [kept.continued(_part(name, 3, 1)).offset for name in "cab"] == [1, 1, 3]
