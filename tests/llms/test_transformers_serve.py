"""Against `transformers serve`: a real server that knows no log-probabilities and no structured output."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tests.llms.servers import choosing

from sentio import llms
from sentio.errors import LanguageModelError
from sentio.llms import Question, Sampling
from sentio.prompts.message import Message

PATIENCE = 120


@pytest.fixture(scope="module")
def served(tiny_qwen3: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the server; it runs in a process of its own and touches no network."""
    pytest.importorskip("uvicorn")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "1"}
    program = "from transformers.cli.transformers import main; main()"
    options = ["serve", str(tiny_qwen3), "--port", str(port), "--host", "127.0.0.1", "--device", "cpu"]
    log = (home / "log").open("wb")
    with (
        log,
        subprocess.Popen([sys.executable, "-c", program, *options], env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server has ended"
        try:
            urlopen(url, timeout=5).close()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


def test_text_repeats_itself_and_fields_it_lacks_are_left_out(served: str, tiny_qwen3: Path, tmp_path: Path) -> None:
    address = f"openai/{tiny_qwen3}@{served}"
    sampling = Sampling(max_tokens=6, repetition_penalty=1.1)
    questions = [Question(str(k), (Message("user", f"Tom lost {k} cups."),), sampling=sampling) for k in range(4)]
    model = llms.open(address, cache=tmp_path / "answers.sqlite", concurrency=2)
    first = {answer.question.id: answer for answer in model.ask(questions)}
    second = {answer.question.id: answer for answer in model.ask(questions)}
    model.close()
    assert all(answer.error is None and answer.text for answer in first.values())
    assert {name: answer.text for name, answer in first.items()} == {
        name: answer.text for name, answer in second.items()
    }
    assert all(answer.cached for answer in second.values())
    assert all(0 < answer.usage.completion_tokens <= 6 for answer in first.values())


def test_labels_and_json_of_a_model_that_knows_nothing_are_errors_and_not_defaults(
    served: str, tiny_qwen3: Path
) -> None:
    schema = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
    asked = [
        choosing("Maria won.", "joy", "anger", max_tokens=4),
        Question("json", (Message("user", "?"),), schema=schema),
    ]
    tally = llms.Tally()
    answers = {
        answer.question.id: answer for answer in tally.over(llms.open(f"openai/{tiny_qwen3}@{served}").ask(asked))
    }
    assert str(answers["Maria won."].error).startswith("no label in the answer: ")
    assert str(answers["json"].error).startswith("no JSON of the schema (no JSON object): ")
    assert (tally.invalid, tally.errors) == (2, 2)


def test_another_model_than_it_is_pinned_to_is_told(served: str) -> None:
    with pytest.raises(LanguageModelError, match=r"has no chat completions for 'another' \(Server is pinned to "):
        list(llms.open(f"openai/another@{served}").ask([choosing("Maria won.", "joy", "anger")]))
