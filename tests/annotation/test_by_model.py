"""A language model labels: what it is told, what becomes of its answers, and going on."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import llms
from sentio.annotation import Poll, poll, sources
from sentio.annotation.ballot import Ballot, VotesFile
from sentio.annotation.by_model import Count, label, wanted
from sentio.conversation import Conversation, Utterance
from sentio.errors import LanguageModelError
from sentio.llms.base import Answer, LanguageModel, Question
from sentio.prompts.labelling import QUOTED, ROOM, messages


class Scripted:
    """Always the same label, but for questions that fail; gone after some."""

    name = "made-up"

    def __init__(self, label: str = "joy", failing: str = "", lives: int = 10**9) -> None:
        self.label, self.failing, self.lives = label, failing, lives
        self.asked: list[Question] = []

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        for question in questions:
            if len(self.asked) == self.lives:
                raise LanguageModelError("the server is gone")
            self.asked.append(question)
            if self.failing and self.failing in question.messages[-1].content:
                yield Answer(question, valid=False, error="it said no")
            else:
                yield Answer(question, choice=self.label)

    def close(self) -> None:
        pass


def run(table: Path, path: Path, model: LanguageModel, limit: int | None = None) -> tuple[Count, int]:
    with VotesFile(path) as file:
        counted = poll(sources([str(table)]), [path])
        ballot = Ballot(counted, file, "m", "language model", model.name)
        count = label(counted, ballot, wanted(counted, ballot, "m", limit), model)
    return count, len(ballot)


def test_every_utterance_is_asked_about_once(labelled: Path, tmp_path: Path) -> None:
    model = Scripted()
    count, done = run(labelled, tmp_path / "v.jsonl", model)
    assert (count.labelled, count.failed, done) == (6, 0, 6)
    assert all(
        question.choices == ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
        for question in model.asked
    )
    votes = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text("utf8").splitlines()]
    assert {(vote["annotator"], vote["kind"], vote["model"]) for vote in votes} == {("m", "language model", "made-up")}
    again = Scripted()
    assert run(labelled, tmp_path / "v.jsonl", again)[0].labelled == 0
    assert again.asked == []


def test_a_failed_answer_is_no_vote_and_is_asked_for_again(labelled: Path, tmp_path: Path) -> None:
    count, done = run(labelled, tmp_path / "v.jsonl", Scripted(failing='sugar.")'))
    assert (count.labelled, count.failed, count.last_error, done) == (5, 1, "it said no", 5)
    model = Scripted()
    assert run(labelled, tmp_path / "v.jsonl", model)[0].labelled == 1
    assert [question.messages[-1].content.splitlines()[1] for question in model.asked] == ["Bo: I forgot the sugar."]


@pytest.mark.parametrize("lives", range(6))
def test_a_job_that_dies_goes_on_where_it_was(labelled: Path, tmp_path: Path, lives: int) -> None:
    path = tmp_path / "v.jsonl"
    with pytest.raises(LanguageModelError, match="gone"):
        run(labelled, path, Scripted(lives=lives))
    assert len(path.read_bytes().splitlines()) == lives
    model = Scripted("fear")
    assert run(labelled, path, model)[1] == 6
    assert len(model.asked) == 6 - lives


def test_limit_takes_the_first_of_the_annotators_order(labelled: Path, tmp_path: Path) -> None:
    everything, some = Scripted(), Scripted()
    run(labelled, tmp_path / "a.jsonl", everything)
    assert run(labelled, tmp_path / "b.jsonl", some, limit=2)[1] == 2
    assert some.asked == everything.asked[:2]


def test_the_model_is_told_what_was_said_so_far_and_no_label(counted: Poll) -> None:
    for one in counted.utterances:
        system, user = messages(one.conversation, one.place, one.labels, one.layer)
        said = one.conversation.utterances
        context = user.content.split("\n\n")[0].splitlines()
        assert len(context) == one.place + 1
        for later in said[one.place + 1 :]:
            assert not later.text or later.text not in user.content
        assert system.content == messages(said_by_others(), 0, one.labels)[0].content
        assert user.content.endswith("anger, disgust, fear, joy, sadness, surprise or neutral.")


def said_by_others() -> Conversation:
    return Conversation(id="x", utterances=(Utterance(id="0", speaker="Zoe", text="Hm."),))


def test_labels_are_explained_where_their_meaning_is_known() -> None:
    system, _ = messages(said_by_others(), 0, ("joy", "whimsy"), "mood")
    assert "The labels (mood):\n- joy: something is good: pleasure" in system.content
    assert system.content.endswith("\n- whimsy")
    assert messages(said_by_others(), 0, ("joy",))[1].content.endswith("alone: joy.")


@given(st.lists(st.text(max_size=3000), min_size=1, max_size=30))
def test_a_prompt_has_a_bound(texts: list[str]) -> None:
    said = tuple(Utterance(id=str(n), speaker="Ada", text=text) for n, text in enumerate(texts))
    _, user = messages(Conversation(id="a", utterances=said), len(said) - 1, ("joy", "anger"))
    assert len(user.content) <= ROOM + QUOTED + 200
    assert user.content.encode("utf8")


def test_a_model_of_the_house_answers_for_real(labelled: Path, tmp_path: Path) -> None:
    model = llms.open("scripted/lexicon")
    count, _ = run(labelled, tmp_path / "v.jsonl", model)
    assert count.labelled == 6
    assert str(count.tally).startswith("6 questions, 6 answered")
