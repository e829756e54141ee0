"""Label lists as language models write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.open_vocabulary_labels import parse_labels, parse_labels_mer2024

words = st.text("abcéż- ", min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        ("['happy', 'at ease']", ("happy", "at ease")),
        ('["Happy" , "At Ease"]', ("happy", "at ease")),
        ("happy, at ease", ("happy", "at ease")),
        ("[happy，calm]", ("happy", "calm")),
        ("[],focused,attentive", ("]", "focused", "attentive")),
        (" [ ] ", ()),
        ("", ()),
        ("[[happy]]", ("[happy]",)),
        (["Happy", " calm ", ""], ("happy", "calm")),
    ],
)
def test_mer_unibench_splits_at_quotes_and_commas(answer: Any, labels: tuple[str, ...]) -> None:  # noqa: ANN401
    assert parse_labels(answer) == labels


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        ("['happy', 'at ease']", ("happy", "at ease")),
        ("[happy, at ease]", ("happy, at ease",)),
        ("['happy, calm']", ("happy, calm",)),
        ("[]", ()),
    ],
)
def test_mer2024_splits_at_quotes_only(answer: str, labels: tuple[str, ...]) -> None:
    assert parse_labels_mer2024(answer) == labels


@given(st.lists(words))
def test_a_python_list_comes_back(labels: list[str]) -> None:
    assert parse_labels(str(labels)) == parse_labels_mer2024(str(labels)) == parse_labels(labels) == tuple(labels)


@given(st.text())
def test_any_text_gives_words(answer: str) -> None:
    for label in (*parse_labels(answer), *parse_labels_mer2024(answer)):
        assert label.strip() == label != ""


@pytest.mark.parametrize("answer", [None, 3.5, [None], [["happy"]]])
def test_what_is_no_list_of_words_is_refused(answer: Any) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=r"must be (text or a list of words|a word), not"):
        parse_labels(answer)
    with pytest.raises(ScoreError, match="must be text"):
        parse_labels_mer2024(answer)
