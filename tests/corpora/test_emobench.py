"""EmoBench: scenarios of both languages, pairs of questions, answers among the choices."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import Question

EXAMPLES = Path(__file__).parent / "examples"


def questions(data: Path, split: str) -> list[Question]:
    return [item for item in corpora.load("emobench", data).read(split) if isinstance(item, Question)]


def test_scenarios_and_categories(data: Path) -> None:
    asked = questions(data, "understanding")
    scenarios = Counter(question.facts["scenario"] for question in asked)
    assert (len(scenarios), set(scenarios.values())) == (400, {2})
    assert Counter(str(scenario)[:2] for scenario in scenarios) == {"en": 200, "zh": 200}
    assert Counter(q.facts["category"] for q in asked if q.id.startswith("en") and q.id.endswith("emotion")) == {
        "perspective_taking": 67, "personal_beliefs_and_experiences": 56, "complex_emotions": 49, "emotional_cues": 28,
    }  # fmt: skip


def test_emotion_and_cause_are_two_questions() -> None:
    emotion, cause, *_ = questions(EXAMPLES, "understanding")
    assert (emotion.id, emotion.answers, len(emotion.choices)) == ("en-901-emotion", ("Joy",), 3)
    assert (cause.id, cause.answers) == ("en-901-cause", ("The letter is good news",))
    assert emotion.facts["scenario"] == cause.facts["scenario"] == "en-901"


def test_application_asks_for_a_response_or_an_action() -> None:
    first, second = questions(EXAMPLES, "application")
    assert first.question == "What is the most effective response for Ida?"
    assert second.facts["language"] == "zh"


def test_an_answer_outside_the_choices_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "emobench").mkdir()
    text = (EXAMPLES / "emobench" / "EU.jsonl").read_text("utf8")
    (tmp_path / "emobench" / "EU.jsonl").write_text(
        text.replace('"emotion_label": "Sadness"', '"emotion_label": "Sorrow"'), "utf8"
    )
    with pytest.raises(InputError, match="'Sorrow' is none of the choices") as error:
        list(corpora.load("emobench", tmp_path).read("understanding"))
    assert error.value.line == 2
