"""Answers by rule, without any model: for tests, demonstrations and a first look at a whole pipeline.

`scripted/lexicon` takes the label that most words of the question speak for, of what its last line quotes or of
that line, else the neutral one; `scripted/always=joy` always says joy. JSON fits the schema that was asked for.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentio.card import Card
from sentio.errors import LanguageModelError
from sentio.llms.address import Address
from sentio.llms.answers import fault
from sentio.llms.base import Answer, Json, Question, Usage

card = Card(
    title="Scripted answers",
    summary="Answers by a rule (scripted/lexicon, scripted/always=LABEL): the whole pipeline without a model.",
    languages=("en",),
    method="classic",
)

NEUTRAL = ("neutral", "none", "others", "other", "no emotion")
SHARE = 0.8
"""What the chosen label gets of the probability; the others share the rest."""
SENTENCE = (
    "The speaker follows what was said just before and takes a position of their own, "
    "measured in the choice of words and open in tone, with more behind it than is said aloud."
)
"""What is written where a text is asked for: 33 words, none of them an emotion label."""
LENGTH = re.compile(r"(\d+)(?: to \d+)? words")

# Written for this file; each line is a feeling, its other names in the corpora, and words that speak for it.
FEELINGS = (
    (
        ("joy", "happy", "happiness", "joyful", "excited", "excitement"),
        "glad great wonderful yay love lovely thanks fun",
    ),
    (("sadness", "sad"), "sorry miss lost cry crying alone lonely tears died grief"),
    (("anger", "angry", "mad", "frustrated", "frustration", "annoyance"), "hate stupid damn furious shut unfair fed"),
    (("fear", "scared", "nervousness"), "afraid worried scary terrified danger nervous help"),
    (("surprise", "surprised"), "wow oh really what unbelievable suddenly god"),
    (("disgust", "disgusted"), "ew yuck gross nasty awful smell"),
    (("love", "caring"), "dear darling sweetheart hug"),
    (("peaceful", "relief"), "fine okay calm relax"),
    (("powerful", "pride"), "proud strong win won"),
)


def load(address: Address, concurrency: int) -> "Scripted":
    """The rule named by the address. Raises `LanguageModelError` for a rule there is none of."""
    rule, _, label = address.model.partition("=")
    if (rule, bool(label)) not in {("lexicon", False), ("always", True)}:
        raise LanguageModelError(f"no rule {address.model!r}; write scripted/lexicon or scripted/always=LABEL")
    return Scripted(label or None)


@dataclass(frozen=True)
class Scripted:
    """The model that is none. `label` is what it always says, None for the lexicon."""

    label: str | None = None

    @property
    def name(self) -> str:
        return "scripted/lexicon" if self.label is None else f"scripted/always={self.label}"

    def close(self) -> None:
        """Nothing to let go of."""

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`; answers come in order."""
        for question in questions:
            answer = self._answer(question, question.messages[-1].content if question.messages else "")
            read = sum(len(message.content.split()) for message in question.messages)
            # Words for tokens: there is no tokenizer.
            yield replace(answer, usage=Usage(read, len(answer.text.split())))

    def _answer(self, question: Question, text: str) -> Answer:
        if question.choices:
            return self._chosen(question, text)
        written = self.label or _paragraph(question)
        if question.schema is not None:
            value = self._fitting(question.schema, question.schema, text, written)
            if wrong := fault(value, question.schema):
                return Answer(question, error=f"the script cannot fill this schema: {wrong}")
            return Answer(question, text=json.dumps(value), value=value)
        return Answer(question, text=written)

    def _chosen(self, question: Question, text: str) -> Answer:
        choices = question.choices
        chosen = self.label or by_words(text, choices)
        if chosen not in choices:
            return Answer(question, text=chosen, valid=False, error=f"{chosen!r} is none of {', '.join(choices)}")
        rest = (1 - SHARE) / (len(choices) - 1) if len(choices) > 1 else 0.0
        top = SHARE if len(choices) > 1 else 1.0
        probabilities = tuple(top if choice == chosen else rest for choice in choices)
        return Answer(question, text=chosen, choice=chosen, probabilities=probabilities)

    def _fitting(self, schema: Json, whole: Json, text: str, written: str) -> Any:  # noqa: ANN401
        """A value of this schema; what it cannot do is found by checking the whole afterwards."""
        match schema:
            case {"const": value}:
                return value
            case {"enum": [*values]}:
                return self._one_of(values, text)
            case {"$ref": str(place)}:
                return self._fitting(_pointed(whole, place), whole, text, written)
            case {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:
                return self._fitting(first, whole, text, written)
            case {"type": "object"} | {"properties": _}:
                properties = schema.get("properties", {})
                return {name: self._fitting(properties[name], whole, text, written) for name in properties}
            case {"type": "array"}:
                return [self._fitting(schema.get("items", {}), whole, text, written)] * max(
                    1, schema.get("minItems", 1)
                )
            case {"type": "integer" | "number"}:
                return schema.get("minimum", 0)
            case {"type": "boolean"}:
                return False
            case {"type": "null"}:
                return None
        while len(written) < schema.get("minLength", 0):
            written += f" {SENTENCE}"
        return written[: schema.get("maxLength", len(written))]

    def _one_of(self, values: Sequence[object], text: str) -> object:
        names = [value for value in values if isinstance(value, str)]
        return self.label if self.label in names else by_words(text, names) if names else values[0]


def by_words(text: str, labels: Sequence[str]) -> str:
    """The label that most words of the text's last line, or of what it quotes, speak for; else the neutral one,
    else the first.

    >>> by_words("Yay, that is wonderful!", ("neutral", "joy", "anger"))
    'joy'
    """
    lines = text.strip().splitlines()
    last = lines[-1] if lines else ""
    quoted = re.search(r'"(.*)"', last)
    words = re.findall(r"\w+", (quoted[1] if quoted else last).casefold())
    counts = {label: sum(word in _words_of(label) for word in words) for label in labels}
    best = max(labels, key=lambda label: counts[label])
    if counts[best]:
        return best
    return next((label for label in labels if label.casefold() in NEUTRAL), labels[0])


def _words_of(label: str) -> set[str]:
    label = label.casefold()
    for names, words in FEELINGS:
        if label in names:
            return {label, *words.split()}
    return {label}


def _pointed(whole: Json, place: str) -> Json:
    for step in place.removeprefix("#/").split("/"):
        whole = whole[step]
    return whole


def _paragraph(question: Question) -> str:
    """The sentence as often as it takes for the words that the question asks for, "20 to 50 words" or "about 100"."""
    asked = [int(number) for message in question.messages for number in LENGTH.findall(message.content)]
    return " ".join([SENTENCE] * max(1, round(max(asked, default=0) / len(SENTENCE.split()))))
