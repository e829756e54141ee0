"""Requests to a server: repeated where that can help, never where it cannot, and told in one line where it failed."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import httpx2

from sentio.errors import LanguageModelError
from sentio.llms import complaints
from sentio.llms.base import Usage
from sentio.llms.complaints import Complaint
from sentio.llms.keys import hidden
from sentio.llms.retries import AGAIN, Retries, retry_after

T = TypeVar("T")
NO_ANSWER = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)
"""What reading JSON raises that is not what was asked for."""
FLAGGED = re.compile(r"flagged|moderation|content (?:policy|filter|management)|safety", re.I)
"""How a server says that it forbids this text and not this key."""


class Failed(Exception):
    """A request without an answer; `attempts` is how often it was made."""

    def __init__(self, attempts: int, told: str) -> None:
        self.attempts = attempts
        super().__init__(told)


class Refused(Failed):
    """A request that the server will not answer however often it is made; `status` and what it says."""

    def __init__(self, status: int, complaint: Complaint, attempts: int) -> None:
        self.status, self.complaint = status, complaint
        super().__init__(attempts, f"the server refuses this question ({status}): {complaint.told}")


class Unanswered(Failed):
    """A request that failed each time."""

    def __init__(self, attempts: int, last: str) -> None:
        times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        super().__init__(attempts, f"no answer after {times}; the last: {last}")


@dataclass
class Health:
    """What is known of a server: whether it was ever reached, whether it has answered a question, and the failures
    since its last good answer, of which `budget` are one too many."""

    budget: int
    reached: bool = False
    answered: bool = False
    failures: int = 0


@dataclass(frozen=True)
class Client:
    """A server's API below `url`. `key` is shown to nobody else; `sleep` and `chance` are the clock and the dice."""

    http: httpx2.AsyncClient
    url: str
    retries: Retries
    health: Health
    key: str | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def post(self, url: str, body: object, read: Callable[[Any], T]) -> tuple[T, int]:
        """What `read` finds in the answer's JSON, and how many attempts failed before.

        An answer that `read` cannot understand (`NO_ANSWER`) has failed.
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
                last = self._refused_or_why(response, failures + 1)
                asked_to_wait = retry_after(response.headers.get("retry-after"))
                if asked_to_wait is not None:
                    last += f" (asks to wait {asked_to_wait:.0f} s)"
            except httpx2.InvalidURL as error:
                raise LanguageModelError(f"{self.url} is no address of a server; write http://HOST:PORT/v1") from error
            except httpx2.TransportError as error:
                last = self._unreached_or_why(error)
            except NO_ANSWER:
                last = "an answer that is no JSON of this API"
            failures += 1
            self._count(last)
            wait = self.retries.wait(failures, asked_to_wait, self.chance)
            if wait is None:
                raise Unanswered(failures, last)
            await self.sleep(wait)

    def _refused_or_why(self, response: httpx2.Response, attempts: int) -> str:
        """What a bad answer says; raises where it makes no sense to try again."""
        status, said = response.status_code, complaints.read(response.text)
        complaint = replace(said, words=hidden(said.words, self.key))
        if status in AGAIN:
            return f"{status} {complaint.told}".strip()
        if status == 401 or (status == 403 and not (self.health.answered or FLAGGED.search(complaint.words))):
            told = (
                "refuses the key in SENTIO_API_KEY or OPENAI_API_KEY" if self.key else "wants a key: set SENTIO_API_KEY"
            )
            # With 401 they only quote the key, or a part of it.
            words = f": {complaint.told}" if status == 403 and complaint.words else ""
            raise LanguageModelError(f"{self.url} {told} ({status}){words}")
        if 300 <= status < 400:
            raise LanguageModelError(f"{self.url} points elsewhere ({status}); write the address it points to")
        raise Refused(status, complaint, attempts)

    def _unreached_or_why(self, error: httpx2.TransportError) -> str:
        connecting = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol)
        why = hidden(str(error), self.key) or type(error).__name__
        if connecting and not self.health.reached:
            raise LanguageModelError(f"no server answers at {self.url} ({why}); start it or correct the address")
        return why

    def _count(self, last: str) -> None:
        self.health.failures += 1
        if self.health.failures >= self.health.budget:
            raise LanguageModelError(
                f"{self.url} failed {self.health.failures} times in a row; start again when it works (the last: {last})"
            )


def used(answer: Any) -> Usage:  # noqa: ANN401
    """The tokens that an answer says it took; 0 where it does not say."""
    told = answer.get("usage")
    counts = told if isinstance(told, dict) else {}
    prompt, completion = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return Usage(
        prompt if isinstance(prompt, int) else 0,
        completion if isinstance(completion, int) else 0,
    )
