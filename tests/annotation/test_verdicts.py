"""Verified, adjudicated, disputed or open: every utterance is exactly one of them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.annotation.verdicts import Decision, Verdict, decide

LABELS = st.sampled_from(["joy", "fear", "anger", "neutral"])
VOTES = st.lists(LABELS, max_size=7)


@pytest.mark.parametrize(
    ("author", "votes", "verdict", "label"),
    [
        ("joy", [], "open", None),
        ("joy", ["joy"], "open", None),
        ("joy", ["joy", "joy"], "verified", "joy"),
        ("joy", ["joy", "joy", "joy"], "verified", "joy"),
        ("joy", ["joy", "fear"], "adjudicated", "joy"),
        ("joy", ["fear", "fear"], "adjudicated", "fear"),
        ("joy", ["joy", "fear", "fear"], "disputed", None),
        ("joy", ["joy", "joy", "fear"], "adjudicated", "joy"),
        ("joy", ["fear", "anger"], "disputed", None),
        (None, ["joy", "joy"], "adjudicated", "joy"),
        (None, ["joy", "fear"], "disputed", None),
    ],
)
def test_by_hand(author: str | None, votes: list[str], verdict: Verdict, label: str | None) -> None:
    assert decide(author, votes) == Decision(verdict, label)


@given(st.none() | LABELS, VOTES)
def test_only_what_all_say_is_verified(author: str | None, votes: list[str]) -> None:
    verdict, label = decide(author, votes)
    assert (verdict == "verified") == (len(votes) >= 2 and all(vote == author for vote in votes))
    assert (verdict == "open") == (len(votes) < 2)
    assert (label is None) == (verdict in ("open", "disputed"))
    if label is not None:
        every = [*votes, *([author] if author else [])]
        assert Counter(every)[label] > len(every) / 2


@given(st.none() | LABELS, VOTES)
def test_the_order_of_the_votes_does_not_count(author: str | None, votes: list[str]) -> None:
    assert decide(author, sorted(votes)) == decide(author, votes)


@given(LABELS, st.lists(LABELS, min_size=2, max_size=7), LABELS)
def test_a_vote_against_the_author_verifies_nothing(author: str, votes: list[str], more: str) -> None:
    before, after = decide(author, votes).verdict, decide(author, [*votes, more]).verdict
    assert after != "verified" or before == "verified"
    assert after != "verified" or more == author
