"""Systems that reply as predictors: what a reply is to be, or its words, from what was said before it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import tee

from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Predictor, Target, Task
from sentio.evaluation.hearing import Heard
from sentio.gold import AnnotatedConversation
from sentio.recognition.base import Remarking
from sentio.responses import Conditioned, Deciding, Hearing, NextTurn, Responder

TOLD = ("situation", "problem_type", "emotion_type")
"""Facts that the one who seeks support tells before the conversation, in releases of ESConv; what is known only
afterwards (the final intensity) is not shown."""


def replying(responder: Responder, task: Task) -> Predictor:
    """The responder answering a task. Raises `SentioError` where it neither decides nor hears what is asked."""
    if task.name == "reply":
        return Replied(responder)
    if isinstance(responder, Deciding) and responder.decides == task.layer:
        if unknown := set(task.labels) - set(responder.choices):
            raise SentioError(f"the system does not know {', '.join(sorted(unknown))}")
        return Decided(responder, task)
    if isinstance(responder, Hearing) and responder.hears == task.layer:
        return Heard(responder, task)
    raise SentioError(f"the system replies; it does not answer {task.layer!r}")


class Replied:
    """A responder whose words are asked for; a reply that could not be made is an empty text."""

    def __init__(self, responder: Responder) -> None:
        self._responder, self._failed, self._last = responder, 0, ""

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; turns of several conversations are asked for together."""
        first, second = tee(asked)
        turns = (self._turn(one.item, target) for one in first for target in one.targets)
        replies = self._responder.respond(turns)
        for one in second:
            said = [next(replies) for _ in one.targets]
            for reply in said:
                self._failed, self._last = self._failed + (reply.error is not None), reply.error or self._last
            yield [Answer(reply.text) for reply in said]

    def _turn(self, item: AnnotatedConversation, target: Target) -> NextTurn:
        """What was said before, and what of the gold the responder's published task gives it."""
        turn = turn_before(item, target, "emotion" if "emotion" in self._told else "reply")
        gold = {name: item.gold.get(layer, {}).get(target.utterance) for name, layer in self._told.items()}
        return replace(turn, wanted={name: label for name, label in gold.items() if isinstance(label, str)})

    @property
    def _told(self) -> Mapping[str, str]:
        return self._responder.conditions if isinstance(self._responder, Conditioned) else {}

    def remarks(self) -> Iterator[str]:
        """How many replies could not be made, what gold was told, and what the responder has to say."""
        if self._told:
            yield f"the published task tells it the gold {' and '.join(self._told.values())} of what it is to say"
        if self._failed:
            yield f"{self._failed} replies could not be made, the last because: {self._last}"
        if isinstance(self._responder, Remarking):
            yield from self._responder.remarks()


class Decided:
    """A responder that decides about turns it has not seen the words of."""

    def __init__(self, responder: Deciding, task: Task) -> None:
        self._responder, self._task = responder, task

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target."""
        for one in asked:
            turns = (turn_before(one.item, target, self._task.layer) for target in one.targets)
            order = [self._responder.choices.index(label) for label in self._task.labels]
            yield [
                Answer(
                    decision.label,
                    decision.probabilities and tuple(decision.probabilities[place] for place in order),
                )
                for decision in self._responder.decide(turns)
            ]

    def remarks(self) -> Iterator[str]:
        """What the responder has to say about its decisions."""
        if isinstance(self._responder, Remarking):
            yield from self._responder.remarks()


def turn_before(item: AnnotatedConversation, target: Target, layer: str) -> NextTurn:
    """The turn that is asked about: nothing of its own words is shown, of the earlier turns' annotation all."""
    said = item.conversation.utterances
    place = next(number for number, utterance in enumerate(said) if utterance.id == target.utterance)
    before = item.conversation.model_copy(update={"utterances": said[:place]})
    gold = item.gold.get(layer, {})
    told = {one.id: str(gold[one.id]) for one in before.utterances if one.id in gold}
    facts = {name: str(item.facts[name]) for name in TOLD if name in item.facts} if "problem_type" in item.facts else {}
    return NextTurn(before, said[place].speaker, felt=told if layer == "emotion" else {}, facts=facts)
