"""What a language model is asked and what it answers, whatever runs it.

A question is a chat. With `choices` it asks which of these labels fits, scored and not parsed; with
`schema` it asks for JSON. An answer that failed is a value with `error`, never a default label.

>>> question = Question("u3", (Message("user", "Joy or anger?"),), choices=("joy", "anger"))
>>> answer = Answer(question, text="joy", choice="joy", probabilities=(0.8, 0.2))
>>> answer.error is None
True
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sentio.llms.address import Address
from sentio.prompts.message import Message

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Sampling:
    """How the answer is drawn. Temperature 0 is greedy; `max_tokens` bounds the answer."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_tokens: int = 256
    seed: int | None = None


@dataclass(frozen=True)
class Question:
    """A chat to be answered. `id` is the asker's name for it, given back with the answer and no part of
    what the model sees; `sample` tells several draws of the same question apart."""

    id: str
    messages: tuple[Message, ...]
    choices: tuple[str, ...] = ()
    schema: Json | None = None
    sampling: Sampling = field(default_factory=Sampling)
    sample: int = 0


@dataclass(frozen=True)
class Usage:
    """Tokens read and written; both 0 where the answer came from the cache."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True)
class Answer:
    """What came back.

    `choice` is the label of `question.choices` that fits best and `probabilities` its distribution over them
    (in their order, sums to 1; None where the model gives no log-probabilities). `value` is the JSON of a
    question with a schema. `valid` is False where the model's own words were no label or no JSON of that
    schema at first (the invalid rate is a reported figure). `attempts` counts requests that failed or were
    repeated, too; `seconds` is the time from asking to the answer, 0 from the cache. `error` says why there is
    no answer.
    """

    question: Question
    text: str = ""
    choice: str | None = None
    probabilities: tuple[float, ...] | None = None
    value: Json | None = None
    valid: bool = True
    usage: Usage = Usage()
    cached: bool = False
    attempts: int = 1
    seconds: float = 0.0
    error: str | None = None


class LanguageModel(Protocol):
    """A model at work. `name` says which model it is (it keys the cache and stands in run folders)."""

    @property
    def name(self) -> str: ...

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """One answer a question, each as soon as it is there, not in order.

        Questions are taken only as far ahead as are worked on at once, so an endless stream works. Raises
        `LanguageModelError` where the model cannot be asked at all: no server, wrong key, unknown model.
        """
        ...

    def close(self) -> None:
        """Let go of connections and memory."""
        ...


class Adapter(Protocol):
    """What an adapter's file offers besides its card."""

    def load(self, address: Address, concurrency: int) -> LanguageModel:
        """The model at `address`, working on `concurrency` questions at once.

        Imports heavy packages here and not at the top. Raises `LanguageModelError` where the address lacks
        a part or names no model; a server need not be reached before the first question.
        """
        ...
