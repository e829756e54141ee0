"""Requests to a server: repeated where that can help, never where it cannot, and told in one line where it failed."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from sentio.errors import LanguageModelError
from sentio.llms.retries import AGAIN, Retries, retry_after

T = TypeVar("T")
TOLD = 300
"""Characters of a server's own words in a message of ours."""


class Refused(Exception):
    """A request that the server will not answer however often it is made; `status` and its own words."""

    def __init__(self, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(f"the server refuses this question ({status}): {words}")


class Unanswered(Exception):
    """A request that failed each time; `failures` is how often."""

    def __init__(self, failures: int, last: str) -> None:
        self.failures = failures
        attempts = "1 attempt" if failures == 1 else f"{failures} attempts"
        super().__init__(f"no answer after {attempts}; the last: {last}")


@dataclass
class Health:
    """What is known of a server: whether it was ever reached, and the failures since its last good answer, of which
    `budget` are one too many."""

    budget: int
    reached: bool = False
    failures: int = 0


@dataclass(frozen=True)
class Client:
    """A server's API below `url`. `sleep` and `chance` are the clock and the dice."""

    http: httpx2.AsyncClient
    url: str
    retries: Retries
    health: Health
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def post(self, url: str, body: object, read: Callable[[Any], T]) -> tuple[T, int]:
        """What `read` finds in the answer's JSON, and how many attempts failed before.

        An answer that `read` cannot understand (`KeyError`, `TypeError`, `ValueError`, `IndexError`) has failed.
        Raises `Refused`, `Unanswered`, and `LanguageModelError` where no question can be answered: no server, a
        wrong key, a server that has gone.
        """
        return await self._until_read("POST", url, json.dumps(body).encode(), read)

    async def get(self, url: str, read: Callable[[Any], T]) -> tuple[T, int]:
        """As `post`, without a body."""
        return await self._until_read("GET", url, None, read)

    async def _until_read(self, method: str, url: str, body: bytes | None, read: Callable[[Any], T]) -> tuple[T, int]:
        failures = 0
        while True:
            asked_to_wait = None
            try:
                response = await self.http.request(method, url, content=body)
                self.health.reached = True
                if response.status_code == 200:
                    found = read(json.loads(response.content))
                    self.health.failures = 0
                    return found, failures
                last = self._refused_or_why(response)
                asked_to_wait = retry_after(response.headers.get("retry-after"))
                if asked_to_wait is not None:
                    last += f" (asks to wait {asked_to_wait:.0f} s)"
            except httpx2.TransportError as error:
                last = self._unreached_or_why(error)
            except (KeyError, TypeError, ValueError, IndexError):
                last = "an answer that is no JSON of this API"
            failures += 1
            self._count(last)
            wait = self.retries.wait(failures, asked_to_wait, self.chance)
            if wait is None:
                raise Unanswered(failures, last)
            await self.sleep(wait)

    def _refused_or_why(self, response: httpx2.Response) -> str:
        """What a bad answer says; raises where it makes no sense to try again."""
        status, words = response.status_code, _words(response)
        if status in AGAIN:
            return f"{status} {words}".strip()
        if status in {401, 403}:
            keyed = "authorization" in self.http.headers
            told = "refuses the key in SENTIO_API_KEY or OPENAI_API_KEY" if keyed else "wants a key: set SENTIO_API_KEY"
            raise LanguageModelError(f"{self.url} {told} ({status})")
        if 300 <= status < 400:
            raise LanguageModelError(f"{self.url} points elsewhere ({status}); write the address it points to")
        raise Refused(status, words)

    def _unreached_or_why(self, error: httpx2.TransportError) -> str:
        connecting = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol)
        why = str(error) or type(error).__name__
        if connecting and not self.health.reached:
            raise LanguageModelError(f"no server answers at {self.url} ({why}); start it or correct the address")
        return why

    def _count(self, last: str) -> None:
        self.health.failures += 1
        if self.health.failures >= self.health.budget:
            raise LanguageModelError(
                f"{self.url} failed {self.health.failures} times in a row; start again when it works (the last: {last})"
            )


def _words(response: httpx2.Response) -> str:
    """The server's message, wherever it puts it, on one line."""
    text = response.text
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    for name in ("error", "message", "detail"):
        if isinstance(body, dict):
            body = body.get(name, body)
    told = " ".join((body if isinstance(body, str) else json.dumps(body)).split())
    return told if len(told) <= TOLD else told[: TOLD - 1] + "…"
