"""Where a language model is: `ADAPTER/MODEL`, and `@URL` for one behind a server."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sentio.errors import LanguageModelError

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

    Raises `LanguageModelError` where there is no adapter or no model, or where a password is in it.
    """
    adapter, _, rest = text.strip().partition("/")
    for scheme in ("@http://", "@https://"):
        model, at, server = rest.rpartition(scheme)
        if at:
            url = (at[1:] + server).rstrip("/")
            break
    else:
        model, url = rest, None
    if url and "@" in urlsplit(url).netloc:
        raise LanguageModelError("a key or password has no place in an address; put it into SENTIO_API_KEY")
    if not adapter or not model:
        raise LanguageModelError(f"{text!r} is no address of a language model; write {FORMS}")
    return Address(adapter, model, url)
