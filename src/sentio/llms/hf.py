"""A model in this process, by `transformers`: `hf/PATH` is a folder with a model or with a LoRA adapter.

Questions are taken four batches ahead, so that those of like length are worked on together. Labels are scored by the
mean log-probability of their tokens, as behind a server (`label_scores.py`), so that an answer does not depend on what
runs the model.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from sentio.card import Card
from sentio.errors import LanguageModelError
from sentio.llms.address import Address
from sentio.llms.answers import fault, parse_json, spoken
from sentio.llms.base import Answer, LanguageModel, Question, Usage
from sentio.llms.batches import batches
from sentio.llms.chat_template import completion_ids, end_of_turn, prompt_ids
from sentio.llms.checkpoint import Checkpoint, load_checkpoint
from sentio.llms.generation import Written, write
from sentio.llms.label_scores import distribution
from sentio.llms.label_scoring import BATCH_TOKENS, context_limit, score_labels
from sentio.prompts.message import Message

card = Card(
    title="Local transformers",
    summary="a model or LoRA adapter from a folder, in this process: exact label scores, batches by length",
    extra="hf",
)

AHEAD = 4
CONTENT_FREE = (Message("user", "N/A"),)
"""A question that says nothing (Zhao et al. 2021, "Calibrate before use"): labels are scored there for their prior."""

Asked = tuple[Question, list[int]]


def load(address: Address, concurrency: int) -> LanguageModel:
    """The model in the folder `address.model`, working on `concurrency` questions in a batch."""
    if address.url is not None:
        raise LanguageModelError(f"{address}: a model in this process has no URL; write hf/PATH")
    return TransformersModel(load_checkpoint(Path(address.model)), concurrency)


class TransformersModel:
    """A model that is loaded. `prior` is λ of s(y) = (1/|y|) Σ_t log p(y_t | x, y_<t) − λ·prior(y).

    λ = 1 takes away what the model thinks of the labels before it has read anything (specs/llm-runtime.md). The
    default is 0: a tuned model has learned how frequent the labels are, and servers do not correct either.
    """

    def __init__(self, checkpoint: Checkpoint, concurrency: int = 16, prior: float = 0.0) -> None:
        end_of_turn(checkpoint.tokenizer)  # a model without a template is told of before the first question
        self.name = f"hf/{checkpoint.name}"
        self._checkpoint, self._concurrency, self._prior = checkpoint, concurrency, prior
        self._priors: dict[tuple[str, ...], list[float]] = {}

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """One answer a question; questions that are too long for the model get an answer with `error`."""
        source = iter(questions)
        while window := list(islice(source, AHEAD * self._concurrency)):
            asked: list[Asked] = []
            for question in window:
                try:
                    asked.append((question, self._prompt(question)))
                except LanguageModelError as error:
                    yield Answer(question, error=str(error))
            yield from self._answers(asked)

    def close(self) -> None:
        """Nothing to close: memory goes with the last reference."""

    def _prompt(self, question: Question) -> list[int]:
        """The tokens of the chat. Raises `LanguageModelError` where they and the answer are too many."""
        tokenizer, limit = self._checkpoint.tokenizer, context_limit(self._checkpoint.model)
        ids = prompt_ids(tokenizer, question.messages)
        room = max((len(completion_ids(tokenizer, label)) for label in question.choices), default=0)
        room = room or question.sampling.max_tokens
        if len(ids) + room > limit:
            raise LanguageModelError(
                f"a prompt of {len(ids)} tokens and an answer of {room} exceed the model's context of {limit}; "
                "shorten the prompt or allow a shorter answer"
            )
        return ids

    def _answers(self, asked: Sequence[Asked]) -> Iterator[Answer]:
        """Groups that can be worked on together: the same labels to choose from, or the same way of drawing."""
        groups: dict[object, list[Asked]] = defaultdict(list)
        for question, ids in asked:
            groups[question.choices or question.sampling].append((question, ids))
        for group in groups.values():
            if group[0][0].choices:
                yield from _in_parts(self._choose, group)
                continue
            for batch in batches([len(ids) for _, ids in group], BATCH_TOKENS, self._concurrency):
                yield from _in_parts(self._write, [group[i] for i in batch])

    def _choose(self, asked: Sequence[Asked]) -> list[Answer]:
        model, tokenizer = self._checkpoint.model, self._checkpoint.tokenizer
        choices = asked[0][0].choices
        scores = score_labels(model, tokenizer, [ids for _, ids in asked], choices, mean=True)
        answers = []
        for (question, ids), row in zip(asked, scores - self._prior * self._prior_of(choices), strict=True):
            probabilities = distribution(row.tolist())
            choice = choices[int(np.argmax(row))]
            usage = Usage(prompt_tokens=len(ids))
            answers.append(Answer(question, choice, choice, probabilities, usage=usage))
        return answers

    def _prior_of(self, choices: tuple[str, ...]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        if self._prior == 0:
            return np.zeros(len(choices))
        if choices not in self._priors:
            model, tokenizer = self._checkpoint.model, self._checkpoint.tokenizer
            scores = score_labels(model, tokenizer, [prompt_ids(tokenizer, CONTENT_FREE)], choices, mean=True)
            self._priors[choices] = scores[0].tolist()
        return np.array(self._priors[choices])

    def _write(self, asked: Sequence[Asked]) -> list[Answer]:
        """Words, or JSON; what was drawn and is no JSON of its schema is asked for once more, greedily."""
        written = self._written(asked)
        answers = [_read(question, len(ids), words) for (question, ids), words in zip(asked, written, strict=True)]
        again = [i for i, answer in enumerate(answers) if answer.error and asked[i][0].sampling.temperature > 0]
        if again:
            greedy = [(_greedy(asked[i][0]), asked[i][1]) for i in again]
            for i, words in zip(again, self._written(greedy), strict=True):
                first, second = answers[i], _read(asked[i][0], len(asked[i][1]), words)
                answers[i] = replace(second, valid=False, attempts=2, usage=_sum(first.usage, second.usage))
        return answers

    def _written(self, asked: Sequence[Asked]) -> list[Written]:
        model, tokenizer = self._checkpoint.model, self._checkpoint.tokenizer
        samples = [question.sample for question, _ in asked]
        return write(model, tokenizer, [ids for _, ids in asked], asked[0][0].sampling, samples)


def _read(question: Question, length: int, words: Written) -> Answer:
    answer = Answer(question, spoken(words.text), usage=Usage(length, words.tokens))
    if question.schema is None:
        return answer
    value = parse_json(words.text)
    wrong = fault(value, question.schema) if value is not None else "no JSON object"
    if wrong is None:
        return replace(answer, value=value)
    cut = "" if words.ended else f", cut after {words.tokens} tokens"
    return replace(answer, valid=False, error=f"the answer is no JSON of the schema: {wrong}{cut}")


def _greedy(question: Question) -> Question:
    return replace(question, sampling=replace(question.sampling, temperature=0.0))


def _sum(first: Usage, second: Usage) -> Usage:
    return Usage(
        first.prompt_tokens + second.prompt_tokens,
        first.completion_tokens + second.completion_tokens,
    )


def _in_parts(work: Callable[[Sequence[Asked]], list[Answer]], asked: Sequence[Asked]) -> list[Answer]:
    """The work on all; where memory does not suffice, on each half, and an error for a question alone."""
    import torch

    try:
        return work(asked)
    except torch.OutOfMemoryError:
        pass  # the half is tried outside of this block: the traceback holds what filled the memory
    torch.cuda.empty_cache()
    if len(asked) == 1:
        return [Answer(asked[0][0], error="the memory does not suffice for this prompt; shorten it")]
    half = len(asked) // 2
    return _in_parts(work, asked[:half]) + _in_parts(work, asked[half:])
