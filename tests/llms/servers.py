"""Real HTTP servers on loopback for the tests of language models, and the questions they are asked."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from sentio.llms import Question, Sampling
from sentio.prompts.message import Message


@dataclass(frozen=True)
class Reply:
    """What a server sends: JSON, or bytes as they are; `ending` breaks the connection in or before the body."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Literal["whole", "reset", "truncated"] = "whole"


@dataclass
class Loopback:
    """A server at work: `url` ends in /v1, `requests` are (path, body, headers) as they came."""

    url: str
    requests: list[tuple[str, Any, Mapping[str, str]]] = field(default_factory=list)

    def address(self, model: str = "tiny") -> str:
        return f"openai/{model}@{self.url}"

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _, _ in self.requests)


Answering = Callable[[str, Any], Reply]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answering: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = answering
        self.loopback = Loopback(f"http://127.0.0.1:{self.server_port}/v1")

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of these tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def do_GET(self) -> None:
        self.answer(None)

    def do_POST(self) -> None:
        self.answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def answer(self, body: Any) -> None:  # noqa: ANN401
        self.server.loopback.requests.append((self.path, body, dict(self.headers)))
        reply = self.server.answering(self.path, body)
        if reply.ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        payload = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        if reply.ending == "truncated":
            payload = payload[: len(payload) // 2]
            self.close_connection = True
        self.wfile.write(payload)


@contextmanager
def serving(answering: Answering) -> Iterator[Loopback]:
    """A server that answers every request by `answering(path, body)`, a thread a connection."""
    with _Server(answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.loopback
        finally:
            server.shutdown()
            thread.join()


def written(text: str, **choice: object) -> dict[str, Any]:
    """A chat completion that says `text`."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 7, "completion_tokens": 2}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}], "usage": usage}


def parrot(path: str, body: Any) -> Reply:  # noqa: ANN401
    """Says the last message again. Has one model, `tiny`."""
    if path == "/v1/models":
        return Reply({"object": "list", "data": [{"id": "tiny", "object": "model"}]})
    if path == "/v1/chat/completions":
        return Reply(written(body["messages"][-1]["content"]))
    return Reply({"detail": "Not Found"}, status=404)


def asked(number: int, **more: Any) -> Question:  # noqa: ANN401
    """A question of its own for each number."""
    return Question(f"q{number}", (Message("user", f"say {number}"),), **more)


def choosing(text: str, *choices: str, max_tokens: int = 10) -> Question:
    """A question for one of these labels."""
    return Question(text, (Message("user", text),), choices=choices, sampling=Sampling(max_tokens=max_tokens))


def error(status: int, message: str, **headers: str) -> Reply:
    """A server's complaint; headers with `_` for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply({"error": {"message": message}}, status, named)


def in_turn(*replies: Reply) -> Answering:
    """These answers to chats, one after the other, the last for ever; the rest as `parrot`."""
    left = list(replies)

    def answering(path: str, body: Any) -> Reply:  # noqa: ANN401
        if path != "/v1/chat/completions":
            return parrot(path, body)
        return left.pop(0) if len(left) > 1 else left[0]

    return answering
