"""The key of a server: where it comes from, and that nobody sees it."""

import os

from sentio.errors import LanguageModelError

NAMES = ("SENTIO_API_KEY", "OPENAI_API_KEY")


def api_key() -> str | None:
    """The first key that is set, without the space around it; None where there is none.

    Raises `LanguageModelError`, which does not show it, for one that no request can carry.
    """
    for name in NAMES:
        if key := os.environ.get(name, "").strip():
            if key.isascii() and key.isprintable():
                return key
            raise LanguageModelError(f"{name} holds a character that no key has; copy the key again")
    return None


def hidden(text: str, key: str | None) -> str:
    """The text with `…` where it holds the key: servers quote it in their complaints.

    >>> hidden("Rate limit reached for sk-1", "sk-1")
    'Rate limit reached for …'
    """
    return text.replace(key, "…") if key else text
