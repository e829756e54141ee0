"""Any language model as a recogniser: order, streams, models without log-probabilities, failures, long texts."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest

from sentio import Conversation, Utterance, labels
from sentio.cli import main
from sentio.errors import InputError, LanguageModelError, SentioError, UnknownName
from sentio.llms import Answer, Question
from sentio.prompts.parts import Parts
from sentio.recognition import load
from sentio.recognition.prc_emo.prompts import Prompter
from sentio.recognition.prc_emo.recognizer import SURE, PrcEmo

MELD = labels.space("meld")


def words(text: str) -> int:
    return len(text.split())


def chat(name: str, *texts: str) -> Conversation:
    turns = [Utterance(id=str(i), speaker=("Ada", "Bo")[i % 2], text=text) for i, text in enumerate(texts)]
    return Conversation(id=name, utterances=turns)


@dataclass
class Backwards:
    """Hands answers out in the reverse order of `ahead` questions; what it is asked for decides the label."""

    ahead: int = 4
    name: str = "backwards"
    asked: list[Question] = field(default_factory=list)

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        source = iter(questions)
        while window := list(islice(source, self.ahead)):
            self.asked.extend(window)
            for question in reversed(window):
                yield self.answer(question)

    def answer(self, question: Question) -> Answer:
        said = question.messages[-1].content.partition('"')[2]
        label = next(label for label in question.choices if label in said)
        return Answer(question, label, label, tuple(float(label == one) for one in question.choices))

    def close(self) -> None: ...


def system(model: Backwards, *, alone: bool = False) -> PrcEmo:
    return PrcEmo(MELD, Prompter(MELD.labels, Parts(), 512, words), model, alone=alone)


CHATS = [
    chat("a", "some joy", "no anger", "fear"),
    chat("empty"),
    chat("b", "disgust"),
    chat("c", "neutral", "sadness", "joy", "surprise", "anger"),
    chat("empty too"),
]


@pytest.mark.parametrize("ahead", [1, 2, 3, 100])
@pytest.mark.parametrize("alone", [False, True])
def test_answers_in_any_order_come_to_their_utterances(ahead: int, alone: bool) -> None:
    predictions = list(system(Backwards(ahead), alone=alone).predict(CHATS))
    told = [
        [MELD.labels[k] for k in p.probabilities.argmax(axis=1)] if len(p.probabilities) else [] for p in predictions
    ]
    assert told == [["joy", "anger", "fear"], [], ["disgust"], ["neutral", "sadness", "joy", "surprise", "anger"], []]
    assert [p.probabilities.shape for p in predictions] == [(len(c), 7) for c in CHATS]


def test_no_more_conversations_are_read_than_are_worked_on() -> None:
    read: list[int] = []

    def endless() -> Iterator[Conversation]:
        for number in count():
            read.append(number)
            yield chat(str(number), "joy", "anger")

    answers = system(Backwards(ahead=6)).predict(endless())
    next(answers)
    assert len(read) <= 4


def test_a_model_that_tells_no_probabilities_is_nine_tenths_sure() -> None:
    class Silent(Backwards):
        def answer(self, question: Question) -> Answer:
            return replace(super().answer(question), probabilities=None)

    (prediction,) = system(Silent()).predict([chat("a", "joy")])
    assert prediction.probabilities[0, MELD.index("joy")] == SURE
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert np.sort(prediction.probabilities[0])[0] == pytest.approx(0.1 / 6)


def test_an_answer_that_failed_is_never_a_label() -> None:
    class Failing(Backwards):
        def answer(self, question: Question) -> Answer:
            return Answer(question, error="the server said 500 eight times")

    with pytest.raises(LanguageModelError, match=r"conversation 'a', utterance '\d': the server said 500"):
        list(system(Failing(ahead=2)).predict([chat("a", "joy", "anger")]))


def test_words_that_were_no_label_are_counted() -> None:
    class Chatty(Backwards):
        def answer(self, question: Question) -> Answer:
            return replace(super().answer(question), valid="joy" not in question.messages[-1].content)

    recognizer = system(Chatty())
    list(recognizer.predict([chat("a", "joy", "anger", "joy", "fear")]))
    assert (recognizer.tally.asked, recognizer.tally.invalid, recognizer.tally.invalid_rate) == (4, 2, 0.5)
    assert list(recognizer.remarks()) == ["2 of 4 answers of backwards were no label at first (50.0 %)"]
    assert list(system(Backwards()).remarks()) == []


def test_the_command_tells_of_words_that_were_no_label(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    class Muttering(Backwards):
        def answer(self, question: Question) -> Answer:
            return replace(super().answer(question), valid=False)

    talk = tmp_path / "chat.txt"
    talk.write_text("Ada: What joy!\nBo: The anger.\n")
    recognizer = system(Muttering())
    monkeypatch.setattr("sentio.recognition.load", lambda *_: recognizer)
    arguments = ["recognize", str(talk), "--system", "prc_emo", "--out", str(tmp_path / "out.jsonl")]
    monkeypatch.setattr(sys, "argv", ["sentio", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().err == "sentio: 2 of 2 answers of backwards were no label at first (100.0 %)\n"


def test_long_and_broken_texts_are_asked_about_within_the_room() -> None:
    prompter = Prompter(MELD.labels, Parts(), 256, words)
    odd = chat("odd", "", "   ", "\ud800 half", "no " * 3_000, "x " * 500, "Well?")
    for messages in prompter.ask(odd):
        assert sum(words(message.content) for message in messages) <= 256 - 64
        "".join(message.content for message in messages).encode()
    assert "no no" in prompter.ask(odd)[3][1].content
    with pytest.raises(InputError, match=r"needs .* tokens without any context"):
        Prompter(MELD.labels, Parts(), 80, words).ask(odd)


def test_options_reach_the_prompt(tmp_path: Path) -> None:
    recognizer = load("prc_emo", {"llm": "scripted/lexicon", "space": "iemocap6", "window": "1"})
    assert isinstance(recognizer, PrcEmo)
    assert recognizer.space.name == "iemocap6"
    assert recognizer.prompter.parts == Parts(window=1)
    system, question = recognizer.prompter.ask(chat("a", "first", "second", "third"))[2]
    assert "second" in system.content
    assert "first" not in system.content
    assert "happy, sad, neutral, angry, excited, frustrated" in system.content
    assert question.content.count("third") == 1
    (prediction,) = recognizer.predict([chat("a", "I hate this", "Great, thanks!")])
    assert [recognizer.space.labels[k] for k in prediction.probabilities.argmax(axis=1)] == ["angry", "happy"]


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({}, SentioError, "prc_emo needs a model"),
        ({"llm": "hf/nowhere"}, LanguageModelError, "nowhere"),
        ({"llm": "scripted/lexicon", "space": "iemocap"}, UnknownName, "did you mean 'iemocap"),
        ({"llm": "scripted/lexicon", "knowledge": "nowhere.jsonl"}, InputError, "nowhere.jsonl"),
        ({"llm": "scripted/lexicon", "demos": "nowhere"}, InputError, "nowhere"),
        ({"llm": "scripted/lexicon", "max_tokens": "9"}, SentioError, "max_tokens"),
    ],
)
def test_what_cannot_be_opened_is_told(options: dict[str, object], error: type[SentioError], says: str) -> None:
    with pytest.raises(error, match=says):
        load("prc_emo", options)
