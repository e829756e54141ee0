"""What every registered language model adapter promises."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count, islice
from pathlib import Path

import pytest
from tests.llms.servers import choosing, serving
from tests.llms.tiny_server import TinyServer

from sentio import llms, registry
from sentio.errors import MissingExtra, SentioError
from sentio.llms import Answer, LanguageModel, Question, Sampling
from sentio.llms.replay import Recorded
from sentio.prompts.message import Message

ADAPTERS = registry.components("llms")
HEAVY = ("torch", "transformers", "vllm", "httpx2", "polars", "jsonschema")
LABELS = ("neutral", "joy", "anger")
BRIEF = Sampling(max_tokens=4)
SCHEMA = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}


def ask(text: str, *, choices: tuple[str, ...] = (), schema: Mapping[str, object] | None = None) -> Question:
    return Question(text[:20] or "nothing", (Message("user", text),), choices, schema, BRIEF)


QUESTIONS = [
    ask("Maria won our game!"),
    ask("Nobody answered.", choices=LABELS),
    ask("Tom lost the train again.", choices=LABELS),
    ask("They sold the old boat.", schema=SCHEMA),
]
ODD = [
    ask("", choices=LABELS),
    ask("\x00 \ud800 half a character 🎉", choices=LABELS),
    ask("one label", choices=("joy",)),
    ask("no " * 5000, choices=LABELS),
]
Opening = Callable[[Path, Path], AbstractContextManager[str]]


@contextmanager
def in_process(adapter: str, model: object) -> Iterator[str]:
    yield f"{adapter}/{model}"


@contextmanager
def behind_a_server(tiny: Path, folder: Path) -> Iterator[str]:
    with serving(TinyServer(tiny, frozenset({"tokenize", "echo", "logprobs"}))) as loopback:
        yield loopback.address()


@contextmanager
def recorded(tiny: Path, folder: Path) -> Iterator[str]:
    list(Recorded(llms.open("scripted/lexicon"), folder / "answers.jsonl").ask([*QUESTIONS, *ODD]))
    yield f"replay/{folder / 'answers.jsonl'}"


OPENINGS: dict[str, Opening] = {
    "hf": lambda tiny, folder: in_process("hf", tiny),
    "openai": behind_a_server,
    "replay": recorded,
    "scripted": lambda tiny, folder: in_process("scripted", "lexicon"),
    "vllm": lambda tiny, folder: in_process("vllm", tiny),
}


@pytest.fixture(scope="module", params=ADAPTERS)
def address(
    request: pytest.FixtureRequest, tiny_qwen3: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with OPENINGS[request.param](tiny_qwen3, tmp_path_factory.mktemp("adapter")) as address:
        yield address


@pytest.fixture
def model(address: str) -> Iterator[LanguageModel]:
    try:
        model = llms.open(address, concurrency=2)
    except MissingExtra as error:
        pytest.skip(str(error))
    yield model
    model.close()


def sound(answer: Answer) -> None:
    """An answer holds together: what was asked for, or why not."""
    question = answer.question
    assert (answer.error is None) or "\n" not in answer.error
    if answer.error is not None:
        return
    if question.choices:
        assert answer.choice in question.choices
        if answer.probabilities is not None:
            assert len(answer.probabilities) == len(question.choices)
            assert sum(answer.probabilities) == pytest.approx(1)
            assert min(answer.probabilities) >= 0
            assert answer.probabilities[question.choices.index(answer.choice)] == max(answer.probabilities)
    elif question.schema is not None:
        assert answer.value is not None
        assert isinstance(answer.value["mood"], str)


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_card_says_what_it_is(name: str) -> None:
    card = ADAPTERS[name].card
    assert card.title
    assert f"{name}/" in card.summary
    assert card.licence


@pytest.mark.parametrize("name", ADAPTERS)
def test_importing_it_imports_nothing_heavy(name: str) -> None:
    code = f"import sys, {ADAPTERS[name].module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_question_has_one_answer_of_its_kind(model: LanguageModel) -> None:
    answers = list(model.ask(QUESTIONS))
    assert sorted(answer.question.id for answer in answers) == sorted(question.id for question in QUESTIONS)
    for answer in answers:
        assert answer.question in QUESTIONS
        sound(answer)
    assert model.name


def test_the_same_question_has_the_same_answer(model: LanguageModel) -> None:
    def said() -> list[tuple[str, str | None]]:
        return sorted((answer.question.id, answer.choice) for answer in model.ask(QUESTIONS[1:3]))

    assert said() == said()


def test_odd_questions_stop_no_other(model: LanguageModel) -> None:
    answers = list(model.ask([*ODD, QUESTIONS[1]]))
    assert len(answers) == len(ODD) + 1
    for answer in answers:
        sound(answer)
    assert next(answer for answer in answers if answer.question == QUESTIONS[1]).error is None


def test_an_endless_stream_is_answered_as_it_comes_and_can_be_left(model: LanguageModel) -> None:
    drawn = 0

    def stream() -> Iterator[Question]:
        nonlocal drawn
        for drawn in count(1):
            yield QUESTIONS[1 + drawn % 2]

    answers = model.ask(stream())
    assert all(answer.error is None for answer in islice(answers, 20))
    assert drawn <= 20 + 64
    answers.close()  # type: ignore[attr-defined]


def test_no_question_is_no_answer_and_closing_twice_is_closing(model: LanguageModel) -> None:
    assert list(model.ask([])) == []
    model.close()
    model.close()


def test_a_cache_answers_for_any_of_them(model: LanguageModel, address: str, tmp_path: Path) -> None:
    cached = llms.open(address, cache=tmp_path / "answers.sqlite", concurrency=2)
    first = {answer.question.id: answer.choice for answer in cached.ask(QUESTIONS[1:3])}
    again = list(cached.ask(QUESTIONS[1:3]))
    cached.close()
    assert {answer.question.id: answer.choice for answer in again} == first
    assert all(answer.cached for answer in again)


@pytest.mark.parametrize("text", ["hf/nowhere/at-all", "openai/model", "replay/nowhere.jsonl", "scripted/nothing"])
def test_an_address_of_nothing_is_told_in_one_line(text: str) -> None:
    with pytest.raises(SentioError) as raised:
        list(llms.open(text).ask([choosing("?", *LABELS)]))
    assert "\n" not in str(raised.value)
