"""What `respond` answers: a reply, and the evidence it was built on.

>>> reply = Reply(speaker="Bo", text="I am so sorry.", feels="sadness", strategy="reflection of feelings")
>>> Reply.model_validate_json(reply.model_dump_json()) == reply
True
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation

if TYPE_CHECKING:
    import polars


class Reply(BaseModel):
    """What `speaker` could say next.

    What it was built on, each None or empty where the system does not ask: `feels` is the emotion of the one who is
    answered and `cause_words` are their words that carry it, `emotion` the emotion that the reply is to show, `act`
    its dialogue act, `strategy` that of emotional support and `stage` where the support has got to, `persona` what is
    known of `speaker`. `fallbacks` names each of these ("feels", "strategy", ..., "text") that the model did not
    decide in a form that could be read, and that a rule decided instead. `notice` is a fixed text for people in
    danger, to be shown before the reply. `calls` counts the questions to a language model. Where `error` says why
    there is no reply, `text` is empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speaker: str
    text: str
    feels: str | None = None
    cause_words: tuple[str, ...] = ()
    emotion: str | None = None
    act: str | None = None
    strategy: str | None = None
    stage: str | None = None
    persona: dict[str, float | str] = {}
    fallbacks: tuple[str, ...] = ()
    notice: str | None = None
    calls: int = 0
    error: str | None = None


def evidence(reply: Reply) -> Iterator[tuple[str, str]]:
    """What a reply was built on, a name and a text each; nothing for what its system does not ask.

    >>> list(evidence(Reply(speaker="Bo", text="Oh.", feels="sadness", cause_words=("lost",), fallbacks=("feels",))))
    [('feels', 'sadness, in “lost”'), ('by rule', 'feels')]
    """
    words = ", ".join(f"“{word}”" for word in reply.cause_words)
    feels = ", in ".join(part for part in (reply.feels or "", words) if part)
    persona = ", ".join(f"{name} {value}" for name, value in reply.persona.items())
    yield from (
        (name, text)
        for name, text in (
            ("feels", feels),
            ("shows", reply.emotion),
            ("act", reply.act),
            ("stage", reply.stage),
            ("strategy", reply.strategy),
            ("persona", persona),
            ("by rule", ", ".join(reply.fallbacks)),
        )
        if text
    )


class AnsweredConversation(BaseModel):
    """A conversation and a reply to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: Conversation
    reply: Reply

    def row(self) -> dict[str, Any]:
        """One flat object: the keys of the JSONL output, in its order."""
        return {"conversation": self.conversation.id, **self.reply.model_dump(mode="json")}


class Replies(Sequence[Reply]):
    """What `sentio.respond` returns: a sequence of `Reply`, one a conversation; `conversations` keeps these."""

    def __init__(self, conversations: Sequence[AnsweredConversation]) -> None:
        self.conversations = tuple(conversations)

    @overload
    def __getitem__(self, index: int) -> Reply: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Reply, ...]: ...
    def __getitem__(self, index: int | slice) -> Reply | tuple[Reply, ...]:
        if isinstance(index, slice):
            return tuple(done.reply for done in self.conversations[index])
        return self.conversations[index].reply

    def __len__(self) -> int:
        return len(self.conversations)

    def __repr__(self) -> str:
        return f"Replies({len(self)})"

    def to_polars(self) -> "polars.DataFrame":
        """One row a conversation; `persona` is a JSON text."""
        import json

        import polars

        rows = [done.row() for done in self.conversations]
        return polars.DataFrame(
            [row | {"persona": json.dumps(row["persona"], ensure_ascii=False)} for row in rows],
            infer_schema_length=None,
        )
