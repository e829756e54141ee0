"""sentio reads a conversation and says what each speaker feels.

>>> import sentio
>>> moods = sentio.recognize("chat.txt", labels="ekman")  # doctest: +SKIP
>>> moods[0].emotion, moods.to_polars()  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentio.conversation import Conversation, Speaker, Utterance
    from sentio.errors import SentioError
    from sentio.evaluation import evaluate
    from sentio.files import read
    from sentio.labels import LabelSpace
    from sentio.recognition import load, recognize
    from sentio.recognition.training import train
    from sentio.results import Recognition, Recognitions, RecognizedConversation

# Where each promised name lives. Resolved on first use, so that `import sentio` costs nothing.
_HOMES = {
    "Conversation": "sentio.conversation",
    "LabelSpace": "sentio.labels",
    "Recognition": "sentio.results",
    "Recognitions": "sentio.results",
    "RecognizedConversation": "sentio.results",
    "SentioError": "sentio.errors",
    "Speaker": "sentio.conversation",
    "Utterance": "sentio.conversation",
    "evaluate": "sentio.evaluation",
    "load": "sentio.recognition",
    "read": "sentio.files",
    "recognize": "sentio.recognition",
    "train": "sentio.recognition.training",
}

__all__ = [
    "Conversation",
    "LabelSpace",
    "Recognition",
    "Recognitions",
    "RecognizedConversation",
    "SentioError",
    "Speaker",
    "Utterance",
    "evaluate",
    "load",
    "read",
    "recognize",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sentio' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
