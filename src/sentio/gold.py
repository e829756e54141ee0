"""What annotators said about a conversation, kept apart from the conversation itself.

A *layer* is one kind of annotation ("emotion", "sentiment", "dialogue act", "empathy"). A layer gives an
utterance a label (a string), several labels (a tuple), a score (a float) or a text (a string).

>>> from sentio.conversation import Conversation, Utterance
>>> chat = Conversation(id="kitchen", utterances=(Utterance(id="0", speaker="Ada", text="You baked a cake?"),))
>>> item = AnnotatedConversation(conversation=chat, gold={"emotion": {"0": "surprise"}})
>>> item.gold["emotion"]["0"]
'surprise'
>>> AnnotatedConversation.model_validate_json(item.model_dump_json()) == item
True
"""

from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation

Value = str | float | tuple[str, ...]
Layer = dict[str, Value]
"""Utterance id -> annotation; an utterance that nobody annotated has no entry."""


class GoldCause(BaseModel):
    """Why the speaker of an utterance feels the way they do.

    `target` is the id of the emotional utterance, `evidence` that of the utterance with the cause, None
    for a cause that nobody says. `span` is the causing passage, a substring of the evidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    evidence: str | None
    span: str = ""
    kinds: tuple[str, ...] = ()


class AnnotatedConversation(BaseModel):
    """A conversation and what is known about it.

    `gold` holds human annotations as they are released (aggregated where several people voted), by
    layer. `votes` holds each annotator's own: layer -> utterance -> annotator -> value; annotators
    without a name are numbered. `machine` holds what a program annotated, in the form of `gold`: it is
    never scored against. `facts` says what holds for the whole conversation (situation, scene, problem).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: Conversation
    gold: dict[str, Layer] = {}
    votes: dict[str, dict[str, dict[str, Value]]] = {}
    machine: dict[str, Layer] = {}
    causes: tuple[GoldCause, ...] = ()
    facts: dict[str, str | float] = {}

    @property
    def id(self) -> str:
        """The conversation's."""
        return self.conversation.id


class Question(BaseModel):
    """An item that asks something: what benchmarks of emotional intelligence consist of.

    `context` is what is to be read first, `choices` are the options of a multiple-choice question and
    `answers` the right ones (or the reference texts, where the answer is free).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    context: str = ""
    question: str
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...]
    machine: bool = False
    """True where the answers were written by a program."""
    facts: dict[str, str | float] = {}


Item = AnnotatedConversation | Question
