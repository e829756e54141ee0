"""What is asked of servers that can do more or less: fields left out, labels scored or said, JSON by schema."""

from math import log, nan
from typing import Any

import pytest
from tests.llms.servers import Answering, Reply, asked, choosing, error, in_turn, parrot, serving, written

from sentio import llms
from sentio.llms import Question, Sampling
from sentio.llms.address import parse
from sentio.llms.openai import Server
from sentio.prompts.message import Message

SCHEMA = {
    "type": "object",
    "properties": {"mood": {"type": "string", "enum": ["good", "bad"]}},
    "required": ["mood"],
    "additionalProperties": False,
}


def strict(*missing: str, words: str = "Unrecognized request argument supplied: {}") -> Answering:
    """A server that refuses fields it does not know, one at a time."""

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if path == "/v1/chat/completions":
            for name in missing:
                if name in body:
                    return error(400, words.format(name))
            return Reply(written('{"mood": "good"}' if "mood" in str(body) else "joy"))
        return parrot(path, body)

    return answering


def test_fields_a_server_refuses_are_left_out_from_then_on() -> None:
    sampling = Sampling(temperature=0.3, top_p=0.9, repetition_penalty=1.2, seed=5)
    with serving(strict("chat_template_kwargs", "repetition_penalty")) as loopback:
        model = llms.open(loopback.address(), concurrency=1)
        answers = list(model.ask([asked(1, sampling=sampling), asked(2, sampling=sampling, sample=3)]))
        bodies = [body for path, body, _ in loopback.requests if path == "/v1/chat/completions"]
    assert [answer.text for answer in answers] == ["joy", "joy"]
    assert len(bodies) == 4
    assert {"chat_template_kwargs", "repetition_penalty"}.isdisjoint(bodies[-1])
    assert (bodies[-1]["temperature"], bodies[-1]["top_p"], bodies[-1]["seed"]) == (0.3, 0.9, 8)


def test_the_new_name_of_max_tokens_is_learnt() -> None:
    words = "Unsupported parameter: '{}' is not supported with this model. Use 'max_completion_tokens' instead."
    with serving(strict("max_tokens", words=words)) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1, sampling=Sampling(max_tokens=11))])
        assert loopback.requests[-1][1]["max_completion_tokens"] == 11
    assert answer.text == "joy"


def test_a_server_without_log_probabilities_is_asked_for_words() -> None:
    with serving(strict("logprobs", "top_logprobs")) as loopback:
        model = llms.open(loopback.address(), concurrency=1)
        answers = list(model.ask([choosing("A?", "joy", "anger"), choosing("B?", "joy", "anger")]))
        assert "response_format" in loopback.requests[-1][1]
    assert [(answer.choice, answer.probabilities, answer.valid) for answer in answers] == [("joy", None, True)] * 2


def test_a_server_that_ignores_log_probabilities_is_asked_for_words() -> None:
    with serving(in_turn(Reply(written("joy")))) as loopback:
        model = llms.open(loopback.address(), concurrency=1)
        answers = list(model.ask([choosing("A?", "joy", "anger"), choosing("B?", "joy", "anger")]))
        assert "logprobs" not in loopback.requests[-1][1]
    assert [(answer.choice, answer.probabilities) for answer in answers] == [("joy", None)] * 2


def test_likeliest_tokens_score_labels_where_nothing_better_is_there() -> None:
    top = [{"token": "joy", "logprob": -1.609438}, {"token": "anger", "logprob": -2.302585}]
    content = [{"token": "joy", "logprob": -1.609438, "top_logprobs": top}]
    with serving(in_turn(Reply(written("joy", logprobs={"content": content})))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([choosing("A?", "anger", "joy")])
        assert loopback.requests[-1][1]["top_logprobs"] == 20
    assert answer.choice == "joy"
    assert answer.probabilities == pytest.approx((0.3333, 0.6667), abs=1e-4)


def test_words_without_a_label_are_asked_again_and_counted() -> None:
    hot = Question("q", (Message("user", "A?"),), ("joy", "anger"), sampling=Sampling(temperature=0.7))
    with serving(in_turn(Reply(written("Hmm, hard to say")), Reply(written("anger")))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([hot])
        again = loopback.requests[-1][1]
    assert (answer.choice, answer.valid, answer.attempts, answer.error) == ("anger", False, 2, None)
    assert answer.usage == llms.Usage(14, 4)
    assert again["temperature"] == 0
    assert again["messages"][-1]["content"].endswith("one of these labels and nothing else: joy, anger")


def test_words_without_a_label_at_last_are_an_error() -> None:
    with serving(in_turn(Reply(written("Hmm")))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([choosing("A?", "joy", "anger")])
    assert (answer.choice, answer.valid, answer.error) == (None, False, "no label in the answer: 'Hmm'")


def test_json_by_schema() -> None:
    with serving(in_turn(Reply(written('{"mood": "good"}')))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1, schema=SCHEMA)])
        sent = loopback.requests[-1][1]["response_format"]
    assert answer.value == {"mood": "good"}
    assert answer.valid
    assert sent == {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}


@pytest.mark.parametrize("words", ["Unknown field: {}", "Failed to parse grammar"])
def test_a_server_without_structured_output_is_asked_in_words(words: str) -> None:
    with serving(strict("response_format", words=words)) as loopback:
        model = llms.open(loopback.address(), concurrency=1)
        question = Question("q", (Message("user", "mood?"),), schema=SCHEMA)
        assert [answer.value for answer in model.ask([question, question])] == [{"mood": "good"}] * 2
        assert loopback.count("/v1/chat/completions") == 3


def test_a_schema_that_is_not_kept_to_is_asked_for_again() -> None:
    replies = Reply(written('{"mood": "fine"}')), Reply(written('Sure: {"mood": "good",}'))
    with serving(in_turn(*replies)) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1, schema=SCHEMA)])
        assert '"enum": ["good", "bad"]' in loopback.requests[-1][1]["messages"][-1]["content"]
    assert (answer.value, answer.valid, answer.attempts) == ({"mood": "good"}, False, 2)


def test_a_schema_that_is_never_kept_to_is_an_error() -> None:
    with serving(in_turn(Reply(written('{"mood": "fine"}')))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1, schema=SCHEMA)])
    assert answer.value is None
    assert answer.error == "no JSON of the schema (mood: 'fine' is not one of ['good', 'bad']): '{\"mood\": \"fine\"}'"


def test_thinking_is_no_part_of_the_answer_and_only_thinking_is_none() -> None:
    with serving(in_turn(Reply(written("<think>well</think>\nfine")), Reply(written("<think>well, if")))) as loopback:
        thought, lost = llms.open(loopback.address(), concurrency=1).ask([asked(1), asked(2)])
    assert thought.text == "fine"
    assert lost.error == "the answer is empty: 256 tokens went into thinking?"


async def at_once(seconds: float) -> None:
    """A clock on which nothing takes time."""


def chats(words: str, *logprobs: object) -> Answering:
    """A server that says this to every chat, with these places of log-probabilities."""
    return in_turn(Reply(written(words, logprobs={"content": list(logprobs)})))


def place(token: str, **others: float) -> dict[str, Any]:
    top = [{"token": name, "logprob": log(share)} for name, share in {token: 0.9, **others}.items()]
    return {"token": token, "logprob": log(0.9), "top_logprobs": top}


@pytest.mark.parametrize(
    "body", [{"tokens": []}, {"error": "Unexpected endpoint or method"}, {"tokens": None}, [], "joy", {"tokens": ["a"]}]
)
def test_a_server_with_another_tokenize_is_asked_by_chat(body: object) -> None:
    """llama.cpp and LM Studio answer 200 at /tokenize, to something else."""
    chat = chats("joy", place("joy", anger=0.1))
    with serving(lambda path, sent: Reply(body) if path == "/tokenize" else chat(path, sent)) as loopback:
        model = Server(parse(loopback.address()), 1, sleep=at_once)
        answers = list(model.ask([choosing("A?", "joy", "anger"), choosing("B?", "joy", "anger")]))
        assert loopback.count("/tokenize") <= 3
    assert [answer.probabilities for answer in answers] == [pytest.approx((0.9, 0.1))] * 2


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "oh"),
        Reply({"choices": [{"index": 0, "logprobs": None}, {"index": 1}]}),
        Reply({"choices": [{"index": i, "logprobs": {"token_logprobs": [None] * 9}} for i in (0, 1)]}),
        Reply({"choices": [{"index": i, "logprobs": {"token_logprobs": [nan] * 9}} for i in (0, 1)]}),
        Reply({"text": "joy"}),
    ],
)
def test_a_server_that_does_not_echo_is_asked_by_chat(reply: Reply) -> None:
    chat = chats("joy", place("joy", anger=0.1))

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        others = {"/tokenize": Reply({"tokens": [1]}), "/v1/completions": reply}
        return others[path] if path in others else chat(path, body)

    with serving(answering) as loopback:
        (answer,) = Server(parse(loopback.address()), sleep=at_once).ask([choosing("A?", "joy", "anger")])
        assert loopback.count("/v1/completions") <= 3
    assert answer.probabilities == pytest.approx((0.9, 0.1))


def test_a_server_that_has_scored_and_fails_is_not_asked_by_chat() -> None:
    """Two ways of scoring in one result would be a fault of another kind."""
    scores = {"choices": [{"index": i, "logprobs": {"token_logprobs": [-1.0 - i] * 9}} for i in (0, 1)]}
    replies = [Reply(scores), error(500, "oh")]

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if path == "/v1/completions":
            return replies.pop(0) if len(replies) > 1 else replies[0]
        return Reply({"tokens": [1]}) if path == "/tokenize" else parrot(path, body)

    with serving(answering) as loopback:
        model = Server(parse(loopback.address()), 1, sleep=at_once)
        first, second = model.ask([choosing("A?", "joy", "anger"), choosing("B?", "joy", "anger")])
        assert loopback.count("/v1/chat/completions") == 0
    assert (first.choice, second.choice, second.attempts) == ("joy", None, 10)


@pytest.mark.parametrize("first", ["A", "Dis"])
def test_words_that_are_a_label_hold_against_tokens_that_say_nothing_of_it(first: str) -> None:
    content = place(first, joy=0.05), place(" sad"), place("ness")
    with serving(chats(f"{first} sadness of sorts", *content)) as loopback:
        (answer,) = llms.open(loopback.address()).ask([choosing("A?", "anger", "disgust", "joy", "sadness")])
    assert (answer.choice, answer.probabilities, answer.valid) == ("sadness", None, True)


@pytest.mark.parametrize("odd", [{"top_logprobs": None}, {}, {"top_logprobs": [None]}])
def test_log_probabilities_in_another_form_are_none(odd: dict[str, object]) -> None:
    with serving(chats("joy", {"token": "joy", "logprob": -0.1, **odd})) as loopback:
        (answer,) = llms.open(loopback.address()).ask([choosing("A?", "joy", "anger")])
    assert (answer.choice, answer.probabilities, answer.error) == ("joy", None, None)


def test_words_about_model_and_invalid_do_not_make_it_a_wrong_model() -> None:
    words = "This model received an invalid value: {} is not supported"
    with serving(strict("repetition_penalty", words=words)) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1, sampling=Sampling(repetition_penalty=1.2))])
    assert (answer.text, answer.attempts) == ("joy", 2)


def test_a_sampling_field_that_is_left_out_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with serving(strict("seed", "chat_template_kwargs")) as loopback:
        model = llms.open(loopback.address(), concurrency=1)
        list(model.ask([asked(1, sampling=Sampling(seed=1)), asked(2, sampling=Sampling(seed=1))]))
    assert [record.getMessage() for record in caplog.records] == [
        f"{loopback.url} does not take seed; left out from now on"
    ]


def test_a_longest_answer_that_is_too_long_is_one_questions_error() -> None:
    words = "max_tokens is too large: 800. This model supports at most 512 completion tokens."

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        return error(400, words) if body and body.get("max_tokens", 0) > 512 else parrot(path, body)

    questions = [asked(1, sampling=Sampling(max_tokens=800)), asked(2, sampling=Sampling(max_tokens=10))]
    with serving(answering) as loopback:
        first, second = llms.open(loopback.address(), concurrency=1).ask(questions)
        assert [body["max_tokens"] for _, body, _ in loopback.requests if body] == [800, 10]
    assert first.error == f"the server refuses this question (400): {words}"
    assert second.error is None


@pytest.mark.parametrize("named", [True, False])
def test_what_a_server_quotes_of_the_chat_names_no_field(named: bool) -> None:
    """Nor does a field that was blamed and whose absence does not help."""
    text = "what temperature is it?" if named else "and now?"
    quoted = text if named else "temperature"

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        bad = body and body["messages"][0]["content"] == text
        return error(400, f'Invalid content: "{quoted}"') if bad else parrot(path, body)

    hot = Sampling(temperature=0.3)
    questions = [Question("q", (Message("user", text),), sampling=hot), asked(2, sampling=hot)]
    with serving(answering) as loopback:
        first, second = llms.open(loopback.address(), concurrency=1).ask(questions)
        assert loopback.requests[-1][1]["temperature"] == 0.3
    assert str(first.error).startswith("the server refuses this question (400): Invalid content")
    assert second.error is None


def test_a_field_that_a_server_names_apart_is_learnt_from_a_long_complaint() -> None:
    fault = {
        "type": "extra_forbidden",
        "input": "z" * 400,
        "loc": ["body", "chat_template_kwargs"],
        "msg": "Extra inputs",
    }

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        return Reply({"detail": [fault]}, 422) if body and "chat_template_kwargs" in body else parrot(path, body)

    with serving(answering) as loopback:
        (answer,) = llms.open(loopback.address()).ask([asked(1)])
    assert answer.text == "say 1"


def test_a_second_attempt_that_fails_keeps_what_the_first_took() -> None:
    replies = Reply(written("nothing")), error(503, "busy")
    with serving(in_turn(*replies)) as loopback:
        (answer,) = Server(parse(loopback.address()), sleep=at_once).ask([asked(1, schema=SCHEMA)])
        assert answer.attempts == loopback.count("/v1/chat/completions") == 11
    assert (answer.valid, answer.usage, answer.value) == (False, llms.Usage(7, 2), None)
    assert answer.error == "no answer after 10 attempts; the last: 503 busy"


def test_a_second_attempt_that_is_refused_keeps_what_the_first_took() -> None:
    with serving(in_turn(Reply(written("hm")), error(403, "flagged"))) as loopback:
        (answer,) = llms.open(loopback.address()).ask([choosing("A?", "joy", "anger")])
    assert (answer.valid, answer.attempts, answer.usage) == (False, 2, llms.Usage(7, 2))
    assert answer.error == "the server refuses this question (403): flagged"
