import json
from pathlib import Path

import pytest
from tests.llms.servers import asked, choosing

from sentio import llms
from sentio.errors import InputError, OutputError
from sentio.llms import Answer
from sentio.llms.replay import Recorded, read


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    model = Recorded(llms.open("scripted/lexicon"), path)
    list(model.ask([asked(1), asked(2), choosing("What a wonderful day!", "joy", "anger")]))
    return path


def test_a_recording_answers_to_the_letter(recording: Path) -> None:
    model = llms.open(f"replay/{recording}")
    assert model.name == "scripted/lexicon"
    answers = list(model.ask([choosing("What a wonderful day!", "joy", "anger"), asked(2)]))
    assert answers[0].choice == "joy"
    assert answers[0].probabilities == pytest.approx((0.8, 0.2))
    assert answers[1].error is None
    assert all(answer.cached for answer in answers)


def test_a_question_that_was_not_recorded_is_told(recording: Path) -> None:
    (answer,) = llms.open(f"replay/{recording}").ask([asked(7)])
    assert answer.error == f"not recorded in {recording}; record this question with the model, scripted/lexicon"


def test_recording_goes_on_where_it_stopped(recording: Path) -> None:
    list(Recorded(llms.open("scripted/lexicon"), recording).ask([asked(3)]))
    assert [answer.error for answer in llms.open(f"replay/{recording}").ask([asked(1), asked(3)])] == [None, None]


def test_errors_are_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    answers = list(Recorded(llms.open("scripted/always=joy"), path).ask([choosing("?", "sad", "angry")]))
    assert answers[0].error
    assert not path.exists()


def test_a_torn_last_line_is_left_out(recording: Path) -> None:
    whole = recording.read_text()
    recording.write_text(whole[:-40])
    assert len(read(recording).records) == 2


@pytest.mark.parametrize(
    ("line", "cause"),
    [('{"key": "a"}\n', "is no recorded answer"), ("[]\n", "is no recorded answer"), ("x\n", "is no recorded answer")],
)
def test_a_line_that_is_no_answer_is_told_with_its_number(recording: Path, line: str, cause: str) -> None:
    with recording.open("a") as file:
        file.write(line)
    with pytest.raises(InputError, match=rf"answers.jsonl:4: {cause}"):
        read(recording)


def test_a_recording_of_two_models_is_none(recording: Path) -> None:
    rows = [json.loads(line) for line in recording.read_text().splitlines()]
    rows[0]["model"] = "another"
    recording.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(InputError, match="holds answers of several models: another, scripted/lexicon"):
        read(recording)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.jsonl: No such file or directory; name a recording"):
        llms.open(f"replay/{tmp_path / 'none.jsonl'}")


def test_a_recording_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    model = Recorded(llms.open("scripted/lexicon"), tmp_path / "no" / "folder.jsonl")
    with pytest.raises(OutputError, match="No such file or directory; the recording so far is kept"):
        list(model.ask([asked(1)]))


def test_an_answer_of_every_kind_survives(tmp_path: Path) -> None:
    question = choosing("?", "joy", "anger")
    answer = Answer(question, "words", "joy", None, {"deep": [1, None, "ü\ud800"]}, valid=False)

    class Model:
        name = "one"

        def ask(self, questions: object) -> list[Answer]:
            return [answer]

        def close(self) -> None: ...

    path = tmp_path / "answers.jsonl"
    list(Recorded(Model(), path).ask([question]))  # type: ignore[arg-type]
    (again,) = llms.open(f"replay/{path}").ask([question])
    assert (again.text, again.choice, again.value, again.valid) == ("words", "joy", answer.value, False)


@pytest.mark.parametrize("cut", [40, 1])
def test_recording_goes_on_after_a_kill(recording: Path, cut: int) -> None:
    recording.write_bytes(recording.read_bytes()[:-cut])
    whole = len(read(recording).records)
    list(Recorded(llms.open("scripted/lexicon"), recording).ask([asked(3), asked(4)]))
    assert len(read(recording).records) == whole + 2


def test_another_models_recording_is_not_gone_on_with(recording: Path) -> None:
    before = recording.read_bytes()
    with pytest.raises(OutputError, match=r"holds answers of scripted/lexicon, not scripted/always=joy; name another"):
        list(Recorded(llms.open("scripted/always=joy"), recording).ask([asked(1)]))
    assert recording.read_bytes() == before


def test_a_line_too_deep_to_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deep.jsonl"
    path.write_text("[" * 200_000 + "\n")
    with pytest.raises(InputError, match=r"deep.jsonl:1: is no recorded answer"):
        llms.open(f"replay/{path}")


def test_what_is_no_regular_file_is_not_read() -> None:
    with pytest.raises(InputError, match="/dev/zero: is no regular file; name a recording"):
        llms.open("replay//dev/zero")


@pytest.mark.parametrize("text", ["my notes", '{"a": 1}'])
def test_another_file_is_not_recorded_into(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=r"notes.txt:1: is no recorded answer"):
        list(Recorded(llms.open("scripted/lexicon"), path).ask([asked(1)]))
    assert path.read_text() == text
