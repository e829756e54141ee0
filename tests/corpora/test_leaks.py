"""Leaks: planted ones are counted, similarity is what brute force finds, and the published figures come out."""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora import leaks
from sentio.gold import AnnotatedConversation

WORDS = st.lists(st.sampled_from("the a cat dog sat on mat why never".split()), max_size=9).map(" ".join)


def chat(name: str, *texts: str, speaker: str = "Ada", labels: Sequence[str] = ()) -> AnnotatedConversation:
    turns = tuple(Utterance(id=f"u{i}", speaker=speaker, text=text) for i, text in enumerate(texts))
    gold = {"emotion": {f"u{i}": label for i, label in enumerate(labels)}}
    return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns), gold=gold)


@cache
def split(corpus: str, name: str, data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load(corpus, data).conversations(name))


def test_planted_copies_are_counted() -> None:
    train = [chat("t", "Yeah.", "You baked a cake for the dog?", "I never eat soup on Mondays.", speaker="Bo")]
    report = leaks.between(
        [
            chat(
                "v",
                "Yeah.",  # byte for byte, short
                "You baked a cake for the dog?",  # byte for byte
                "you baked  a cake for the dog?",  # verbatim
                "You baked a cake — for the dog!",  # the same words
                "I never eat soup on Sundays.",  # 5 of 7 words: below the threshold
                "Entirely new words stand here.",
                "",
                speaker="Cy",
            )
        ],
        train,
    )
    assert (report.utterances, report.long) == (7, 5)
    assert (report.exact, report.verbatim, report.verbatim_long, report.near) == (2, 3, 2, 1)
    assert report.twins == (
        leaks.Twin(("v", "u1"), ("t", "u1"), 1.0),
        leaks.Twin(("v", "u2"), ("t", "u1"), 1.0),
        leaks.Twin(("v", "u3"), ("t", "u1"), 1.0),
    )
    assert report.speaker_independent
    assert report.shared_conversations == ()


def test_shared_speakers_and_conversations_are_named() -> None:
    report = leaks.between([chat("a", "x"), chat("b", "y", speaker="Bo")], [chat("a", "z"), chat("c", "w")])
    assert (report.shared_conversations, report.shared_speakers) == (("a",), ("Ada",))
    assert not report.speaker_independent


def test_nothing_leaks_from_nothing() -> None:
    report = leaks.between([], [])
    assert (report.utterances, report.exact, report.near, report.twins) == (0, 0, 0, ())


def test_texts_without_words_are_no_leak() -> None:
    report = leaks.between([chat("v", "", " ", "- - - - -")], [chat("t", "", "\t", "_ _ . . .")])
    assert (report.exact, report.verbatim, report.near) == (0, 0, 0)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        leaks.between([], [], threshold=threshold)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=8), st.sampled_from([0.3, 0.5, 0.7, 0.8, 1.0]))
def test_near_twins_are_those_of_brute_force(ours: list[str], theirs: list[str], threshold: float) -> None:
    report = leaks.between([chat("v", *ours)], [chat("t", *theirs)], threshold=threshold, examples=99)
    found = {twin.place[1]: twin for twin in report.twins}
    near = 0
    for place, text in enumerate(ours):
        words, long = set(text.split()), [other for other in theirs if len(other.split()) >= leaks.LONG]
        if len(text.split()) < leaks.LONG:
            assert f"u{place}" not in found
            continue
        best = max((len(words & set(o.split())) / len(words | set(o.split())) for o in long), default=0.0)
        assert (f"u{place}" in found) == (best >= threshold)
        if best >= threshold:
            assert found[f"u{place}"].similarity == best
            near += text not in theirs
    assert report.near == near


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_a_split_leaks_wholly_into_itself(texts: list[str]) -> None:
    report = leaks.between([chat("a", *texts)], [chat("a", *texts)])
    spoken = sum(bool(text) for text in texts)
    assert report.exact == report.verbatim == spoken
    assert report.near == 0


def test_repeats_and_conflicts_are_counted() -> None:
    report = leaks.within(
        [
            chat("a", "Fine.", "Fine.", "fine.", "Go on.", labels=("joy", "joy", "anger", "joy")),
            chat("b", "Go on.", "New.", labels=("joy", "fear")),
        ],
        "emotion",
    )
    assert (report.utterances, report.exact_rows, report.rows) == (6, 4, 5)
    assert (report.texts, report.conflicting) == (2, 1)
    assert report.twins == (leaks.Twin(("a", "u2"), ("a", "u0"), 1.0),)


def test_repeats_without_a_layer_have_examples_of_any_label() -> None:
    report = leaks.within([chat("a", "Fine.", "Fine.", labels=("joy", "anger"))])
    assert (report.texts, report.conflicting) == (1, 0)
    assert report.twins == (leaks.Twin(("a", "u1"), ("a", "u0"), 1.0),)


def test_an_unlabelled_repeat_is_no_conflict() -> None:
    assert leaks.within([chat("a", "Fine.", "Fine.", labels=("joy",))], "emotion").conflicting == 0


def test_meld_and_iemocap_validation_in_train(data: Path) -> None:
    """Byte-exact: 135 of 1,109 and 109 of 647; MELD has 795 dev utterances of four words or more."""
    meld = leaks.between(split("meld", "validation", data), split("meld", "train", data))
    assert (meld.exact, meld.utterances, meld.long) == (135, 1109, 795)
    iemocap = leaks.between(split("iemocap", "validation", data), split("iemocap", "train", data))
    assert (iemocap.exact, iemocap.utterances) == (109, 647)


def test_meld_and_iemocap_train_repeat_themselves(data: Path) -> None:
    meld = leaks.within(split("meld", "train", data), "emotion")
    assert (meld.exact_rows, meld.conflicting, meld.texts) == (1291, 105, 240)
    iemocap = leaks.within(split("iemocap", "train", data), "emotion")
    assert (iemocap.exact_rows, iemocap.conflicting, iemocap.texts) == (1014, 156, 291)


def test_meld_dev_in_emorynlp_train(data: Path) -> None:
    """Of 795 long ones 68 in the reduced version, and 105 verbatim in the official one (published 110: no
    normalisation we tried gives both 68 and 110; words without any punctuation give 73 and 110)."""
    dev = split("meld", "validation", data)
    reduced = leaks.between(dev, split("emorynlp_7551", "train", data))
    official = leaks.between(dev, split("emorynlp", "train", data))
    assert (reduced.long, reduced.verbatim_long, official.verbatim_long) == (795, 68, 105)
    assert official.verbatim_long + official.near >= 110


def test_ten_thousand_against_ten_thousand_takes_seconds(data: Path) -> None:
    ours, theirs = split("emorynlp", "train", data), split("meld", "train", data)
    begun = time.perf_counter()
    report = leaks.between(ours, theirs)
    assert time.perf_counter() - begun < 20
    assert (report.utterances, report.verbatim_long) == (9934, 1381)
