"""Where a language model is: `ADAPTER/MODEL`, and `@URL` for one behind a server."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sentio.errors import LanguageModelError

SERVER = re.compile(r"@(?=[a-z][a-z0-9+.-]*://)", re.I)
FORMS = "openai/MODEL@http://HOST:PORT/v1, hf/PATH, vllm/PATH, replay/FILE, scripted/RULE"


@dataclass(frozen=True)
class Address:
    """Which adapter runs which model; `url` is the server's, None for a model in this process.

    >>> parse("openai/Qwen/Qwen3-8B@http://localhost:8000/v1")
    Address(adapter='openai', model='Qwen/Qwen3-8B', url='http://localhost:8000/v1')
    >>> parse("hf//models/qwen3").model
    '/models/qwen3'
    """

    adapter: str
    model: str
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.adapter}/{self.model}" + (f"@{self.url}" if self.url else "")


def parse(text: str) -> Address:
    """The parts of an address. A model's name may hold slashes, and an `@` that no URL follows.

    Raises `LanguageModelError` where there is no adapter or no model, or where a password is in it,
    or where what follows the last `@` of a URL is no server's.
    """
    adapter, _, rest = text.strip().partition("/")
    *models, last = SERVER.split(rest)
    model, url = ("@".join(models), last.rstrip("/")) if models else (rest, None)
    if url and "@" in url.partition("://")[2].partition("/")[0]:
        raise LanguageModelError("a key or password has no place in an address; put it into SENTIO_API_KEY")
    if not adapter or not model:
        raise LanguageModelError(f"{text!r} is no address of a language model; write {FORMS}")
    if url and not _of_a_server(url):
        # Not shown: it may hold a key.
        raise LanguageModelError(f"{adapter}/{model}: what follows its @ is no http://HOST:PORT/v1; write {FORMS}")
    return Address(adapter, model, url)


def _of_a_server(url: str) -> bool:
    """Whether this is a URL below which an API can be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and "?" not in url
    except ValueError:  # a port or an IP address that is none
        return False
