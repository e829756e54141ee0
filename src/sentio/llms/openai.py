"""Any server that speaks OpenAI's HTTP API: vLLM, SGLang, llama.cpp, Ollama, `transformers serve`, hosted ones.

`openai/MODEL@http://host:port/v1`. The key, where one is needed, comes from SENTIO_API_KEY or OPENAI_API_KEY and is
sent to this address only. What a server cannot do is found out by asking it (`dialect.py`, `echo_scores.py`).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sentio.card import Card
from sentio.errors import LanguageModelError
from sentio.llms.address import Address
from sentio.llms.base import Answer, LanguageModel, Question
from sentio.llms.in_flight import in_flight
from sentio.llms.keys import api_key
from sentio.llms.retries import Retries

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx2

    from sentio.llms.client import Health
    from sentio.llms.completions import Completions
    from sentio.llms.dialect import Dialect
    from sentio.llms.echo_scores import Echo

card = Card(
    title="OpenAI-compatible server",
    summary="Asks a model behind an HTTP API (openai/MODEL@http://host:port/v1): vLLM, SGLang, llama.cpp, Ollama.",
)

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0
"""A long text of a large model on a busy server takes minutes."""


def load(address: Address, concurrency: int) -> LanguageModel:
    """The model behind the server. Raises `LanguageModelError` for an address without a server's URL."""
    if address.url is None:
        raise LanguageModelError(f"{address}: which server? write openai/{address.model}@http://HOST:PORT/v1")
    return Server(address, concurrency)


@dataclass
class Server:
    """The model behind the server; connections live as long as an `ask`, what was learnt of the server longer."""

    address: Address
    concurrency: int = 16
    retries: Retries = field(default_factory=Retries)
    timeout: float = ANSWER_SECONDS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        self._learnt: _Learnt | None = None

    @property
    def name(self) -> str:
        return str(self.address)

    def close(self) -> None:
        """Nothing is open between two calls of `ask`."""

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`."""
        return in_flight(self._session, questions, self.concurrency)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Callable[[Question], Awaitable[Answer]]]:
        from sentio.llms.client import Client
        from sentio.llms.completions import Completions
        from sentio.llms.echo_scores import EchoScores

        learnt = self._learnt = self._learnt or _Learnt.nothing(self.address, self.retries.budget(self.concurrency))
        key = api_key()
        async with self._connections(learnt, key) as http:
            client = Client(http, str(self.address.url), self.retries, learnt.health, key, self.sleep, self.chance)
            scores = EchoScores(client, self.address.model, learnt.echo)
            completions = Completions(client, self.address.model, learnt.dialect, scores)
            if not learnt.checked:
                await completions.check()
                learnt.checked = True

            async def work(question: Question) -> Answer:
                started = perf_counter()
                answer = await _answer(completions, question)
                learnt.health.answered |= answer.error is None
                return replace(answer, seconds=perf_counter() - started)

            yield work

    def _connections(self, learnt: "_Learnt", key: str | None) -> "httpx2.AsyncClient":
        import httpx2

        return httpx2.AsyncClient(
            headers={"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {}),
            timeout=httpx2.Timeout(self.timeout, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=self.concurrency, max_keepalive_connections=self.concurrency),
            verify=learnt.tls or False,
            # What is asked of this machine must not take the way of a proxy.
            trust_env=not _here(self.address),
        )


@dataclass
class _Learnt:
    """What is known of the server after the first questions."""

    health: "Health"
    dialect: "Dialect"
    echo: "Echo"
    tls: "SSLContext | None"
    checked: bool = False

    @classmethod
    def nothing(cls, address: Address, budget: int) -> "_Learnt":
        import httpx2

        from sentio.llms.client import Health
        from sentio.llms.dialect import Dialect
        from sentio.llms.echo_scores import Echo

        # Reading the certificates takes longer than a request on loopback: once, and only where there are any.
        tls = httpx2.create_ssl_context() if str(address.url).startswith("https:") else None
        return cls(Health(budget), Dialect(), Echo(), tls)


async def _answer(completions: "Completions", question: Question) -> Answer:
    """The answer, also where there is none: a question that cannot be answered stops no other."""
    from sentio.llms.client import Failed
    from sentio.llms.dialect import told

    try:
        return await completions.answer(question)
    except Failed as failed:
        return Answer(question, attempts=failed.attempts, error=told(failed))


def _here(address: Address) -> bool:
    host = urlsplit(str(address.url)).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
