"""What a repository holds, what is looked for in it, and what is found."""

from typing import NamedTuple

from sentio.conversation import Conversation


class Entry(NamedTuple):
    """A labelled utterance of a repository.

    `label` is the corpus's own word, `emotion` the same across corpora (`unification.emotion`). `corpus`,
    `split`, `conversation` and `utterance` say where it comes from, `position` is its index in its conversation.
    """

    text: str
    label: str
    emotion: str
    corpus: str
    split: str
    conversation: str
    utterance: str
    position: int
    speaker: str


class Query(NamedTuple):
    """An utterance that demonstrations are looked for.

    `corpus`, `conversation` and `position` say where it stands, so that it does not find itself; None for a
    text from anywhere. `context` are the texts said before it in the same conversation, the oldest first.
    """

    text: str
    corpus: str | None = None
    conversation: str | None = None
    position: int | None = None
    speaker: str = ""
    context: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A demonstration: the entry, its row in the repository, its label in the target's words and its similarity
    to the query (cosine, -1..1; with context the weighted mean of both)."""

    entry: Entry
    row: int
    label: str
    similarity: float


def queries(conversation: Conversation, corpus: str | None = None) -> list[Query]:
    """Each utterance of a conversation as a query; `corpus` is the name of the one it is from.

    >>> from sentio.conversation import Utterance
    >>> chat = Conversation(id="kitchen", utterances=(
    ...     Utterance(id="0", speaker="Ada", text="You baked a cake?"),
    ...     Utterance(id="1", speaker="Bo", text="I forgot the sugar."),
    ... ))
    >>> queries(chat)[1].context
    ('You baked a cake?',)
    """
    texts = tuple(utterance.text for utterance in conversation.utterances)
    return [
        Query(utterance.text, corpus, conversation.id, position, utterance.speaker, texts[:place])
        for place, (position, utterance) in enumerate(conversation.indexed())
    ]
