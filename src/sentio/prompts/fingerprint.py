"""Which wording a model was asked with: a short hash that changes when the wording does."""

from collections.abc import Iterable
from hashlib import sha256

from sentio.prompts.message import Message

DIGITS = 16
"""64 bits: enough to tell wordings apart, short enough for a line of a file."""


def fingerprint(messages: Iterable[Message]) -> str:
    """A hash over roles and texts.

    >>> fingerprint([Message("user", "Who is calling?")])
    'b2fee1afc986ebbd'
    """
    digest = sha256()
    for message in messages:
        for piece in (message.role.encode(), message.content.encode("utf8", "surrogatepass")):
            digest.update(b"%d:" % len(piece) + piece)
    return digest.hexdigest()[:DIGITS]
