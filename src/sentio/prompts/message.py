"""One message of a chat, as language models are asked."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Message:
    """Who speaks to the model, and what is said.

    >>> Message("user", "Who is calling?").content
    'Who is calling?'
    """

    role: Literal["system", "user", "assistant"]
    content: str
