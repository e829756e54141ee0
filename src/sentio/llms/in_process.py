"""A model in this process as a `LanguageModel`: what `hf` and `vllm` have in common.

Chats are rendered here (`chat_template.py`), labels scored, JSON checked. An engine only turns tokens into tokens and
into log-probabilities.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import isnan
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from sentio.errors import LanguageModelError
from sentio.llms.answers import fault, parse_json, spoken
from sentio.llms.base import Answer, Json, Question, Sampling, Usage
from sentio.llms.chat_template import completion_ids, end_of_turn, prompt_ids, text_ids
from sentio.llms.label_scores import distribution
from sentio.llms.label_tree import Logprobs, reduced
from sentio.llms.second_attempt import json_of, spelled_out
from sentio.prompts.message import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase as Tokenizer

CONTENT_FREE = (Message("user", "N/A"),)
"""A question that says nothing (Zhao et al. 2021, "Calibrate before use"): labels are scored there for their prior."""

NO_MEMORY = "the memory does not suffice for this prompt; shorten it"
Ids = Sequence[int]


@dataclass(frozen=True)
class Written:
    """What a model wrote: its words, how many tokens they took, and whether it ended its turn by itself."""

    text: str
    tokens: int
    ended: bool


class Engine(Protocol):
    """What runs the model. `context` is how many tokens it can see, `ahead` how many questions it wants at once."""

    name: str
    tokenizer: "Tokenizer"
    context: int
    ahead: int

    def write(
        self, prompts: Sequence[Ids], sampling: Sampling, samples: Sequence[int], schema: Json | None
    ) -> Iterator[tuple[int, Written | None]]:
        """Which prompt, and what was written behind it; None where the memory does not suffice for it.

        An engine that can keeps the model to the schema, the others pass over it.
        """
        ...

    def label_logprobs(self, prompts: Sequence[Ids], labels: Sequence[Ids]) -> Logprobs:
        """See `label_scoring.label_logprobs`; NaN throughout where the memory does not suffice for a prompt."""
        ...


@dataclass
class InProcess:
    """The model that an engine runs.

    A label's score is log p(label, end of the turn | chat), the probability that the model answers this and stops;
    with `mean` it is (1/|y|) Σ_t log p(y_t | x, y_<t). `prior` is λ of the correction − λ·prior(y), the label's score
    behind a chat that says nothing (specs/llm-runtime.md). Its default is 0 and not 1: a model tuned on labels has
    learned how frequent they are, and servers (`openai`) correct nothing, so an answer does not depend on what runs
    the model. For a model as it was released try `mean=True, prior=1.0`.
    """

    engine: Engine
    mean: bool = False
    prior: float = 0.0

    def __post_init__(self) -> None:
        end_of_turn(self.engine.tokenizer)  # a model without a template is told of before the first question
        self._priors: dict[tuple[str, ...], Logprobs] = {}

    @property
    def name(self) -> str:
        scoring = ("-mean" if self.mean else "") + (f"-prior{self.prior:g}" if self.prior else "")
        return self.engine.name + scoring

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`. A question that is too long, or whose chat the template refuses, gets an error."""
        source = iter(questions)
        while window := list(islice(source, self.engine.ahead)):
            groups: dict[object, list[tuple[Question, list[int]]]] = defaultdict(list)
            for question in window:
                try:
                    prompt = self._prompt(question)
                except LanguageModelError as error:
                    yield Answer(question, error=str(error))
                else:
                    groups[_together(question)].append((question, prompt))
            for group in groups.values():
                yield from (self._choose if group[0][0].choices else self._write)(*zip(*group, strict=True))

    def close(self) -> None:
        """Nothing to close: memory goes with the last reference."""

    def _prompt(self, question: Question) -> list[int]:
        """The tokens of the chat. Raises `LanguageModelError` where they and the answer are too many."""
        ids = prompt_ids(self.engine.tokenizer, question.messages)
        labels = (len(completion_ids(self.engine.tokenizer, label)) for label in question.choices)
        room = max(labels, default=question.sampling.max_tokens)
        if len(ids) + room > self.engine.context:
            raise LanguageModelError(
                f"a prompt of {len(ids)} tokens and an answer of {room} exceed the model's context of "
                f"{self.engine.context}; shorten the prompt or allow a shorter answer"
            )
        return ids

    def _choose(self, questions: Sequence[Question], prompts: Sequence[Ids]) -> Iterator[Answer]:
        started, choices = perf_counter(), questions[0].choices
        scores = self._scores(prompts, choices) - self.prior * self._prior_of(choices)
        seconds = (perf_counter() - started) / len(prompts)
        for question, ids, row in zip(questions, prompts, scores.tolist(), strict=True):
            if any(map(isnan, row)):
                yield Answer(question, error=NO_MEMORY)
                continue
            choice = choices[row.index(max(row))]
            yield Answer(question, choice, choice, distribution(row), usage=Usage(len(ids)), seconds=seconds)

    def _scores(self, prompts: Sequence[Ids], choices: Sequence[str]) -> Logprobs:
        encode = text_ids if self.mean else completion_ids
        labels = [encode(self.engine.tokenizer, choice) for choice in choices]
        return reduced(self.engine.label_logprobs(prompts, labels), mean=self.mean)

    def _prior_of(self, choices: tuple[str, ...]) -> Logprobs | float:
        if self.prior == 0:
            return 0.0
        if choices not in self._priors:
            self._priors[choices] = self._scores([prompt_ids(self.engine.tokenizer, CONTENT_FREE)], choices)
        return self._priors[choices]

    def _write(self, questions: Sequence[Question], prompts: Sequence[Ids]) -> Iterator[Answer]:
        """Words or JSON. What is no JSON of its schema is asked for once more, at temperature 0."""
        failed = []
        for answer in self._written(questions, prompts):
            if answer.question.schema is None or answer.valid:
                yield answer
            else:
                failed.append(answer)
        for first in failed:
            yield self._once_more(first)

    def _written(self, questions: Sequence[Question], prompts: Sequence[Ids]) -> Iterator[Answer]:
        samples = [question.sample for question in questions]
        started = perf_counter()
        for i, written in self.engine.write(prompts, questions[0].sampling, samples, questions[0].schema):
            if written is None:
                yield Answer(questions[i], error=NO_MEMORY)
            else:
                yield replace(_read(questions[i], len(prompts[i]), written), seconds=perf_counter() - started)

    def _once_more(self, first: Answer) -> Answer:
        question = spelled_out(first.question, json_of(first.question.schema))
        try:
            prompt = self._prompt(question)
        except LanguageModelError:
            return first
        (second,) = self._written([question], [prompt])
        usage, seconds = first.usage + second.usage, first.seconds + second.seconds
        return replace(second, question=first.question, valid=False, attempts=2, usage=usage, seconds=seconds)


def _together(question: Question) -> object:
    """Questions of which this is the same can be worked on together."""
    return question.choices or (question.sampling, json.dumps(question.schema))


def _read(question: Question, length: int, written: Written) -> Answer:
    answer = Answer(question, spoken(written.text), usage=Usage(length, written.tokens))
    if question.schema is None:
        if answer.text:
            return answer
        return replace(answer, valid=False, error=f"the answer is empty after {written.tokens} tokens")
    value = parse_json(written.text)
    wrong = fault(value, question.schema) if value is not None else "no JSON object"
    if wrong is None:
        return replace(answer, value=value)
    cut = "" if written.ended else f", cut after {written.tokens} tokens"
    return replace(answer, valid=False, error=f"no JSON of the schema: {wrong}{cut}")
