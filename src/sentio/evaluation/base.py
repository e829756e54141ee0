"""What evaluation speaks of: what is asked of a system, what it answers, and what is scored.

A task turns an annotated conversation into `Target`s; a `Predictor` (a system or a trivial baseline)
gives an `Answer` to each; the task scores the `Predictions` of a whole split.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from sentio.conversation import Conversation, Utterance
from sentio.gold import AnnotatedConversation, Value

SETS = ("multilabel", "open vocabulary")
"""Tasks whose answers are several labels or words."""


@dataclass(frozen=True)
class Target:
    """One thing to predict: about an utterance, and for causes about one candidate utterance (`evidence`)."""

    utterance: str
    gold: Value
    evidence: str = ""


@dataclass(frozen=True)
class Asked:
    """A conversation and what is asked about it. A system sees the conversation only, an oracle baseline
    also its gold; both answer target by target. `views` are the conversations that single targets are asked
    about instead of the item's own."""

    item: AnnotatedConversation
    targets: tuple[Target, ...]
    views: Mapping[Target, Conversation] = field(default_factory=dict)

    @cached_property
    def utterances(self) -> Mapping[str, Utterance]:
        """The conversation's utterances by id."""
        return {utterance.id: utterance for utterance in self.item.conversation.utterances}

    def candidate(self, target: Target) -> tuple[Utterance, int]:
        """The candidate utterance of a target for causes, and how many utterances before the emotional one it is."""
        view = self.views.get(target)
        places = self._places if view is None else _places(view)
        place = places[target.evidence]
        return (view or self.item.conversation).utterances[place], places[target.utterance] - place

    @cached_property
    def _places(self) -> dict[str, int]:
        return _places(self.item.conversation)


@dataclass(frozen=True)
class Answer:
    """What a predictor says: a label, labels, a score or a text; `probabilities` over the task's labels."""

    value: Value
    probabilities: tuple[float, ...] | None = None


class Predictor(Protocol):
    """A system or baseline at work."""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target, for each conversation in order.

        An answer depends on nothing but the conversation (and the seed): neither on the conversations
        before nor on how they are batched. A killed run could not end with the same bytes otherwise.
        """
        ...


@dataclass(frozen=True)
class Predictions:
    """A split's targets and what one predictor answered, row by row; `conversations` are the rows' clusters."""

    conversations: Sequence[str]
    gold: Sequence[Value]
    predicted: Sequence[Value]
    probabilities: Sequence[Sequence[float]] | None = None


@dataclass(frozen=True)
class Scores:
    """What came out: `values` by metric, `per_label` by label and metric; `interval()` draws the 95 % bootstrap
    interval of the headline metric over conversations, None where there is none. It is drawn when it is asked
    for: it takes longer than all metrics together, and of several seeds one interval is wanted."""

    values: Mapping[str, float]
    per_label: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    interval: Callable[[], tuple[float, float] | None] = lambda: None


class Task(Protocol):
    """What is predicted and how it is scored.

    `layer` is the annotation it reads, `labels` is empty where the answer is a score or a text, `headline`
    is the metric that counts first.
    """

    @property
    def name(self) -> str: ...
    @property
    def layer(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def headline(self) -> str: ...

    def asked(self, item: AnnotatedConversation) -> Asked:
        """What is asked about a conversation, and what of it is shown; no targets where nobody annotated it."""
        ...

    def score(self, predictions: Predictions) -> Scores:
        """The metrics of a split's predictions; raises `ScoreError` where there are none to compute."""
        ...


def _places(conversation: Conversation) -> dict[str, int]:
    return {utterance.id: place for place, utterance in enumerate(conversation.utterances)}


def annotated(item: AnnotatedConversation, layer: str) -> tuple[Target, ...]:
    """The utterances that are annotated in a layer, in the order they were spoken."""
    gold = item.gold.get(layer, {})
    return tuple(Target(u.id, gold[u.id]) for u in item.conversation.utterances if u.id in gold)


def as_set(value: Value) -> tuple[str, ...]:
    """The labels or words of a value; a single one stands for itself.

    >>> as_set("joy"), as_set(("joy", "love"))
    (('joy',), ('joy', 'love'))
    """
    return value if isinstance(value, tuple) else (str(value),)
