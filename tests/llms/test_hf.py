"""Local models: what they write, choose and cannot do."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentio import llms
from sentio.llms.base import Answer, Json, Question, Sampling, Usage
from sentio.llms.chat_template import completion_ids, prompt_ids, text_ids
from sentio.llms.checkpoint import load_checkpoint
from sentio.llms.generation import Choose
from sentio.llms.hf import Transformers
from sentio.llms.in_process import CONTENT_FREE, NO_MEMORY, InProcess, Written
from sentio.llms.label_scoring import label_logprobs, score_labels
from sentio.llms.label_tree import Logprobs
from sentio.prompts.message import Message

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch")

CHOICES = ("joy", "joyful", "anger", "neutral")
DRAWN = Sampling(temperature=0.9, top_p=0.9, repetition_penalty=1.2, max_tokens=12, seed=7)
SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def chat(text: str) -> tuple[Message, ...]:
    return (Message("system", "Say what is felt."), Message("user", text))


@pytest.fixture(scope="module")
def engine(tiny_qwen3: Path) -> Transformers:
    return Transformers(load_checkpoint(tiny_qwen3), batch=4)


def asked(model: llms.LanguageModel, questions: Iterable[Question]) -> dict[str, Answer]:
    """Answers by the questions' ids; one each."""
    answers = list(model.ask(questions))
    assert len({answer.question.id for answer in answers}) == len(answers)
    return {answer.question.id: answer for answer in answers}


def test_greedy_words_are_those_of_transformers_alone(engine: Transformers) -> None:
    """One by one, without padding, by the library's own generate."""
    questions = [Question(str(n), chat("Well! " * n), sampling=Sampling(max_tokens=10)) for n in (9, 1, 30, 4, 2)]
    answers = asked(InProcess(engine), questions)
    generate = cast("Callable[..., Tensor]", engine.model.generate)
    for question in questions:
        ids = torch.tensor([prompt_ids(engine.tokenizer, question.messages)])
        output = generate(input_ids=ids, max_new_tokens=10, do_sample=False)[0, ids.shape[1] :]
        answer = answers[question.id]
        assert answer.text == str(engine.tokenizer.decode(output, skip_special_tokens=True)).strip()
        assert answer.usage == Usage(ids.shape[1], len(output))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), batch=st.integers(1, 6))
def test_what_is_drawn_does_not_depend_on_its_company(engine: Transformers, order: list[int], batch: int) -> None:
    questions = [Question(str(n), chat("Oh. " * (n % 3)), sampling=DRAWN, sample=n // 3) for n in range(6)]
    model, batch_before = InProcess(engine), engine.batch
    alone = {n: asked(model, [questions[n]])[str(n)].text for n in order}
    engine.batch = batch
    together = asked(model, [questions[n] for n in order])
    engine.batch = batch_before
    assert {n: together[str(n)].text for n in order} == alone
    assert len(set(alone.values())) == 6, "two draws of one prompt differ"


def test_without_a_seed_draws_differ(engine: Transformers) -> None:
    questions = [Question(str(n), chat("Oh."), sampling=Sampling(temperature=1.0, max_tokens=12)) for n in range(4)]
    assert len({answer.text for answer in InProcess(engine).ask(questions)}) == 4


def test_a_token_is_drawn_as_often_as_it_is_likely(engine: Transformers) -> None:
    """2,000 draws of one token against the softmax at the temperature: chi-squared over the likeliest tokens."""
    from scipy.stats import chisquare

    ids = prompt_ids(engine.tokenizer, chat("Oh."))
    with torch.no_grad():
        logits = engine.model(input_ids=torch.tensor([ids])).logits[0, -1].double()
    expected = (logits / 1.5).softmax(-1).numpy()
    draws = 2000
    choose = Choose(Sampling(temperature=1.5, seed=1), [ids] * draws, range(draws))
    chosen = choose(torch.tensor([ids] * draws), logits.float().repeat(draws, 1)).argmax(-1).numpy()
    likely = np.argsort(-expected)[:8]
    observed = np.array([*((chosen == token).sum() for token in likely), (~np.isin(chosen, likely)).sum()])
    share = np.array([*expected[likely], 1 - expected[likely].sum()])
    assert chisquare(observed, share * draws).pvalue > 0.001


def test_labels_are_chosen_by_the_probability_that_they_are_the_whole_answer(engine: Transformers) -> None:
    questions = [Question(text, chat(text), choices=CHOICES) for text in ("I won!", "No." * 40, "Hm.")]
    answers = asked(InProcess(engine), questions)
    prompts = [prompt_ids(engine.tokenizer, question.messages) for question in questions]
    for question, row in zip(questions, score_labels(engine.model, engine.tokenizer, prompts, CHOICES), strict=True):
        answer = answers[question.id]
        assert answer.probabilities == pytest.approx(np.exp(row) / np.exp(row).sum(), abs=1e-6)
        assert answer.choice == answer.text == CHOICES[int(row.argmax())]
        assert answer.usage.completion_tokens == 0
        assert answer.error is None


def test_the_mean_less_the_prior(engine: Transformers) -> None:
    """s(y) = (1/|y|) Σ log p − λ·prior(y), with the label's own tokens, by hand."""
    model = InProcess(engine, mean=True, prior=0.5)
    (answer,) = model.ask([Question("1", chat("I won!"), choices=CHOICES)])

    def means(messages: Sequence[Message]) -> Logprobs:
        labels = [text_ids(engine.tokenizer, label) for label in CHOICES]
        scores = label_logprobs(engine.model, [prompt_ids(engine.tokenizer, messages)], labels)
        return np.asarray([np.nanmean(row) for row in scores[0]])

    scores = means(chat("I won!")) - 0.5 * means(CONTENT_FREE)
    assert answer.probabilities == pytest.approx(np.exp(scores) / np.exp(scores).sum(), abs=1e-6)
    assert model.name == engine.name + "-mean-prior0.5"


def test_what_is_too_long_fails_alone(engine: Transformers) -> None:
    sampling = Sampling(max_tokens=8)
    questions = [Question(str(n), chat("Hi! " * n), sampling=sampling) for n in (1, 3000, 2)]
    answers = asked(InProcess(engine), questions)
    assert answers["3000"].error is not None
    assert "exceed the model's context of 2048; shorten the prompt" in answers["3000"].error
    assert [answers[id].error for id in "12"] == [None, None]
    (labels,) = InProcess(engine).ask([Question("c", chat("Hi! " * 3000), choices=CHOICES)])
    assert labels.error is not None
    assert labels.choice is None


def test_exactly_as_long_as_the_context(engine: Transformers) -> None:
    room = engine.context - len(prompt_ids(engine.tokenizer, chat("Hi!")))
    talker = Talker(engine, "Hi.")
    fits, over = (Question(str(n), chat("Hi!"), sampling=Sampling(max_tokens=room + n)) for n in (0, 1))
    answers = asked(InProcess(talker), [fits, over])
    assert answers["0"].error is None
    assert answers["1"].error is not None


def test_an_endless_stream_is_taken_only_a_window_ahead(engine: Transformers) -> None:
    taken = 0

    def stream() -> Iterator[Question]:
        nonlocal taken
        for n in count():
            taken += 1
            yield Question(str(n), chat(f"{n}?"), choices=CHOICES)

    answers = InProcess(engine).ask(stream())
    assert [next(answers).question.id for _ in range(3)] == ["0", "1", "2"]
    assert taken == engine.ahead


class Talker(Transformers):
    """A model that says what it is told to; only its words are made up."""

    def __init__(self, engine: Transformers, *says: str) -> None:
        self.__dict__ |= engine.__dict__
        self.says, self.heard = list(says), list[tuple[str, Sampling]]()

    def write(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, samples: Sequence[int], schema: Json | None
    ) -> Iterator[tuple[int, Written | None]]:
        for i, prompt in enumerate(prompts):
            self.heard.append((str(self.tokenizer.decode(list(prompt))), sampling))
            words = self.says.pop(0)
            yield i, Written(words, len(words), not words.endswith("…"))


def test_json_of_its_schema(engine: Transformers) -> None:
    talker = Talker(engine, 'Sure: ```json\n{"a": "b",}\n```')
    (answer,) = InProcess(talker).ask([Question("1", chat("?"), schema=SCHEMA)])
    assert (answer.value, answer.valid, answer.attempts, answer.error) == ({"a": "b"}, True, 1, None)


def test_what_is_no_json_is_asked_for_once_more_with_the_schema_in_words(engine: Transformers) -> None:
    talker = Talker(engine, '{"a": 3}', '{"a": "b"}')
    (answer,) = InProcess(talker).ask([Question("1", chat("?"), schema=SCHEMA, sampling=DRAWN)])
    assert (answer.value, answer.valid, answer.attempts, answer.error) == ({"a": "b"}, False, 2, None)
    assert answer.question.sampling == DRAWN
    (first, drawn), (second, greedy) = talker.heard
    assert (drawn.temperature, greedy.temperature) == (0.9, 0.0)
    assert json.dumps(SCHEMA) in second
    assert json.dumps(SCHEMA) not in first


def test_what_is_no_json_twice_is_an_error_that_says_why(engine: Transformers) -> None:
    talker = Talker(engine, "I feel", '{"a": "b…')
    (answer,) = InProcess(talker).ask([Question("1", chat("?"), schema=SCHEMA)])
    assert answer.error == "no JSON of the schema: no JSON object, cut after 9 tokens"
    assert (answer.value, answer.valid, answer.attempts) == (None, False, 2)


def test_an_empty_answer_is_an_error(engine: Transformers) -> None:
    (answer,) = InProcess(Talker(engine, "<think>Hm")).ask([Question("1", chat("?"))])
    assert (answer.text, answer.error) == ("", "the answer is empty after 9 tokens")


def test_the_models_own_words_are_no_json(engine: Transformers) -> None:
    (answer,) = InProcess(engine).ask([Question("1", chat("?"), schema=SCHEMA, sampling=DRAWN)])
    assert answer.error is not None
    assert answer.usage.completion_tokens > DRAWN.max_tokens, "both attempts are counted"


@pytest.mark.parametrize("choices", [(), CHOICES])
def test_where_memory_does_not_suffice_smaller_batches_do(
    engine: Transformers, choices: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edge of the world: a model that has memory for one short row at a time."""
    questions = [Question(str(n), chat("Hi! " * n), choices, sampling=Sampling(max_tokens=4)) for n in (1, 2, 3, 90)]
    expected = asked(InProcess(engine), questions)
    forward = engine.model.forward

    def small(*args: object, **kwargs: "Tensor") -> object:
        if kwargs["input_ids"].shape[0] > 1 or kwargs["input_ids"].shape[1] > 200:
            raise torch.OutOfMemoryError
        return forward(*args, **kwargs)

    monkeypatch.setattr(engine.model, "forward", small)
    answers = asked(InProcess(engine), questions)
    assert answers.pop("90").error == NO_MEMORY
    for id, answer in answers.items():
        assert (answer.text, answer.choice) == (expected[id].text, expected[id].choice)
        assert answer.error is None


def test_a_chat_that_the_template_refuses_fails_alone(tiny_qwen3: Path) -> None:
    engine = Transformers(load_checkpoint(tiny_qwen3))
    template = "{% for m in messages %}{% if '!' in m.content %}{{ raise_exception('no') }}{% endif %}{{ m.content }}"
    engine.tokenizer.chat_template = template + "{% endfor %}"
    answers = asked(InProcess(engine), [Question(text, chat(text), choices=CHOICES) for text in ("a", "!", "b")])
    assert {text: answer.error is None for text, answer in answers.items()} == {"a": True, "!": False, "b": True}


def test_the_same_labels_however_they_are_split(engine: Transformers) -> None:
    """`joy` is the beginning of `joyful`: with the end of the turn neither gains from the other."""
    assert text_ids(engine.tokenizer, "joyful")[:1] == text_ids(engine.tokenizer, "joy")
    assert completion_ids(engine.tokenizer, "joy")[-1] == completion_ids(engine.tokenizer, "joyful")[-1]


def test_the_penalty_counts_a_rows_own_tokens_and_no_padding() -> None:
    """The shorter of two rows is padded with token 0, which neither has said."""
    choose = Choose(Sampling(repetition_penalty=2.0), [[3, 4, 4], [4]], [0, 0])
    scores = choose(torch.tensor([[3, 4, 4], [0, 0, 4]]), torch.tensor([[1.0, -1.0, 2.0, 2.0, -2.0]] * 2))
    assert scores.tolist() == [[1.0, -1.0, 2.0, 1.0, -4.0], [1.0, -1.0, 2.0, 2.0, -4.0]]
