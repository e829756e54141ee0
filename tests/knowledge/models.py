"""Models that answer by rule, and the conversations they are asked about."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sentio.conversation import Conversation, Utterance
from sentio.llms.base import Answer, Question, Usage

Rule = Callable[[Question], Answer]


def said(question: Question, words: int) -> dict[str, str]:
    assert question.schema is not None
    return {key: " ".join(["He waits and looks away for now."] * (words // 7)) for key in question.schema["required"]}


def good(question: Question) -> Answer:
    """A valid answer, as a server with structured output gives it."""
    value = said(question, 28 if "ExplicitEmotion" in str(question.schema) else 98)
    return Answer(question, text=json.dumps(value), value=value, usage=Usage(100, 10))


@dataclass
class Ruled:
    """A model that answers by a rule and keeps what it was asked; `ahead` questions are taken before one is answered,
    and the last comes first."""

    rule: Rule = good
    name: str = "ruled"
    ahead: int = 3
    asked: list[Question] = field(default_factory=list)

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        waiting: list[Question] = []
        for question in questions:
            waiting.append(question)
            self.asked.append(question)
            if len(waiting) == self.ahead:
                yield self.rule(waiting.pop())
        while waiting:
            yield self.rule(waiting.pop())

    def close(self) -> None:
        pass

    @property
    def times(self) -> Counter[str]:
        return Counter(question.id for question in self.asked)


def worded(text: str) -> Rule:
    """The same words to everything, from a model without structured output."""
    return lambda question: Answer(question, text=text)


def first_then(first: Rule, second: Rule = good) -> Rule:
    """One rule for what was drawn, another for what is asked again greedily."""
    return lambda question: (first if question.sampling.temperature else second)(question)


def failing(question: Question) -> Answer:
    return replace(good(question), text="", value=None, error="no answer after 6 attempts; the last: 503")


def chat(name: str, *lines: str) -> Conversation:
    """A conversation of lines such as "Ada: Who ate my cake?"."""
    turns = [line.partition(": ") for line in lines]
    utterances = tuple(Utterance(id=str(k), speaker=who, text=text) for k, (who, _, text) in enumerate(turns))
    return Conversation(id=name, utterances=utterances)


CHATS = [
    chat("kitchen", "Ada: Who ate my cake?", "Bo: Not me.", "Ada: The plate is warm.", "Bo: All right, it was me."),
    chat("garden", "Cem: Look at those tulips!", "Dora: They came back.", "Cem: They did.", "Dora: I doubted it."),
    chat("void", ": "),
]
"""Nine utterances and five speakers; one conversation is a single empty utterance of nobody."""
