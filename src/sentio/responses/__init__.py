"""What to say next: `sentio.respond` and how a system is found by its name or its run folder."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import tee
from pathlib import Path

from sentio import files, loading
from sentio.conversation import Conversation
from sentio.responses import crisis
from sentio.responses.base import Conditioned, Deciding, Decision, Hearing, NextTurn, Responder, answerer
from sentio.results import AnsweredConversation, Replies

__all__ = [
    "Conditioned",
    "Deciding",
    "Decision",
    "Hearing",
    "NextTurn",
    "Responder",
    "answerer",
    "load",
    "respond",
    "respond_stream",
]

DEFAULT = "support"


def load(system: str = DEFAULT, options: Mapping[str, object] | None = None) -> Responder:
    """The system of that name, or the one trained in that run folder; see `loading.load` for errors."""
    responder: Responder = loading.load("responses", system, options or {})
    return responder


def respond_stream(
    responder: Responder, conversations: Iterable[Conversation], speaker: str | None = None
) -> Iterator[AnsweredConversation]:
    """A reply to the end of each conversation that is not empty, in order, by `speaker` or by who is not the last.

    Where the last words speak of danger, the reply has the fixed notice of `responses.crisis`, whatever the system.
    """
    first, second = tee(one for one in conversations if one.utterances)
    turns = (NextTurn(one, answerer(one, speaker)) for one in first)
    for conversation, reply in zip(second, responder.respond(turns), strict=True):
        notice = reply.notice or crisis.notice(conversation, answerer(conversation, speaker))
        yield AnsweredConversation(conversation=conversation, reply=reply.model_copy(update={"notice": notice}))


def respond(
    conversation: Conversation | Iterable[Conversation] | str | Path,
    *,
    system: str | Responder = DEFAULT,
    speaker: str | None = None,
    options: Mapping[str, object] | None = None,
) -> Replies:
    """Say what could be said next in a conversation, in several, or in those of a file.

    `system` is a name, a run folder, or a loaded responder; `options` are those of a system that is named
    ({"llm": "openai/MODEL@URL"}). Raises `InputError` for files that cannot be read.
    """
    if isinstance(conversation, (str, Path)):
        conversation = files.read(conversation)
    elif isinstance(conversation, Conversation):
        conversation = [conversation]
    responder = load(system, options) if isinstance(system, str) else system
    return Replies(list(respond_stream(responder, conversation, speaker)))
