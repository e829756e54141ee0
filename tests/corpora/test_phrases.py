"""Phrases: planted ones are found, the runs are those of brute force, and nothing is too odd to be read."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora.phrases import PhraseIndex, Repeated, Shared, passages, repeated, words
from sentio.gold import AnnotatedConversation, Question

TEXTS = st.lists(st.lists(st.sampled_from("the a cat sat 你".split()), max_size=12).map(" ".join), max_size=5)


def chat(name: str, *texts: str) -> AnnotatedConversation:
    turns = tuple(Utterance(id=f"u{i}", speaker="Ada", text=text) for i, text in enumerate(texts))
    return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns))


def test_words_have_no_case_and_no_marks() -> None:
    assert words("  DON’T… “stop” — e-mail me: straße! 👍") == ["don't", "stop", "e", "mail", "me", "strasse"]
    assert words("我不 know，好吗？ カ") == ["我", "不", "know", "好", "吗", "カ"]
    assert words("") == words("👍 … — '") == []
    assert words("half \ud83d") == ["half"]


def test_a_sentence_within_another_one_is_found() -> None:
    ours = [chat("a", "Short.", "He said THE CAT SAT ON THE MAT, you know.", "The cat sat on the mat")]
    theirs = [chat("b", "It was the cat, sat on the mat. The cat sat on the mat!"), chat("c", "the cat sat on the mat")]
    assert PhraseIndex(ours, 5).shared_with(theirs) == (
        Shared(("a", "u1"), "the cat sat on the mat", ("b", "u0"), 2),
        Shared(("a", "u2"), "the cat sat on the mat", ("b", "u0"), 2),
    )
    assert PhraseIndex(ours, 7).shared_with(theirs) == ()


def test_a_phrase_does_not_go_over_from_one_utterance_to_the_next() -> None:
    assert PhraseIndex([chat("a", "so it", "goes on")], 3).shared_with([chat("b", "so it goes on")]) == ()


def test_chinese_is_compared_by_characters() -> None:
    (found,) = PhraseIndex([chat("a", "今天的天气真好，我们走吧。")], 6).shared_with([chat("b", "他说今天的天气真坏")])
    assert found.phrase.replace(" ", "") == "今天的天气真"


def test_questions_are_read_whole() -> None:
    question = Question(id="q", context="Bo sings.", question="Why?", choices=("joy", "grief"), answers=("He can.",))
    assert dict(passages(question)) == {
        ("q", "context"): "Bo sings.", ("q", "question"): "Why?", ("q", "choice"): "grief", ("q", "answer"): "He can.",
    }  # fmt: skip
    assert PhraseIndex([chat("a", "I know he can.")], 2).shared_with([question])[0].other == ("q", "answer")


@given(TEXTS, TEXTS, st.integers(1, 5))
def test_runs_are_those_of_brute_force(ours: list[str], theirs: list[str], n: int) -> None:
    found = PhraseIndex([chat("a", *ours)], n).shared_with([chat("b", *theirs)])
    runs = [(one.place[1], one.phrase) for one in found]
    expected = []
    for place, text in enumerate(ours):
        said = text.split()
        held = [any(f" {' '.join(said[i : i + n])} " in f" {o} " for o in theirs) for i in range(len(said) - n + 1)]
        marks = "".join("x" if here else "." for here in held)
        expected += [(f"u{place}", " ".join(said[m.start() : m.end() + n - 1])) for m in re.finditer("x+", marks)]
    assert runs == expected
    for one in found:
        first = " ".join(one.phrase.split()[:n])
        having = [f"u{i}" for i, text in enumerate(theirs) if f" {first} " in f" {text} "]
        assert (one.other[1], one.texts) == (having[0], len(having))


@given(st.lists(TEXTS, max_size=6), st.integers(1, 3), st.integers(0, 2))
def test_repeated_are_those_of_brute_force(talks: list[list[str]], n: int, above: int) -> None:
    counts: Counter[str] = Counter()
    for texts in talks:
        counts.update({" ".join(s[i : i + n]) for s in map(str.split, texts) for i in range(len(s) - n + 1)})
    expected = sorted(
        (Repeated(p, c) for p, c in counts.items() if c > above), key=lambda r: (-r.conversations, r.phrase)
    )
    assert repeated([chat(str(i), *texts) for i, texts in enumerate(talks)], n, above=above) == tuple(expected)


def test_no_words_make_no_phrase() -> None:
    with pytest.raises(ValueError, match="1 word or more"):
        PhraseIndex([], 0)
    with pytest.raises(ValueError, match="1 word or more"):
        repeated([], 0)
    assert not PhraseIndex([]).shared_with([chat("a", "so it goes")])
    assert not repeated([])


def test_meld_says_again_what_it_said(data: Path) -> None:
    """Figures of our own: what MELD's validation split shares with its training text, in seconds."""
    meld = corpora.load("meld", data)
    trained, scored = list(meld.conversations("train")), list(meld.conversations("validation"))
    begun = time.perf_counter()
    shared = PhraseIndex(scored).shared_with(trained)
    assert len({one.place for one in shared}) == 3
    assert repeated(trained)[0].conversations == 11
    assert time.perf_counter() - begun < 10
