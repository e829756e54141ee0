"""The two stages, by a model that answers from a list: which questions it gets, and what becomes of its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.llms.base import Answer, Question
from sentio.prompts.hef import NONE
from sentio.responses.hef.deciding import COMMONEST, FORMS, Felt, Proposal, chosen, feeling
from sentio.responses.hef.small_model import SPACE

LINES = ('Ada: "The house is so quiet."',)
PRIMARY = ("lonely", "sad", "nostalgic")


def asked(proposal: Proposal, *answers: str) -> tuple[Felt, list[Question]]:
    """What comes out where a model says this, and what it was asked."""
    flow, questions, said = feeling("c", LINES, "Ada", proposal), [], iter(answers)
    try:
        questions.append(next(flow))
        while True:
            words = next(said)
            choice = words if words in questions[-1].choices else None
            error = None if choice else "no label in the answer"
            questions.append(flow.send(Answer(questions[-1], words, choice, valid=choice is not None, error=error)))
    except StopIteration as end:
        assert not list(said)
        felt: Felt = end.value
        return felt, questions


def test_a_primary_emotion_is_decided_at_the_first_stage() -> None:
    felt, (only,) = asked(Proposal(PRIMARY), "sad")
    assert felt == Felt("sad", 1)
    assert only.choices == (*PRIMARY, NONE)
    assert only.sampling.temperature == 0


def test_none_leads_to_the_others_and_never_back() -> None:
    felt, (_, second) = asked(Proposal(PRIMARY), NONE, "grateful")
    assert felt == Felt("grateful", 2)
    assert len(second.choices) == 29
    assert not {*PRIMARY, NONE} & set(second.choices)
    shown = second.messages[-1].content.split("?")[0]
    assert not any(f" {label}," in shown or f" {label}?" in shown for label in PRIMARY)


def test_noise_twice_leaves_the_small_models_likeliest() -> None:
    felt, questions = asked(Proposal(PRIMARY), "banana", "sad or lonely, who knows")
    assert felt == Felt("lonely", "fallback")
    assert len(questions) == 2


def test_noise_at_the_first_stage_leads_to_the_second() -> None:
    felt, _ = asked(Proposal(PRIMARY), "hard to say", "guilty")
    assert felt == Felt("guilty", 2)


@pytest.mark.parametrize(("words", "emotion"), [("proud", "proud"), ("the pride of a mother", "proud")])
def test_one_stage_has_all_emotions_and_the_proposed_ones_as_a_hint(words: str, emotion: str) -> None:
    felt, (only,) = asked(Proposal(PRIMARY, stages=1), words)
    assert felt == Felt(emotion, 1)
    assert only.choices == SPACE.labels
    assert "lonely, sad, nostalgic are the likeliest" in only.messages[-1].content


def test_without_a_small_model_nothing_is_hinted() -> None:
    felt, (only,) = asked(Proposal(), "banana")
    assert felt == Felt(COMMONEST, "fallback")
    assert only.choices == SPACE.labels
    assert "likeliest" not in only.messages[-1].content


@pytest.mark.parametrize("stage", [1, 2])
def test_a_question_that_fails_on_its_way_is_no_decision(stage: int) -> None:
    flow = feeling("c", LINES, "Ada", Proposal(PRIMARY))
    question = next(flow)
    if stage == 2:
        question = flow.send(Answer(question, NONE, NONE))
    with pytest.raises(StopIteration) as end:
        flow.send(Answer(question, error="the server is gone"))
    assert end.value.value == Felt("lonely", "fallback", "the server is gone")


def test_every_label_has_forms_of_its_own() -> None:
    assert set(FORMS) == set(SPACE.labels)
    forms = [form for some in FORMS.values() for form in some.split()]
    assert len(set(forms)) == len(forms)
    assert not set(forms) & set(SPACE.labels)
    for label, some in FORMS.items():
        for form in some.split():
            assert chosen(Answer(Question("q", ()), text=f"**{form.capitalize()}**"), SPACE.labels) == label


@given(st.text(), st.lists(st.sampled_from(SPACE.labels), min_size=1, max_size=5, unique=True))
def test_what_is_chosen_was_asked_about(words: str, labels: list[str]) -> None:
    assert chosen(Answer(Question("q", ()), text=words), tuple(labels)) in {None, *labels}


@given(st.lists(st.sampled_from(("lonely", "none", "banana", "")), min_size=2, max_size=2))
def test_an_emotion_comes_out_whatever_is_said(words: list[str]) -> None:
    felt, _ = asked(Proposal(PRIMARY), *(words if words[0] != "lonely" else words[:1]))
    assert felt.emotion in PRIMARY
