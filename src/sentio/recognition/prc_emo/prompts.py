"""What PRC-Emo asks about each utterance of a conversation, within a number of tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.knowledge.reading import Knowledge
from sentio.prompts import budget, erc
from sentio.prompts.lines import latest, names
from sentio.prompts.message import Message
from sentio.prompts.parts import Example, Insight, Parts
from sentio.retrieval import Hit, Query, queries

TEMPLATE_TOKENS = 64
"""Room for what a chat template adds around two messages, and for the label."""
LONGEST = 8
"""An utterance has at most one of so many parts of the room: a pasted page must leave some for the rest."""


class Demonstrator(Protocol):
    """What finds demonstrations; see `sentio.retrieval.Retriever`."""

    def retrieve(self, wanted: Sequence[Query]) -> list[tuple[Hit, ...]]: ...


@dataclass(frozen=True)
class Prompter:
    """Asks about every utterance of a conversation: `labels` to choose from, `room` tokens for prompt and answer,
    which `count` counts. `corpus` is where the conversations are from, None for anywhere. `knowledge` may be about
    other conversations where `strict` is False: then nothing is told of what it is not about."""

    labels: tuple[str, ...]
    parts: Parts
    room: int
    count: Callable[[str], int]
    corpus: str | None = None
    knowledge: Knowledge | None = None
    strict: bool = True
    demonstrator: Demonstrator | None = None

    def ask(self, conversation: Conversation) -> list[tuple[Message, ...]]:
        """The messages of each utterance, in order.

        Raises `InputError` where labels and instruction alone do not fit, and where knowledge is `strict` and about
        other texts under the same ids.
        """
        short = self._shortened(conversation)
        shown, examples = names(conversation), self._examples(conversation)
        asked = []
        for place in range(len(conversation)):
            prompt = erc.prompt(
                short,
                place,
                self.labels,
                insight=self._insight(conversation, place),
                examples=examples[place],
                parts=self.parts,
                shown=shown,
            )
            asked.append(budget.fitted(prompt, self.room - TEMPLATE_TOKENS, self.count).messages)
        return asked

    def untold(self, conversation: Conversation, place: int) -> bool:
        """Whether knowledge is told and nothing is on file about this utterance and its speaker."""
        return self.knowledge is not None and self._insight(conversation, place) == Insight()

    def _insight(self, conversation: Conversation, place: int) -> Insight:
        if self.knowledge is None:
            return Insight()
        try:
            return self.knowledge.insight(conversation, place)
        except InputError:
            if self.strict:
                raise
            return Insight()

    def _shortened(self, conversation: Conversation) -> Conversation:
        """The conversation with utterances that are far too long cut, and no half characters."""
        utterances = []
        for utterance in conversation.utterances:
            text = utterance.text.encode("utf8", "replace").decode()
            # Few tokens have more than a letter's worth of bytes; counting a short text would cost more than this.
            if len(text.encode()) > self.room // LONGEST:
                (text,) = latest([" ".join(text.split())], self.room // LONGEST, self.count)
            utterances.append(utterance if text == utterance.text else utterance.model_copy(update={"text": text}))
        return conversation.model_copy(update={"utterances": tuple(utterances)})

    def _examples(self, conversation: Conversation) -> list[list[Example]]:
        if self.demonstrator is None or not self.parts.retrieval:
            return [[] for _ in conversation.utterances]
        found = self.demonstrator.retrieve(queries(conversation, self.corpus))
        return [
            [Example(hit.entry.text, hit.label, hit.entry.corpus, hit.similarity) for hit in hits] for hits in found
        ]
