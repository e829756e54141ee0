"""The adapter against small real servers: what is repeated, what is refused, what is told."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.llms.servers import Answering, Loopback, Reply, asked, error, in_turn, parrot, serving, written

from sentio import llms
from sentio.errors import LanguageModelError
from sentio.llms import Question
from sentio.llms.address import parse
from sentio.llms.openai import Server
from sentio.llms.retries import Retries
from sentio.prompts.message import Message


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTIO_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "sentio-questions"]


class Clock:
    """Time that passes at once; `waits` are the seconds that were slept."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def server(loopback: Loopback, clock: Clock, **more: Any) -> Server:  # noqa: ANN401
    return Server(parse(loopback.address()), sleep=clock.sleep, chance=lambda: 0.5, **more)


def test_three_times_500_and_then_200_is_one_answer_of_four_attempts() -> None:
    clock = Clock()
    with serving(in_turn(*[error(500, "oh")] * 3, Reply(written("fine")))) as loopback:
        (answer,) = server(loopback, clock).ask([asked(1)])
    assert (answer.text, answer.attempts, answer.error) == ("fine", 4, None)
    assert clock.waits == [0.25, 0.5, 1.0]
    assert answer.usage == llms.Usage(7, 2)


def test_retry_after_is_waited_for() -> None:
    clock = Clock()
    with serving(in_turn(error(429, "slow down", retry_after="2"), Reply(written("fine")))) as loopback:
        (answer,) = server(loopback, clock).ask([asked(1)])
    assert answer.attempts == 2
    assert clock.waits == [2.25]


def test_a_server_that_wants_an_hour_is_not_waited_for() -> None:
    clock = Clock()
    with serving(in_turn(error(429, "quota used up", retry_after="3600"))) as loopback:
        (answer,) = server(loopback, clock).ask([asked(1)])
    assert answer.error == "no answer after 1 attempt; the last: 429 quota used up (asks to wait 3600 s)"
    assert clock.waits == []


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refused_question_is_an_answer_that_says_so_and_asked_once(status: int) -> None:
    clock = Clock()
    with serving(in_turn(error(status, "no such\nthing"), Reply(written("fine")))) as loopback:
        answers = list(server(loopback, clock, concurrency=1).ask([asked(1), asked(2)]))
        assert loopback.count("/v1/chat/completions") == 2
    assert [answer.error for answer in answers] == [f"the server refuses this question ({status}): no such thing", None]
    assert clock.waits == []


def test_attempts_have_an_end() -> None:
    clock = Clock()
    with serving(in_turn(error(503, "busy"))) as loopback:
        (answer,) = server(loopback, clock, retries=Retries(attempts=4)).ask([asked(1)])
        assert loopback.count("/v1/chat/completions") == 4
    assert (answer.error, answer.attempts) == ("no answer after 4 attempts; the last: 503 busy", 4)


def test_a_server_that_only_fails_ends_the_job() -> None:
    clock = Clock()
    with serving(in_turn(error(503, "busy"))) as loopback:
        model = server(loopback, clock, retries=Retries(attempts=5), concurrency=2)
        with pytest.raises(
            LanguageModelError, match=r"failed 40 times in a row; start again when it works .*: 503 busy"
        ):
            list(model.ask(asked(number) for number in range(1000)))
        assert loopback.count("/v1/chat/completions") <= 42


def test_no_server_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = llms.open(f"openai/tiny@http://127.0.0.1:{port}/v1")
    with pytest.raises(
        LanguageModelError, match=rf"no server answers at http://127.0.0.1:{port}/v1 .*; start it or correct"
    ):
        list(model.ask([asked(1)]))


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_key_is_told(status: int) -> None:
    with serving(lambda path, body: error(status, "who are you?")) as loopback:
        told = rf"/v1 wants a key: set SENTIO_API_KEY \({status}\){': who are you.' if status == 403 else ''}$"
        with pytest.raises(LanguageModelError, match=told):
            list(llms.open(loopback.address()).ask([asked(1)]))
        assert len(loopback.requests) == 1


@pytest.mark.parametrize("name", ["SENTIO_API_KEY", "OPENAI_API_KEY"])
def test_a_wrong_key_is_told_and_never_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv(name, "sk-secret")
    with serving(lambda path, body: error(401, "Incorrect API key provided: sk-secret")) as loopback:
        model = llms.open(loopback.address())
        with pytest.raises(LanguageModelError, match="refuses the key in SENTIO_API_KEY or OPENAI_API_KEY") as raised:
            list(model.ask([asked(1)]))
        assert [headers["authorization"] for _, _, headers in loopback.requests] == ["Bearer sk-secret"]
    assert "sk-" not in str(raised.value) + model.name + repr(model)


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_key_that_a_server_quotes_is_never_shown(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setenv("SENTIO_API_KEY", "sk-a/secret")
    quoting = Reply(b'{"error": {"message": "Not with key sk-a\\/secret"}}', status)
    with serving(in_turn(Reply(written("fine")), quoting)) as loopback:
        model = server(loopback, Clock(), concurrency=1)
        told = [answer.error for answer in model.ask([asked(1), asked(2)])][1]
    assert str(told).endswith("Not with key …")


def test_the_space_around_a_key_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTIO_API_KEY", " sk-secret\n")
    with serving(parrot) as loopback:
        assert [answer.text for answer in llms.open(loopback.address()).ask([asked(1)])] == ["say 1"]
        assert {headers["authorization"] for _, _, headers in loopback.requests} == {"Bearer sk-secret"}


@pytest.mark.parametrize("key", ["sk-secré", "sk-\x07secret", "sk-\nsecret"])
def test_a_key_that_no_request_can_carry_is_told_and_not_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with serving(parrot) as loopback:
        with pytest.raises(LanguageModelError, match=r"^OPENAI_API_KEY holds a character that no key has") as raised:
            list(llms.open(loopback.address()).ask([asked(1)]))
        assert loopback.requests == []
    assert "secr" not in str(raised.value)


def forbidding(number: int, words: str) -> Answering:
    """As `parrot`, but 403 for one question."""

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        return error(403, words) if body and body["messages"][0]["content"] == f"say {number}" else parrot(path, body)

    return answering


@pytest.mark.parametrize(
    ("number", "words"), [(2, "not for you"), (0, "Your input was flagged"), (1, "content policy")]
)
def test_one_forbidden_question_stops_no_other(number: int, words: str) -> None:
    with serving(forbidding(number, words)) as loopback:
        answers = list(llms.open(loopback.address(), concurrency=1).ask(map(asked, range(4))))
    errors = [answer.error for answer in answers]
    assert errors.pop(number) == f"the server refuses this question (403): {words}"
    assert errors == [None] * 3


def test_attempts_before_a_refusal_count() -> None:
    with serving(in_turn(*[error(500, "oh")] * 3, error(400, "no"))) as loopback:
        (answer,) = server(loopback, Clock()).ask([asked(1)])
    assert (answer.attempts, answer.error) == (4, "the server refuses this question (400): no")


@pytest.mark.parametrize("usage", [[1], "many", None, {"prompt_tokens": None, "completion_tokens": "2"}])
def test_an_odd_account_of_tokens_is_none(usage: object) -> None:
    with serving(in_turn(Reply(written("fine") | {"usage": usage}))) as loopback:
        (answer,) = server(loopback, Clock()).ask([asked(1)])
    assert (answer.text, answer.attempts, answer.usage) == ("fine", 1, llms.Usage())


@pytest.mark.parametrize("status", [200, 400])
def test_a_body_too_deep_to_read_is_no_answer(status: int) -> None:
    with serving(in_turn(Reply(b"[" * 200_000, status), Reply(written("fine")))) as loopback:
        deep, fine = server(loopback, Clock(), concurrency=1, retries=Retries(attempts=1)).ask([asked(1), asked(2)])
    assert str(deep.error).startswith(("no answer after 1 attempt", "the server refuses this question (400): [["))
    assert fine.text == "fine"


def test_a_wrong_model_is_told_with_the_nearest() -> None:
    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if path == "/v1/models":
            return Reply({"data": [{"id": "Qwen/Qwen3-8B"}, {"id": "llama3:latest"}]})
        return error(404, f"The model `{body['model']}` does not exist.")

    with serving(answering) as loopback:
        told = r"unknown model 'Qwen/Qwen3-8b-it'; did you mean 'Qwen/Qwen3-8B'\?"
        with pytest.raises(LanguageModelError, match=told):
            list(llms.open(loopback.address("Qwen/Qwen3-8b-it")).ask([asked(1)]))
        assert loopback.count("/v1/chat/completions") == 1


@pytest.mark.parametrize("owner", ["llamacpp", "sglang"])
def test_a_server_that_answers_to_any_name_is_asked_by_its_own(owner: str) -> None:
    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        return Reply({"data": [{"id": "real", "owned_by": owner}]}) if body is None else Reply(written("fine"))

    with serving(answering) as loopback:
        assert [answer.text for answer in llms.open(loopback.address("real")).ask([asked(1)])] == ["fine"]
        with pytest.raises(LanguageModelError, match="serves 'real' and not 'tiny'; name it so"):
            list(llms.open(loopback.address("tiny")).ask([asked(1)]))


def test_a_wrong_path_is_told() -> None:
    told = r"has no chat completions for 'tiny' .* mostly ends in /v1"
    nothing = Reply(b"<html>nothing here</html>", 404)
    with serving(lambda path, body: nothing) as loopback, pytest.raises(LanguageModelError, match=told):
        list(llms.open(loopback.address().removesuffix("/v1")).ask([asked(1)]))


def test_a_server_that_points_elsewhere_is_not_followed() -> None:
    away = Reply(b"", 307, {"location": "http://elsewhere.invalid/"})
    told = "points elsewhere"
    with serving(lambda path, body: away) as loopback, pytest.raises(LanguageModelError, match=told):
        list(llms.open(loopback.address()).ask([asked(1)]))


TOO_LONG = [
    "This model's maximum context length is 2048 tokens. However, you requested 4096 tokens. Please reduce max_tokens.",
    "the request exceeds the available context size, try increasing it",
    "prompt is too long: 210000 tokens > 200000 maximum",
]


@pytest.mark.parametrize("words", TOO_LONG)
def test_a_question_longer_than_the_context_stops_no_other(words: str) -> None:
    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if body and len(body["messages"][0]["content"]) > 100:
            return error(400, words)
        return parrot(path, body)

    long = Question("long", (Message("user", "x" * 1000),))
    with serving(answering) as loopback:
        answers = {
            answer.question.id: answer for answer in llms.open(loopback.address()).ask([asked(1), long, asked(2)])
        }
        assert loopback.count("/v1/chat/completions") == 3
    assert answers["long"].error == f"longer than the model's context: {words}"
    assert answers["q1"].error is None
    assert answers["q2"].error is None


def test_an_answer_that_is_no_answer_is_asked_for_again() -> None:
    replies = Reply(b"{}"), Reply(b"oops"), Reply({"choices": []}), Reply(b"[1]"), Reply(written("fine"))
    with serving(in_turn(*replies)) as loopback:
        (answer,) = server(loopback, Clock()).ask([asked(1)])
    assert (answer.text, answer.attempts) == ("fine", 5)


def test_a_proxy_does_not_see_what_is_asked_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(parrot) as loopback:
        assert [answer.text for answer in llms.open(loopback.address()).ask([asked(1)])] == ["say 1"]


def test_closing_early_leaves_nothing() -> None:
    gate = threading.Event()

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if body and body["messages"][0]["content"] != "say 0":
            gate.wait(10)
        return parrot(path, body)

    with serving(answering) as loopback:
        answers = llms.open(loopback.address()).ask(asked(number) for number in range(100))
        assert next(answers).text == "say 0"
        answers.close()  # type: ignore[attr-defined]
        gate.set()
        assert loopback.count("/v1/chat/completions") <= 17


def test_the_name_is_the_address() -> None:
    address = "openai/Qwen/Qwen3-8B@http://127.0.0.1:1/v1"
    assert llms.open(address).name == address


def test_a_server_that_cannot_list_its_models_is_not_waited_for() -> None:
    clock = Clock()

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        return error(500, "no cache folder") if path == "/v1/models" else parrot(path, body)

    with serving(answering) as loopback:
        assert [answer.text for answer in server(loopback, clock).ask([asked(1)])] == ["say 1"]
        assert loopback.count("/v1/models") == 1
    assert clock.waits == []
