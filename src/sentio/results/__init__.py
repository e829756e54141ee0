"""What the verbs answer: frozen values with JSON both ways."""

from sentio.results.causes import CausedConversation, Causes, CauseType, Effect, cause_types
from sentio.results.recognition import Recognition, Recognitions, RecognizedConversation
from sentio.results.reply import AnsweredConversation, Replies, Reply

__all__ = [
    "AnsweredConversation",
    "CauseType",
    "CausedConversation",
    "Causes",
    "Effect",
    "Recognition",
    "Recognitions",
    "RecognizedConversation",
    "Replies",
    "Reply",
    "cause_types",
]
