"""Scored labels and texts of a real, if tiny, model behind a real server, against the model itself."""

from collections.abc import Iterator
from math import exp
from pathlib import Path

import pytest
from tests.llms.servers import Loopback, choosing, serving
from tests.llms.tiny_server import TinyServer

from sentio import llms
from sentio.llms import Question, Sampling
from sentio.prompts.message import Message

LABELS = ("neutral", "joy", "joyful", "sadness", "surprise", "disgust", "frustrated", "a word of many pieces")
TEXTS = ("I lost the train again.", "Maria won our game!", "Nobody answered.")


@pytest.fixture(scope="module")
def tiny(tiny_qwen3: Path) -> Iterator[tuple[TinyServer, Loopback]]:
    server = TinyServer(tiny_qwen3, frozenset())
    with serving(server) as loopback:
        yield server, loopback


def opened(tiny: tuple[TinyServer, Loopback], *features: str) -> llms.LanguageModel:
    tiny[0].features = frozenset(features)
    return llms.open(tiny[1].address())


def naive(server: TinyServer, text: str) -> list[float]:
    """The probability of each label and the end of the turn after it, token by token, one label at a time."""
    prompt = f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    before = server.tokenizer.encode(prompt, add_special_tokens=False)
    whole = [before + server.tokenizer.encode(f"{label}<|im_end|>", add_special_tokens=False) for label in LABELS]
    shares = [exp(sum(server._logprobs(ids)[len(before) - 1 :])) for ids in whole]
    return [share / sum(shares) for share in shares]


def test_whole_labels_are_scored_as_the_model_does_itself(tiny: tuple[TinyServer, Loopback]) -> None:
    model = opened(tiny, "tokenize", "echo", "logprobs")
    answers = {answer.question.id: answer for answer in model.ask(choosing(text, *LABELS) for text in TEXTS)}
    for text in TEXTS:
        expected = naive(tiny[0], text)
        assert answers[text].probabilities == pytest.approx(expected, rel=1e-5)
        assert answers[text].choice == LABELS[expected.index(max(expected))]
        assert answers[text].valid
        assert answers[text].attempts == 1
        assert answers[text].usage.prompt_tokens > 0


def test_all_labels_are_one_request(tiny: tuple[TinyServer, Loopback]) -> None:
    model = opened(tiny, "tokenize", "echo", "logprobs")
    list(model.ask([choosing(TEXTS[0], *LABELS)]))
    before = len(tiny[1].requests)
    list(model.ask([choosing(TEXTS[1], *LABELS)]))
    assert [path for path, _, _ in tiny[1].requests[before:]] == ["/tokenize", "/v1/completions"]


@pytest.mark.parametrize("features", [("logprobs",), ("logprobs", "tokenize")])
def test_without_echo_the_likeliest_tokens_are_used(
    tiny: tuple[TinyServer, Loopback], features: tuple[str, ...]
) -> None:
    """Labels of one token each that are among the likeliest: made from what the model says."""
    server = tiny[0]
    server.features = frozenset({"logprobs"})
    prompt = f"<|im_start|>user\n{TEXTS[0]}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    place = server._next(server.tokenizer.encode(prompt, add_special_tokens=False))
    words = [entry for entry in place if entry["token"].strip().isalpha()]
    one = words[0]
    other = next(entry for entry in words if entry["token"].strip()[0].casefold() != one["token"].strip()[0].casefold())
    choices = (one["token"].strip().casefold(), other["token"].strip().casefold())
    (answer,) = opened(tiny, *features).ask([choosing(TEXTS[0], *choices)])
    assert answer.probabilities is not None
    assert sum(answer.probabilities) == pytest.approx(1)
    assert answer.choice == choices[0]


def test_without_any_scores_the_words_decide(tiny: tuple[TinyServer, Loopback]) -> None:
    """A random model says no label: that is an answer with an error, never a label by default."""
    (answer,) = opened(tiny).ask([choosing(TEXTS[0], "joy", "anger")])
    assert answer.probabilities is None
    assert (answer.choice, answer.valid) == (None, False)
    assert str(answer.error).startswith("no label in the answer: ")


@pytest.mark.parametrize("features", [(), ("tokenize", "echo", "logprobs")])
def test_a_question_longer_than_the_context(tiny: tuple[TinyServer, Loopback], features: tuple[str, ...]) -> None:
    long = choosing("Nobody answered. " * 1000, "joy", "anger")
    answers = list(opened(tiny, *features).ask([long, Question("short", (Message("user", "Yes?"),))]))
    errors = {answer.question.id: answer.error for answer in answers}
    assert errors["short"] is None
    assert errors[long.id] == "longer than the model's context: This model's maximum context length is 512 tokens."


def test_text_is_what_the_model_says(tiny: tuple[TinyServer, Loopback]) -> None:
    question = Question("q", (Message("user", TEXTS[0]),), sampling=Sampling(max_tokens=5))
    (answer,) = opened(tiny).ask([question])
    ids = tiny[0]._prompt(
        {"messages": [{"role": "user", "content": TEXTS[0]}], "chat_template_kwargs": {"enable_thinking": False}}
    )
    expected = ""
    for _ in range(5):
        best = max(tiny[0]._next(ids), key=lambda entry: entry["logprob"])
        ids, expected = [*ids, best["id"]], expected + best["token"]
    assert answer.text == expected.split("<|im_end|>")[0].strip()


def test_behind_a_server_and_in_this_process_labels_score_alike(
    tiny: tuple[TinyServer, Loopback], tiny_qwen3: Path
) -> None:
    questions = [choosing(text, *LABELS) for text in TEXTS]
    there = {a.question.id: a.probabilities for a in opened(tiny, "tokenize", "echo").ask(questions)}
    here = {a.question.id: a.probabilities for a in llms.open(f"hf/{tiny_qwen3}").ask(questions)}
    for text in TEXTS:
        assert there[text] == pytest.approx(here[text], rel=1e-4)
