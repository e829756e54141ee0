"""Words in flat arrays against the same words counted text by text."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.metrics import extractive
from sentio.metrics.extractive import exact_match, token_f1
from sentio.metrics.word_lists import paired_words, tokens

SPACES = "\t\n\x0b\x1c\x1f\x85\xa0\u2028"
texts = st.one_of(
    st.lists(st.sampled_from(["a", "The", "rain", "Rain!", "dog", "'", "|", "’s", "an’", "\x00", "I"]), max_size=8).map(
        " ".join
    ),
    st.text("aAnNtThHeEΣİß .,-\\ud8" + SPACES + "\ud83d\x00", max_size=12),
)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=20))
def test_words_are_compared_as_lists_and_as_multisets(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    wanted, found = paired_words(gold, predicted)
    assert wanted.lengths.tolist() == [len(tokens(text)) for text in gold]
    assert found.lengths.tolist() == [len(tokens(text)) for text in predicted]
    assert wanted.same(found).tolist() == [tokens(g) == tokens(p) for g, p in pairs]
    shared = [sum((Counter(tokens(g)) & Counter(tokens(p))).values()) for g, p in pairs]
    assert wanted.shared(found).tolist() == found.shared(wanted).tolist() == shared


def test_half_a_character_is_a_word_of_its_own() -> None:
    """Generated text may end within an emoji; JSON then holds half a surrogate pair."""
    gold, predicted = ["so \ud83d", "so \ud83d", "so \ud83d"], ["so \ud83d", "so \ud83e", "so ud83d"]
    assert exact_match(gold, predicted).tolist() == [True, False, False]
    assert token_f1(gold, predicted).tolist() == [1, 0.5, 0.5]


def test_rows_are_scored_alike_however_many_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = [f"rain {row % 3} rain" for row in range(7)] + ["", "the"]
    predicted = [f"rain {row % 4}" for row in range(7)] + ["a", "dog"]
    at_once = token_f1(gold, predicted), exact_match(gold, predicted)
    monkeypatch.setattr(extractive, "ROWS_AT_ONCE", 2)
    assert token_f1(gold, predicted).tolist() == at_once[0].tolist()
    assert exact_match(gold, predicted).tolist() == at_once[1].tolist()
    assert at_once[0].tolist() == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 1, 0]
