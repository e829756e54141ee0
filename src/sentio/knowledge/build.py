"""Ask a language model what there is to be known about conversations, once an item, and keep every answer.

A first answer is drawn as in the paper's release. One that is no JSON, far off the length, or names a label is told its
fault and asked for again, greedily; where that fails too, a gap is recorded.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sentio.conversation import Conversation
from sentio.knowledge.items import ANSWER, ASKS, KINDS, Item, Kind, Wanted
from sentio.knowledge.journal import Journal
from sentio.knowledge.parsing import texts, whole
from sentio.knowledge.validity import fault
from sentio.llms.base import Answer, Json, LanguageModel, Question, Sampling
from sentio.prompts.message import Message

SAMPLING: dict[Kind, Sampling] = {
    "interpretation": Sampling(temperature=0.3, top_p=0.9, repetition_penalty=1.2, max_tokens=ANSWER),
    "characteristics": Sampling(temperature=0.3, top_p=0.85, repetition_penalty=1.2, max_tokens=ANSWER),
}
"""How the first answer is drawn: released code."""
GREEDY = Sampling(temperature=0.0, max_tokens=ANSWER)
"""How the second one is: ours, as the specification has it."""

SCHEMAS: dict[Kind, Json] = {
    kind: {
        "type": "object",
        "properties": {key: {"type": "string"} for key in ASKS[kind].KEYS},
        "required": list(ASKS[kind].KEYS),
        "additionalProperties": False,
    }
    for kind in KINDS
}
"""What a server with structured output holds the model to."""


@dataclass
class Count:
    """What a call has done. `present` were in the file before; of the others each is answered, a gap (the
    specification's `knowledge_failures`) or an error. `first` answers came, before any was asked for again;
    `invalid` of them were no use."""

    present: int = 0
    answered: int = 0
    gaps: int = 0
    errors: int = 0
    first: int = 0
    invalid: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    last_error: str = ""

    @property
    def invalid_rate(self) -> float | None:
        """The share of first answers that were no use, 0..1; None before any came."""
        return self.invalid / self.first if self.first else None


class Build:
    """One call: asks what the journal has not. `count` may be looked at in between."""

    def __init__(self, model: LanguageModel, journal: Journal, wanted: Wanted) -> None:
        self.count = Count()
        self._model, self._journal, self._wanted = model, journal, wanted
        self._open: dict[str, _Open] = {}
        self._again: deque[Question] = deque()

    def run(self, conversations: Iterable[Conversation], progress: Callable[[], None] = lambda: None) -> Count:
        """Ask everything; `progress` is called for each item that is done.

        Raises `LanguageModelError` where the model cannot be asked, `OutputError` where the file cannot be written,
        `InputError` for ids that are there twice; what was written is valid, and another call goes on.
        """
        questions = self._first(conversations, progress)
        while True:
            for answer in self._model.ask(questions):
                if self._take(answer):
                    progress()
            if not self._again:
                return self.count
            questions = self._second()

    def _first(self, conversations: Iterable[Conversation], progress: Callable[[], None]) -> Iterator[Question]:
        for item in self._wanted.items(conversations):
            # Between the others, so that few wait at a time.
            yield from self._second()
            name, kind = json.dumps(item.key), item.key.kind
            if self._journal.has(item):
                self.count.present += 1
                progress()
            elif name not in self._open:
                self._open[name] = _Open(item)
                yield Question(name, item.messages, schema=SCHEMAS[kind], sampling=SAMPLING[kind])

    def _second(self) -> Iterator[Question]:
        while self._again:
            yield self._again.popleft()

    def _take(self, answer: Answer) -> bool:
        """Keep what came, or ask once more; whether the item is done."""
        self.count.prompt_tokens += answer.usage.prompt_tokens
        self.count.completion_tokens += answer.usage.completion_tokens
        work = self._open[answer.question.id]
        # A model that found its own words to be no JSON has asked for them twice already.
        work.attempts += 1 if answer.valid else 2
        found = _texts(answer, work.item.key.kind)
        wrong = self._wrong(found, work.item.key.kind)
        if answer.error and answer.valid:
            self._keep(answer, error=answer.error)
            self.count.errors += 1
            self.count.last_error = answer.error
            return True
        if not work.told:
            self.count.first += 1
            self.count.invalid += wrong is not None or not answer.valid
        if wrong is None:
            self._keep(answer, texts=found or ())
            self.count.answered += 1
        elif work.attempts == 1:
            work.told = True
            self._again.append(_corrected(answer.question, wrong))
            return False
        else:
            self._keep(answer, gap=wrong, raw=_raw(answer))
            self.count.gaps += 1
        return True

    def _wrong(self, found: tuple[str, ...] | None, kind: Kind) -> str | None:
        if found is None:
            return f"no JSON object with the keys {', '.join(ASKS[kind].KEYS)}"
        return fault(found, ASKS[kind].WORDS, self._wanted.labels)

    def _keep(
        self,
        answer: Answer,
        *,
        texts: tuple[str, ...] = (),
        gap: str | None = None,
        error: str | None = None,
        raw: str = "",
    ) -> None:
        work = self._open.pop(answer.question.id)
        self._journal.keep(work.item, texts=texts, attempts=work.attempts, gap=gap, error=error, raw=raw)


@dataclass
class _Open:
    """An item that is asked about at the moment; `told` once its first answer was found wanting."""

    item: Item
    attempts: int = 0
    told: bool = False


def _raw(answer: Answer) -> str:
    return answer.text or ("" if answer.value is None else json.dumps(dict(answer.value), ensure_ascii=False))


def _texts(answer: Answer, kind: Kind) -> tuple[str, ...] | None:
    keys = ASKS[kind].KEYS
    found = None if answer.value is None else whole([answer.value.get(key) for key in keys])
    return found or texts(answer.text, keys)


def _corrected(question: Question, wrong: str) -> Question:
    """The question once more, with what was wrong with its answer."""
    *before, last = question.messages
    told = Message(last.role, f"{last.content}\n\n(An earlier answer was of no use: {wrong}.)")
    return replace(question, messages=(*before, told), sampling=GREEDY)
