"""What is asked of servers that can do more or less: fields left out, labels scored or said, JSON by schema."""

from typing import Any

import pytest
from tests.llms.servers import Answering, Reply, asked, choosing, error, in_turn, parrot, serving, written

from sentio import llms
from sentio.llms import Question, Sampling
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
