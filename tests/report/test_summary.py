from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.report.summary import largest, shares, stories
from sentio.report.text import clean
from sentio.results import RecognizedConversation

Talk = Callable[..., RecognizedConversation]


def test_parts_of_a_conversation_are_joined_and_counted_on(talk: Talk) -> None:
    first = talk([("A", "one", {"joy": 0.9}), ("B", "two", {"fear": 0.9})], id="x")
    other = talk([("A", "else", {"anger": 0.9})], id="y")
    second = talk([("A", "three", {"anger": 0.9})], id="x", offset=2)
    found = stories([first, other, second])
    assert [story.id for story in found] == ["x", "y"]
    assert [(line.number, line.text) for line in found[0].lines] == [(1, "one"), (2, "two"), (3, "three")]
    before = found[0].lines[2].before
    assert before
    assert before.emotion == "joy", "the mood before is known across parts"
    assert found[1].lines[0].before is None, "another conversation's speaker of that name is another person"


def test_conversations_with_one_name_stay_apart_and_a_later_part_alone_keeps_its_numbers(talk: Talk) -> None:
    twice = stories([talk([("A", "one", {"joy": 0.9})], id="x")] * 2)
    assert [len(story.lines) for story in twice] == [1, 1]
    (late,) = stories([talk([("A", "one", {"joy": 0.9})], id="x", offset=70)])
    assert late.lines[0].number == 71


def test_numbers_are_unique_even_when_parts_overlap(talk: Talk) -> None:
    part = talk([("A", "one", {"joy": 0.9}), ("A", "two", {"joy": 0.9})], id="x", offset=1)
    (story,) = stories([part, part])
    assert [line.number for line in story.lines] == [2, 3, 4, 5]


def test_a_turn_knows_what_was_before_and_by_how_much_it_changed(talk: Talk) -> None:
    (story,) = stories([talk([("A", "", {"joy": 1.0}), ("B", "", {"joy": 1.0}), ("A", "", {"sadness": 1.0})])])
    (turn,) = story.turned
    assert turn.before
    assert (turn.number, turn.before.emotion, turn.mood.emotion) == (3, "joy", "sadness")
    assert turn.change == pytest.approx(-0.896 - 0.96)


def test_the_largest_turns_come_in_spoken_order(talk: Talk) -> None:
    labels = ["neutral", "curiosity", "love", "sadness", "anger", "joy"]
    (story,) = stories([talk([("A", "", {label: 1.0}) for label in labels])])
    assert [line.mood.emotion for line in largest(story.turned, 2)] == ["sadness", "joy"]
    assert len(largest(story.turned, 99)) == 5


@given(st.lists(st.sampled_from(["joy", "anger", "neutral"]), min_size=1, max_size=40))
def test_shares_sum_to_one_and_rise_in_valence(talk: Talk, emotions: list[str]) -> None:
    (story,) = stories([talk([("A", "", {emotion: 0.8}) for emotion in emotions])])
    found = shares(story.lines)
    assert sum(share.fraction for share in found) == pytest.approx(1)
    assert {share.emotion: share.count for share in found} == {e: emotions.count(e) for e in set(emotions)}
    assert [share.valence for share in found] == sorted(share.valence for share in found)


def test_the_talkative_are_chosen_by_count_and_shown_as_they_appear(talk: Talk) -> None:
    (story,) = stories([talk([(name, "", {"joy": 0.9}) for name in "ABCCBBC"])])
    assert story.talkative(2) == ("B", "C")


@given(st.text())
def test_clean_text_can_be_written_and_has_no_control_characters(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf8")
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in cleaned)
    assert clean(cleaned) == cleaned


def test_clean_drops_lone_surrogates_and_keeps_emoji() -> None:
    assert clean("a\ud800b 👩‍👩‍👧 \x00c\x1b[0m") == "ab 👩‍👩‍👧 c[0m"


def test_the_example_has_the_speakers_of_the_file(kitchen: RecognizedConversation) -> None:
    (story,) = stories([kitchen])
    assert story.speakers == ("Bhavna", "Nitin", "Tejas")
