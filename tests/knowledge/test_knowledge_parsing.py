"""What a model says is taken as it is, repaired, or refused; a label word is found in every form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.knowledge.label_words import ENDINGS, forms, label_words
from sentio.knowledge.parsing import texts
from sentio.knowledge.validity import accepted, fault, words
from sentio.labels import SPACES

KEYS = ("ExplicitEmotion", "ImplicitEmotion")


@pytest.mark.parametrize(
    "answer",
    [
        '{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds."}',
        '{"ImplicitEmotion": "He minds.", "ExplicitEmotion": "He waits.", "Note": "x"}',
        '```json\n{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds."}\n```',
        'Here it is:\n{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds.",}\nAnything else?',
        '<think>{"ExplicitEmotion": "no"}</think>{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds."}',
        'I think so.\n</think>\n{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds."}',
        '{"ExplicitEmotion": "He\nwaits.", "ImplicitEmotion": "He  minds."}',
        '{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "He minds.',
        "{'ExplicitEmotion': 'He waits.', 'ImplicitEmotion': 'He minds.'}",
        "ExplicitEmotion: He waits.\nImplicitEmotion: He minds.",
        "**ExplicitEmotion**: He waits.\n\n**ImplicitEmotion**: He minds.",
        '{ExplicitEmotion: "He waits.", ImplicitEmotion: "He minds."}',
    ],
)
def test_what_is_meant_is_found(answer: str) -> None:
    assert texts(answer, KEYS) == ("He waits.", "He minds.")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I would rather not.",
        "[]",
        "null",
        '{"ExplicitEmotion": "He waits."}',
        '{"ExplicitEmotion": "He waits.", "ImplicitEmotion": ""}',
        '{"ExplicitEmotion": "He waits.", "ImplicitEmotion": "  "}',
        '<think>{"ExplicitEmotion": "a", "ImplicitEmotion": "b"}',
        "[" * 100_000,
    ],
)
def test_what_is_not_there_is_not_made_up(answer: str) -> None:
    assert texts(answer, KEYS) is None


def test_quotes_inside_survive() -> None:
    told = 'She says "fine" and means it.'
    assert texts(json.dumps({"Response": told}), ["Response"]) == (told,)
    assert texts('{"Response": "' + told + '"}', ["Response"]) == (told,)


sentences = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda t: " ".join(t.split())).filter(bool)
)


@given(sentences, sentences)
def test_strict_json_is_read_as_it_stands(explicit: str, implicit: str) -> None:
    value = {"ExplicitEmotion": explicit, "ImplicitEmotion": implicit}
    assert texts(json.dumps(value), KEYS) == (explicit, implicit)
    assert texts(json.dumps(value, ensure_ascii=False), KEYS) == (explicit, implicit)


@given(st.text())
def test_nothing_a_model_says_is_a_crash(answer: str) -> None:
    found = texts(answer, KEYS)
    assert found is None or all(found)


@pytest.mark.parametrize(
    ("text", "labels", "found"),
    [
        ("She is SAD.", ("sadness",), ("sad",)),
        ("Sadly it rains on the saddle.", ("sad",), ("sadly",)),
        ("He angrily left the angular room.", ("angry",), ("angrily",)),
        ("Joyce enjoys it.", ("joy",), ()),
        ("Excitement, then frustration.", ("excited", "frustrated"), ("excitement", "frustration")),
        ("A neutral tone.", ("neutral",), ("neutral",)),
        ("Made madly.", ("mad",), ("madly",)),
        ("Full of reliefs.", ("relief",), ("reliefs",)),
        ("Calmly, in the calmness of the palm.", ("calm",), ("calmly", "calmness")),
        ("Unhappily so.", ("happy",), ("unhappily",)),
        ("surprise-filled", ("surprise",), ("surprise",)),
        ("Nothing here.", ("joy", "sadness", "anger"), ()),
        ("Anything.", (), ()),
    ],
)
def test_label_words(text: str, labels: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert label_words(text, labels) == found


@pytest.mark.parametrize("space", SPACES)
def test_every_label_gives_itself_away(space: str) -> None:
    labels = SPACES[space].labels
    for label in labels:
        assert label_words(f"He is {label.upper()}, she said.", labels) == (label,)


@pytest.mark.parametrize("space", SPACES)
def test_the_labels_of_the_field_have_their_forms_written_out(space: str) -> None:
    for label in SPACES[space].labels:
        assert forms(label) != tuple(label + ending for ending in ENDINGS)
    assert forms("calm") == tuple("calm" + ending for ending in ENDINGS)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("goemotions", "disappointed annoyed relieved proud confused curious embarrassed grieving nervous realizes"),
        ("goemotions", "admires amused approving cares desired grateful loving optimistic remorseful"),
        ("empathetic32", "anxiety apprehension shame confidence contented devastating faith fury guilt hopes jealousy"),
        ("empathetic32", "annoys anticipated impressive loneliness nostalgia preparing pride sentiment terror trusted"),
        ("cped13", "positive relaxing depression astonishment worries negatively"),
        ("sentiment3", "positively negativity"),
    ],
)
def test_words_of_the_same_stem_give_a_label_away(space: str, words: str) -> None:
    assert label_words(words, SPACES[space].labels) == tuple(words.split())


@given(st.integers(1, 200), st.sampled_from([(20, 50), (100, 100)]))
def test_lengths_pass_from_half_the_fewest_to_half_more_than_the_most(number: int, asked: tuple[int, int]) -> None:
    passes = asked[0] / 2 <= number <= asked[1] * 1.5
    assert (fault([" ".join(["word"] * number)], asked, ()) is None) == passes


def test_each_text_must_pass() -> None:
    fine = " ".join(["word"] * 30)
    assert fault([fine, fine], (20, 50), ("joy",)) is None
    assert fault([fine, "too short"], (20, 50), ("joy",)) == "2 words where 20 to 50 were asked for"
    assert fault([fine, fine + " joyful"], (20, 50), ("joy",)) == "holds the label word 'joyful'"
    assert fault(["short"], (100, 100), ()) == "1 words where about 100 were asked for"
    assert accepted((20, 50)) == (10, 75)


def test_words_of_scripts_without_spaces_count_by_two_characters() -> None:
    assert words("") == 0
    assert words("她很平静，他也是。 Yes.") == 5
