"""sentio reads a conversation and says what each speaker feels, why, and what could be said next.

>>> import sentio
>>> moods = sentio.recognize("chat.txt", labels="ekman")  # doctest: +SKIP
>>> moods[0].emotion, moods.to_polars()  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.causes import find_causes
    from sentio.conversation import Conversation, Speaker, Utterance
    from sentio.errors import SentioError
    from sentio.evaluation import evaluate
    from sentio.files import read
    from sentio.labels import LabelSpace
    from sentio.recognition import load, recognize
    from sentio.responses import respond
    from sentio.results import (
        AnsweredConversation,
        CausedConversation,
        Causes,
        Effect,
        Recognition,
        Recognitions,
        RecognizedConversation,
        Replies,
        Reply,
    )
    from sentio.training.by_recipe import train

# Where each promised name lives. Resolved on first use, so that `import sentio` costs nothing.
_HOMES = {
    "AnsweredConversation": "sentio.results",
    "CausedConversation": "sentio.results",
    "Causes": "sentio.results",
    "Conversation": "sentio.conversation",
    "Effect": "sentio.results",
    "LabelSpace": "sentio.labels",
    "Recognition": "sentio.results",
    "Recognitions": "sentio.results",
    "RecognizedConversation": "sentio.results",
    "Replies": "sentio.results",
    "Reply": "sentio.results",
    "SentioError": "sentio.errors",
    "Speaker": "sentio.conversation",
    "Utterance": "sentio.conversation",
    "evaluate": "sentio.evaluation",
    "find_causes": "sentio.causes",
    "load": "sentio.recognition",
    "read": "sentio.files",
    "recognize": "sentio.recognition",
    "respond": "sentio.responses",
    "train": "sentio.training.by_recipe",
}

__all__ = [
    "AnsweredConversation",
    "CausedConversation",
    "Causes",
    "Conversation",
    "Effect",
    "LabelSpace",
    "Recognition",
    "Recognitions",
    "RecognizedConversation",
    "Replies",
    "Reply",
    "SentioError",
    "Speaker",
    "Utterance",
    "evaluate",
    "find_causes",
    "load",
    "read",
    "recognize",
    "respond",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sentio' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
