import pytest

from sentio import llms
from sentio.errors import LanguageModelError, UnknownName
from sentio.llms.address import Address, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai/gpt@http://localhost:8000/v1", Address("openai", "gpt", "http://localhost:8000/v1")),
        ("openai/Qwen/Qwen3-8B@https://host/v1/", Address("openai", "Qwen/Qwen3-8B", "https://host/v1")),
        ("openai/model@main@http://host/v1", Address("openai", "model@main", "http://host/v1")),
        ("hf/../models/qwen", Address("hf", "../models/qwen")),
        ("hf//models/qwen", Address("hf", "/models/qwen")),
        ("replay/runs/a@b.jsonl", Address("replay", "runs/a@b.jsonl")),
    ],
)
def test_an_address_has_an_adapter_a_model_and_perhaps_a_server(text: str, expected: Address) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize("text", ["", "openai", "openai/", "/model", "openai/@http://host/v1"])
def test_what_is_no_address_is_told_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(LanguageModelError, match="is no address of a language model; write openai/MODEL@http://"):
        parse(text)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(LanguageModelError, match="SENTIO_API_KEY") as raised:
        parse("openai/gpt@https://me:secret@host/v1")
    assert "secret" not in str(raised.value)


def test_an_unknown_adapter_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown language model adapter 'opnai'; did you mean 'openai'"):
        llms.open("opnai/gpt@http://localhost/v1")


def test_a_server_must_be_named() -> None:
    with pytest.raises(LanguageModelError, match=r"openai/gpt: which server\? write openai/gpt@http://HOST:PORT/v1"):
        llms.open("openai/gpt")


@pytest.mark.parametrize(
    "url",
    [
        "http://h:99999/v1",
        "http://localhost:port/v1",
        "http://[::1/v1",
        "http:///v1",
        "ftp://h/v1",
        "https://h/v1?key=sk-secret",
    ],
)
def test_what_is_no_address_of_a_server_is_told_and_not_shown(url: str) -> None:
    with pytest.raises(LanguageModelError, match=r"^openai/x: what follows its @ is no http://HOST:PORT/v1") as raised:
        parse(f"openai/x@{url}")
    assert "secret" not in str(raised.value)


def test_a_host_that_cannot_be_one_is_told() -> None:
    model = llms.open("openai/x@http://a..\u00fc/v1")
    with pytest.raises(LanguageModelError, match="is no address of a server; write http://HOST:PORT/v1"):
        list(model.ask([llms.Question("q", ())]))


@pytest.mark.parametrize("concurrency", [0, -1])
def test_no_concurrency_is_told(concurrency: int) -> None:
    with pytest.raises(LanguageModelError, match=f"concurrency {concurrency}: at least 1"):
        llms.open("scripted/always=joy", concurrency=concurrency)
