"""Words that a model quotes are found where they stand, or nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.causes.quoted import RATIO, WORD, quoted

LETTERS = st.text(alphabet="ab ' ,.好吗🎂é\n", max_size=40)


@pytest.mark.parametrize(
    ("words", "text", "there"),
    [
        ("my keys", "I lost my keys .", "my keys"),
        ("MY  KEYS", "I lost my keys .", "my keys"),
        ("I'm sorry.", "Oh , I ' m sorry . Really .", "I ' m sorry ."),
        ("  my keys\n", "I lost my keys .", "my keys"),
        ('"my keys"', "I lost my keys .", "my keys"),
        ("lost all my keys", "I lost my keys .", "lost my keys"),
        ("you lost our spare keys", "Yes , you lost the spare keys again .", "you lost the spare keys"),
        ("弄丢了钥匙", "我弄丢了钥匙,真糟糕。", "弄丢了钥匙"),
        ("弄丢 钥匙", "我弄丢了钥匙,真糟糕。", "弄丢了钥匙"),
        ("🎂🎂", "Cake 🎂🎂 !", "🎂🎂"),
        ("lost your hat", "I lost my keys .", None),
        ("", "I lost my keys .", None),
        ("   ", "I lost my keys .", None),
        ("keys", "", None),
        ("(.*", "What (.* is that", "(.*"),
    ],
)
def test_where_words_stand(words: str, text: str, there: str | None) -> None:
    assert quoted(words, text) == there


def test_the_ratio_is_where_it_is_said_to_be() -> None:
    """Three of four words are enough, two of four are not."""
    assert RATIO == 2 * 3 / (4 + 4)
    assert quoted("one two three x", "one two three four") == "one two three"
    assert quoted("one x three four", "one two three four") == "one two three four"
    assert quoted("one x y four", "one two three four") is None


@given(LETTERS, LETTERS)
def test_what_is_found_stands_in_the_text(words: str, text: str) -> None:
    found = quoted(words, text)
    assert found is None or (found and found in text)


@given(LETTERS, st.integers(0, 40), st.integers(0, 40))
def test_every_part_of_a_text_is_found(text: str, start: int, end: int) -> None:
    part = text[start:end]
    assert quoted(part, text) == (part.strip() if WORD.search(part) else None)


@given(st.text(alphabet="ab ,.", max_size=30), st.data())
def test_case_and_spaces_are_no_matter(text: str, data: st.DataObject) -> None:
    places = [place.span() for place in WORD.finditer(text)]
    if not places:
        return
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(places) - 1)] * 2)))
    part = text[places[first][0] : places[last][1]]
    found = quoted("  ".join(WORD.findall(part)).upper(), text)
    assert found is not None
    assert WORD.findall(found) == WORD.findall(part)


def test_a_long_text_takes_no_time() -> None:
    text = "no " * 3_000 + "yes"
    assert quoted("no " * 200 + "maybe", text) == ("no " * 200).strip()
