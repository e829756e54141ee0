"""LongEmotion: structure of its tasks, and figures of the half at hand."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import Question

EXAMPLES = Path(__file__).parent / "examples"


def questions(data: Path, split: str) -> list[Question]:
    return [item for item in corpora.load("longemotion", data).read(split) if isinstance(item, Question)]


def test_detection(data: Path) -> None:
    asked = questions(data, "detection")
    assert len(asked) == 68
    assert asked[0].answers == ("24",)
    assert all(26 <= len(question.choices) <= 36 for question in asked)
    assert {key for question in asked for key in question.facts} == {"tokens"}
    rows = corpora.load("longemotion", data).files.json_lines("Emotion_Detection.jsonl")
    common = Counter(Counter(row["label"]).most_common(1)[0][0] for _, row in rows)
    assert common == {"Anxiety": 45, "Relaxation": 23}


def test_the_answer_of_detection_is_the_minority_label(data: Path) -> None:
    folder = corpora.load("longemotion", data).files
    asked = questions(data, "detection")
    for question, (_, row) in zip(asked, folder.json_lines("Emotion_Detection.jsonl"), strict=True):
        rare = Counter(row["label"])
        assert rare[row["label"][int(question.answers[0])]] == 1 == min(rare.values())


def test_conversations_have_four_stages(data: Path) -> None:
    corpus = corpora.load("longemotion", data)
    dialogues = list(corpus.conversations("conversation"))
    assert (len(dialogues), sum(len(item.conversation) for item in dialogues)) == (50, 6722)
    stages = corpus.card.layers["stage"]
    assert all(tuple(dict.fromkeys(item.gold["stage"].values())) == stages for item in dialogues)
    assert {speaker for item in dialogues for speaker in item.conversation.speakers} == {"Client", "Counselor"}
    assert sum("description" in item.facts for item in dialogues) == 48


def test_summaries_ask_for_five_parts(data: Path) -> None:
    asked = questions(data, "summary")
    cases = Counter(question.facts["case"] for question in asked)
    assert (len(cases), set(cases.values())) == (75, {5})
    assert all(question.answers[0] for question in asked)


def test_expression_has_situations_and_factors(data: Path) -> None:
    asked = questions(data, "expression")
    counted = Counter(question.facts["emotion"] for question in asked)
    # The last one is cut by the half of the file that is at hand: 27 in the whole.
    assert counted == {"Anger": 88, "Anxiety": 45, "Depression": 30, "Frustration": 25, "Jealousy": 26}
    factors = {(q.facts["emotion"], q.facts["factor"]) for q in asked}
    assert Counter(emotion for emotion, _ in factors) == {
        "Anger": 5, "Anxiety": 4, "Depression": 6, "Frustration": 4, "Jealousy": 4,
    }  # fmt: skip
    assert "20. Afraid" in asked[0].question


def test_fields_that_differ_between_releases() -> None:
    first, second = questions(EXAMPLES, "classification")
    assert (first.id, first.facts["subject"], first.answers) == ("emobench-1", "Mo", ("Relief",))
    assert (second.id, second.facts["subject"]) == ("finentity-1", "Quince Mills")
    assert second.context.startswith("Shares")


def test_an_answer_outside_the_segments_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "longemotion").mkdir()
    text = (EXAMPLES / "longemotion" / "Emotion_Detection.jsonl").read_text("utf8")
    broken = text.replace('"ground_truth": 1', '"ground_truth": 9')
    assert broken != text
    (tmp_path / "longemotion" / "Emotion_Detection.jsonl").write_text(broken, "utf8")
    with pytest.raises(InputError, match="do not fit together") as error:
        list(corpora.load("longemotion", tmp_path).read("detection"))
    assert error.value.line == 2
