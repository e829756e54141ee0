import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sentio.llms.answers import fault, parse_json, parse_label, spoken

MELD = ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        # The golden cases of specs/llm-runtime.md.
        ('{"Emotion": "joy"}', MELD, "joy"),
        ('```json\n{"Emotion": "joy"}\n```', MELD, "joy"),
        ("I know the answer", ("yes", "no"), None),
        ("not sad but happy", ("sad", "happy"), None),
        ("<think>sad</think>happy", ("sad", "happy"), "happy"),
        # And of specs/prc-emo.md, golden check 10.
        (" Joy\n", MELD, "joy"),
        ("banana", MELD, None),
        ("The emotion is **Joy**.", MELD, "joy"),
        ("joy, joy and joy", MELD, "joy"),
        ("very happy", ("happy", "very happy"), "very happy"),
        ("joyful", MELD, None),
        ("sad or happy?</think>happy", ("sad", "happy"), "happy"),
        ("<think>sad, I would say, or", ("sad", "happy"), None),
        ("", MELD, None),
    ],
)
def test_a_label_is_found_or_nothing_is(text: str, choices: tuple[str, ...], expected: str | None) -> None:
    assert parse_label(text, choices) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": {"b": {"c": 1}}}', {"a": {"b": {"c": 1}}}),
        ('Here: {"a": {"b": 1}} as you wished', {"a": {"b": 1}}),
        ('```\n{"a": 1,}\n```', {"a": 1}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('<think>{"a": 0}</think>{"a": 1}', {"a": 1}),
        ('{not json} {"a": 1}', {"a": 1}),
        ("[1, 2]", None),
        ("none", None),
    ],
)
def test_an_object_is_found_in_words(text: str, expected: object) -> None:
    assert parse_json(text) == expected


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), min_size=1))
def test_json_survives_a_fence_and_words_around_it(value: dict[str, object]) -> None:
    text = json.dumps(value)
    assert parse_json(text) == value
    assume("think>" not in text and "```" not in text)
    assert parse_json(f"Sure!\n```json\n{text}\n```\nAnything else?") == value


@given(st.text())
def test_no_words_are_too_odd(text: str) -> None:
    parse_json(text)
    assert parse_label(text, MELD) in {*MELD, None}
    assert "<think>" not in spoken(text) or "</think>" in text


def test_a_fault_names_the_place() -> None:
    schema = {
        "type": "object",
        "properties": {"who": {"type": "object", "properties": {"age": {"type": "integer"}}}},
        "required": ["who"],
    }
    assert fault({"who": {"age": 3}}, schema) is None
    assert fault({"who": {"age": "old"}}, schema) == "who.age: 'old' is not of type 'integer'"
    assert fault({}, schema) == "'who' is a required property"


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 50_000])
def test_a_model_that_writes_brackets_without_end_is_no_crash(text: str) -> None:
    assert parse_json(text) is None


def test_a_line_end_in_a_string_is_read_among_words() -> None:
    assert parse_json('Sure: {"a": "x\ny"}') == {"a": "x\ny"}
