"""What a split holds, counted in one pass: conversations, speakers, labels, emotion shifts, votes, questions.

>>> from sentio.conversation import Conversation, Utterance
>>> turns = [("Ada", "You baked a cake?"), ("Bo", "I forgot the sugar."), ("Ada", "Then it is bread!")]
>>> chat = Conversation(id="kitchen", utterances=tuple(
...     Utterance(id=str(n), speaker=name, text=text) for n, (name, text) in enumerate(turns)))
>>> item = AnnotatedConversation(conversation=chat, gold={"emotion": {"0": "surprise", "1": "sadness", "2": "joy"}})
>>> found = statistics([item], {"emotion": ("joy", "sadness", "surprise", "anger")})
>>> found.utterances, found.speakers, found.tokens.mean
(3, 2, 4.0)
>>> found.layers["emotion"].labels
{'joy': 1, 'sadness': 1, 'surprise': 1, 'anger': 0}
>>> found.layers["emotion"].shifts, found.layers["emotion"].compared
(1, 1)
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, computed_field

from sentio.gold import AnnotatedConversation, Item, Layer, Question, Value

IDEOGRAPH = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
TOKEN = re.compile(rf"[{IDEOGRAPH}]|[^\s{IDEOGRAPH}]+")


class Range(BaseModel):
    """The least, the greatest and the mean of `n` numbers, one at least, that sum to `total`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    total: int | float
    low: int | float
    high: int | float

    @computed_field  # type: ignore[prop-decorator]
    @property
    def mean(self) -> float:
        """The arithmetic mean."""
        return self.total / self.n


class LayerStatistics(BaseModel):
    """What a layer gives the `annotated` utterances.

    `labels` counts each label in the layer's order, also those that nothing has; it is empty for scores and texts.
    `several` is how many labels an utterance has where it can have more than one, `scores` is of numbers.
    `shifts` are annotated utterances with another label than the same speaker's annotated one before, `compared`
    those that have such a one before; whoever has no name is not compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    annotated: int
    labels: dict[str, int]
    several: Range | None
    scores: Range | None
    shifts: int
    compared: int


class Statistics(BaseModel):
    """What a split holds. A `Range` is None where there is nothing to count.

    `speakers` are distinct names in the whole split, `tokens` words of an utterance (of context and question where
    these are asked). `layers` has every layer of the corpus, `machine` those that a program annotated; `votes` counts
    the annotators of an utterance. `scenarios` are what the questions of a benchmark have in common.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversations: int
    utterances: int
    speakers: int
    questions: int
    scenarios: int
    causes: int
    utterances_per_conversation: Range | None
    speakers_per_conversation: Range | None
    tokens: Range | None
    choices: Range | None
    layers: dict[str, LayerStatistics]
    machine: dict[str, LayerStatistics]
    votes: dict[str, Range]

    @property
    def counts(self) -> dict[str, int]:
        """By the names under which a corpus's card has them."""
        return {
            "conversations": self.conversations,
            "utterances": self.utterances,
            "questions": self.questions,
            "scenarios": self.scenarios,
            "causes": self.causes,
            "votes": sum(int(votes.total) for votes in self.votes.values()),
        }


def tokens(text: str) -> int:
    """How many words a text has: what blanks separate, and each Chinese or Japanese character.

    >>> tokens("You baked a cake?"), tokens("你烤了蛋糕")
    (4, 5)
    """
    return len(text.split()) if text.isascii() else len(TOKEN.findall(text))


def statistics(items: Iterable[Item], layers: Mapping[str, tuple[str, ...]]) -> Statistics:
    """The statistics of items; `layers` is each layer's labels in order, as a corpus's card has them."""
    split = _Split(layers)
    for item in items:
        if isinstance(item, Question):
            split.question(item)
        else:
            split.conversation(item)
    return split.value()


class _Numbers:
    """A `Range` in the making."""

    def __init__(self) -> None:
        self.n, self.total = 0, 0.0
        self.low, self.high = float("inf"), float("-inf")

    def add(self, number: float) -> None:
        # A sum that starts with an integer keeps integers what they are.
        self.total = self.total + number if self.n else number
        self.n += 1
        self.low, self.high = min(self.low, number), max(self.high, number)

    def value(self) -> Range | None:
        return Range(n=self.n, total=self.total, low=self.low, high=self.high) if self.n else None


class _Layer:
    """A `LayerStatistics` in the making."""

    def __init__(self, order: tuple[str, ...]) -> None:
        self.labels: Counter[str] = Counter(dict.fromkeys(order, 0))
        self.closed = bool(order)
        self.annotated = self.shifts = self.compared = 0
        self.several, self.scores = _Numbers(), _Numbers()

    def add(self, item: AnnotatedConversation, layer: Layer) -> None:
        before: dict[str, Value] = {}
        for utterance in item.conversation.utterances:
            value = layer.get(utterance.id)
            if value is None:
                continue
            self._count(value)
            if self.closed and utterance.speaker:
                self.compared += utterance.speaker in before
                self.shifts += _differ(before.get(utterance.speaker, value), value)
                before[utterance.speaker] = value

    def _count(self, value: Value) -> None:
        self.annotated += 1
        if isinstance(value, float | int):
            self.scores.add(value)
            return
        if isinstance(value, tuple):
            self.several.add(len(value))
        if self.closed:
            self.labels.update([value] if isinstance(value, str) else value)

    def value(self) -> LayerStatistics:
        return LayerStatistics(
            annotated=self.annotated,
            labels=dict(self.labels),
            several=self.several.value(),
            scores=self.scores.value(),
            shifts=self.shifts,
            compared=self.compared,
        )


def _differ(one: Value, other: Value) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) != set(other)
    return one != other


class _Split:
    """A `Statistics` in the making."""

    def __init__(self, layers: Mapping[str, tuple[str, ...]]) -> None:
        self.counts: Counter[str] = Counter()
        self.speakers: set[str] = set()
        self.scenarios: set[str | float] = set()
        self.lengths, self.together, self.tokens, self.choices = _Numbers(), _Numbers(), _Numbers(), _Numbers()
        self.layers = {name: _Layer(order) for name, order in layers.items()}
        self.machine: dict[str, _Layer] = {}
        self.votes: dict[str, _Numbers] = {}
        self.orders = layers

    def conversation(self, item: AnnotatedConversation) -> None:
        names = set(item.conversation.speakers) - {""}
        self.speakers |= names
        self.counts.update(conversations=1, utterances=len(item.conversation), causes=len(item.causes))
        self.lengths.add(len(item.conversation))
        if names:
            self.together.add(len(names))
        for utterance in item.conversation.utterances:
            self.tokens.add(tokens(utterance.text))
        for kept, found in ((self.layers, item.gold), (self.machine, item.machine)):
            for name, layer in found.items():
                if name not in kept:
                    kept[name] = _Layer(self.orders.get(name, ()))
                kept[name].add(item, layer)
        for name, voters in item.votes.items():
            numbers = self.votes.setdefault(name, _Numbers())
            for votes in voters.values():
                numbers.add(len(votes))

    def question(self, item: Question) -> None:
        self.counts["questions"] += 1
        self.tokens.add(tokens(item.context) + tokens(item.question))
        if item.choices:
            self.choices.add(len(item.choices))
        if "scenario" in item.facts:
            self.scenarios.add(item.facts["scenario"])

    def value(self) -> Statistics:
        return Statistics(
            conversations=self.counts["conversations"],
            utterances=self.counts["utterances"],
            speakers=len(self.speakers),
            questions=self.counts["questions"],
            scenarios=len(self.scenarios),
            causes=self.counts["causes"],
            utterances_per_conversation=self.lengths.value(),
            speakers_per_conversation=self.together.value(),
            tokens=self.tokens.value(),
            choices=self.choices.value(),
            layers={name: layer.value() for name, layer in self.layers.items()},
            machine={name: layer.value() for name, layer in self.machine.items()},
            votes={name: value for name, numbers in self.votes.items() if (value := numbers.value())},
        )
