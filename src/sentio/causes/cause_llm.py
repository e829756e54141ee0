"""Causes by a language model: one question an emotional utterance, the history numbered, the causes as JSON.

The task is that of Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021, both
sub-tasks in one answer: which utterances, and which words of theirs. The prompt is ours (`prompts/causes.py`).

What a model says is checked: numbers are of utterances that it was shown, words stand in the utterance they are quoted
from (`quoted.py`), or all of its words are taken. An answer that cannot be read is asked for once more; where the
second is no better, the position rule decides. `remarks()` counts both.

>>> from sentio.causes import cause_llm
>>> finder = cause_llm.load(cause_llm.Options(llm="scripted/lexicon"))
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import tee
from weakref import finalize

from pydantic import Field

from sentio.card import Card
from sentio.causes.base import Candidate, Felt, Judgement
from sentio.causes.position import Position
from sentio.causes.quoted import quoted
from sentio.conversation import Utterance
from sentio.knowledge.items import tokens
from sentio.labels import LabelSpace, space
from sentio.llms import Answer, LanguageModel, Question, Sampling, flows
from sentio.llms.base import Json
from sentio.llms.flows import Flow
from sentio.llms.options import Asking
from sentio.prompts.causes import prompt
from sentio.prompts.lines import names

card = Card(
    title="Causes by a language model",
    summary="asks a language model which utterances caused an emotion, and with which words",
    paper="https://doi.org/10.1007/s12559-021-09925-7",
    labels="dailydialog",
    reconstruction=True,
    method="frozen.zero",
)

ANSWER = 384
"""Tokens of an answer: half a dozen causes with their words. Our design."""
CORRECTION = 128
"""Tokens that asking once more adds at most."""

SCHEMA: Json = {
    "type": "object",
    "properties": {
        "causes": {
            "type": "array",
            "items": {
                "type": "object",
                # No maximum: questions of one schema are answered together.
                "properties": {"utterance": {"type": "integer", "minimum": 1}, "words": {"type": "string"}},
                "required": ["utterance", "words"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["causes"],
    "additionalProperties": False,
}


class Options(Asking):
    """Which model is asked, and how much it is told."""

    context: int = Field(
        default=4096, ge=1024, description="tokens of question and answer; the oldest utterances are left out first"
    )


@dataclass
class Count:
    """How the answers were: of `asked` emotional utterances `ruled` were left to the position rule, `failed` of them
    because the question had no answer at all, `error` says why the last one. Of `named` causes `unquoted` came with
    words that are not in the utterance."""

    asked: int = 0
    ruled: int = 0
    failed: int = 0
    error: str = ""
    named: int = 0
    unquoted: int = 0


class CauseLlm:
    """A finder that asks a language model; what it names is a cause with probability 1, anything else with 0.

    Where `alone`, each conversation is asked about by itself, so that an answer does not depend on its neighbours in a
    batch; a server is asked about several at once.
    """

    def __init__(self, model: LanguageModel, context: int, *, alone: bool) -> None:
        self.space: LabelSpace = space("dailydialog")
        self.model, self.alone = model, alone
        self.count = Count()
        self._room = context - ANSWER - CORRECTION
        self._rule = Position(reach=1)
        # Nobody closes a finder: what it holds open goes with it.
        finalize(self, model.close)

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        """See `CauseFinder.find`. Raises `LanguageModelError` where the model cannot be asked at all."""
        if self.alone:
            for felt in asked:
                yield from self._found([felt])
        else:
            yield from self._found(asked)

    def remarks(self) -> Iterator[str]:
        """How often a rule decided, and words were quoted that nobody said, where that happened."""
        count = self.count
        if count.ruled:
            told = f"{count.ruled} of {count.asked} emotional utterances have the causes of the position rule"
            why = f"; {count.failed} questions had no answer, the last one: {count.error}" if count.failed else ""
            yield f"{told}: {self.model.name} gave no answer that could be read, twice{why}"
        if count.unquoted:
            yield f"{count.unquoted} of {count.named} causes were named with words that the utterance does not hold"

    def _found(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        first, second = tee(asked)
        judged = flows.run(self.model, (flow for felt in first for flow in self._flows(felt)))
        for felt in second:
            if not felt.emotions:
                next(judged)
            yield {target: next(judged) for target in felt.emotions}

    def _flows(self, felt: Felt) -> Iterator[Flow[list[Candidate]]]:
        """One for each emotional utterance. A conversation without any has one that asks nothing: else a stream of
        such conversations would be read on without an end before the first of them is answered."""
        shown = names(felt.conversation)
        place = {utterance.id: number for number, utterance in enumerate(felt.conversation.utterances)}
        for target, emotion in felt.emotions.items():
            yield self._judged(felt, place[target], emotion, shown)
        if not felt.emotions:
            yield _nothing()

    def _judged(self, felt: Felt, place: int, emotion: str, shown: dict[str, str]) -> Flow[list[Candidate]]:
        asked = prompt(felt.conversation, place, emotion, shown=shown, budget=self._room, count=tokens)
        heard = felt.conversation.utterances[: place + 1]
        question = Question(heard[-1].id, asked.messages, schema=SCHEMA, sampling=Sampling(max_tokens=ANSWER))
        read = partial(_read, first=asked.first, last=asked.last)
        causes, answer = yield from flows.settled(question, read, asked.correction)
        self.count.asked += 1
        if causes is None:
            return self._by_rule(felt, heard[-1].id, answer)
        return [
            Candidate(one.id, 1.0, self._span(causes[number], one)) if number in causes else Candidate(one.id, 0.0)
            for number, one in enumerate(heard, start=1)
        ]

    def _by_rule(self, felt: Felt, target: str, answer: Answer) -> list[Candidate]:
        self.count.ruled += 1
        if answer.error and answer.valid:
            self.count.failed, self.count.error = self.count.failed + 1, answer.error
        judgement = next(self._rule.find([Felt(felt.conversation, {target: felt.emotions[target]})]))
        return list(judgement[target])

    def _span(self, words: str, utterance: Utterance) -> str:
        self.count.named += 1
        found = quoted(words, utterance.text)
        self.count.unquoted += found is None
        return utterance.text if found is None else found


def load(options: Options) -> CauseLlm:
    """The finder. Raises `SentioError` where no model is named, `LanguageModelError` where it cannot be opened."""
    here = str(options.llm).startswith(("hf/", "vllm/"))
    return CauseLlm(options.opened("cause_llm"), options.context, alone=here)


def _read(answer: Answer, first: int, last: int) -> dict[int, str] | None:
    """Number of the utterance -> its words, the first ones where it is named twice; None for what cannot be read."""
    if answer.error or answer.value is None:
        return None
    causes: dict[int, str] = {}
    for one in answer.value["causes"]:
        if not first <= one["utterance"] <= last:
            return None
        causes.setdefault(int(one["utterance"]), one["words"])
    return causes


def _nothing() -> Flow[list[Candidate]]:
    yield from ()
    return []
