from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.llms.servers import choosing

from sentio import corpora, labels, llms
from sentio.errors import LanguageModelError
from sentio.gold import AnnotatedConversation
from sentio.llms import Question
from sentio.llms.answers import fault
from sentio.prompts.message import Message

MELD = labels.space("meld").labels
KNOWLEDGE = {
    "type": "object",
    "properties": {
        "ExplicitEmotion": {"type": "string", "minLength": 100},
        "ImplicitEmotion": {"type": "string", "maxLength": 300},
    },
    "required": ["ExplicitEmotion", "ImplicitEmotion"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yay, that is wonderful!", "joy"),
        ("I hate you, shut up!", "anger"),
        ("The train leaves at nine.", "neutral"),
        ("", "neutral"),
        ("I was glad.\nOh wow, really?", "surprise"),
        ('I love it.\nWhich label fits what Bo feels when saying "I am so sorry"? Answer with joy alone.', "sadness"),
    ],
)
def test_the_lexicon_reads_the_last_line_or_what_it_quotes(text: str, expected: str) -> None:
    (answer,) = llms.open("scripted/lexicon").ask([choosing(text, *MELD)])
    assert answer.choice == expected
    assert answer.probabilities is not None
    assert sum(answer.probabilities) == pytest.approx(1)


def test_every_label_space_has_words_of_its_own() -> None:
    model = llms.open("scripted/lexicon")
    for names in (labels.space("meld").labels, labels.space("iemocap6").labels, labels.space("emorynlp").labels):
        answers = model.ask(choosing(f"I feel {name}", *names) for name in names)
        assert tuple(answer.choice for answer in answers) == names


@pytest.mark.parametrize("rule", ["first", "always", "lexicon=joy", "always="])
def test_an_unknown_rule_is_told(rule: str) -> None:
    with pytest.raises(LanguageModelError, match=r"write scripted/lexicon or scripted/always=LABEL"):
        llms.open(f"scripted/{rule}")


def test_a_label_that_is_none_of_the_choices_is_an_error() -> None:
    (answer,) = llms.open("scripted/always=joy").ask([choosing("?", "sad", "angry")])
    assert answer.error == "'joy' is none of sad, angry"
    assert not answer.valid


SCHEMAS = st.recursive(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer", "minimum": 3},
            {"type": "boolean"},
            {"type": "null"},
            {"enum": ["joy", "anger"]},
            {"const": 5},
            {"$ref": "#/$defs/mood"},
        ]
    ),
    lambda inner: (
        st.dictionaries(st.text("abc", min_size=1), inner, min_size=1).map(
            lambda parts: {"type": "object", "properties": parts, "required": sorted(parts)}
        )
        | inner.map(lambda item: {"type": "array", "items": item, "minItems": 2})
        | inner.map(lambda item: {"anyOf": [item, {"type": "null"}]})
    ),
    max_leaves=6,
)


@settings(max_examples=25)
@given(SCHEMAS)
def test_json_fits_any_schema_of_these(schema: dict[str, object]) -> None:
    whole = {"type": "object", "properties": {"all": schema}, "$defs": {"mood": {"enum": ["sad"]}}}
    (answer,) = llms.open("scripted/lexicon").ask([Question("q", (Message("user", "?"),), schema=whole)])
    assert answer.error is None
    assert answer.value is not None
    assert fault(answer.value, whole) is None


def test_texts_are_as_long_as_knowledge_is_asked_for_and_name_no_emotion() -> None:
    question = Question("q", (Message("user", 'Bo: "Not me."'),), schema=KNOWLEDGE)
    (answer,) = llms.open("scripted/lexicon").ask([question])
    assert answer.value is not None
    for text in answer.value.values():
        words = {word.strip(".,").casefold() for word in text.split()}
        assert 20 <= len(text.split()) <= 50
        assert not words & {label for space in labels.SPACES for label in labels.space(space).labels}


@pytest.mark.parametrize(("asked", "fewest", "most"), [("about 100 words", 80, 120), ("20 to 50 words", 20, 50)])
def test_texts_are_as_long_as_the_question_says(asked: str, fewest: int, most: int) -> None:
    (answer,) = llms.open("scripted/lexicon").ask([Question("q", (Message("user", f"Say in {asked} who Bo is."),))])
    assert fewest <= len(answer.text.split()) <= most


def test_a_schema_it_cannot_fill_is_an_error() -> None:
    question = Question("q", (), schema={"type": "object", "properties": {"a": {"type": "string", "pattern": "^x$"}}})
    (answer,) = llms.open("scripted/lexicon").ask([question])
    assert answer.error is not None
    assert answer.error.startswith("the script cannot fill this schema: a: ")


@pytest.mark.parametrize(
    ("corpus", "split", "layer", "label", "right", "total"),
    [
        ("meld", "validation", "emotion", "neutral", 470, 1109),
        ("emocontext", "validation", "emotion", "others", 2338, 2755),
    ],
)
def test_the_majority_on_validation(
    data: Path, corpus: str, split: str, layer: str, label: str, right: int, total: int
) -> None:
    """specs/llm-runtime.md, end to end: accuracy .4238 on MELD, .8486 on EmoContext, nothing invalid."""
    found = corpora.load(corpus, data)
    choices = found.card.layers[layer]
    gold: dict[str, str] = {}
    questions = []
    for item in found.read(split):
        assert isinstance(item, AnnotatedConversation)
        texts = {utterance.id: utterance.text for utterance in item.conversation.utterances}
        for place, emotion in item.gold[layer].items():
            name = f"{item.conversation.id}/{place}"
            gold[name] = str(emotion)
            questions.append(Question(name, (Message("user", texts[place]),), choices=choices))
    tally = llms.Tally()
    answers = tally.over(llms.open(f"scripted/always={label}").ask(questions))
    assert sum(answer.choice == gold[answer.question.id] for answer in answers) == right
    assert (tally.asked, tally.invalid, tally.errors) == (total, 0, 0)
