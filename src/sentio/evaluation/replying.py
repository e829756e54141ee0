"""Systems that reply as predictors: what a reply is to be, decided from what was said before it."""

from collections.abc import Iterable, Iterator, Sequence

from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Predictor, Target, Task
from sentio.gold import AnnotatedConversation
from sentio.responses import Deciding, NextTurn, Responder


def replying(responder: Responder, task: Task) -> Predictor:
    """The responder answering a task. Raises `SentioError` where it does not decide what is asked."""
    if isinstance(responder, Deciding) and responder.decides == task.layer:
        return Decided(responder, task)
    raise SentioError(f"the system replies; it does not answer {task.layer!r}")


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


def turn_before(item: AnnotatedConversation, target: Target, layer: str) -> NextTurn:
    """The turn that is asked about: nothing of its own words is shown, of the earlier turns' annotation all."""
    said = item.conversation.utterances
    place = next(number for number, utterance in enumerate(said) if utterance.id == target.utterance)
    before = item.conversation.model_copy(update={"utterances": said[:place]})
    gold = item.gold.get(layer, {})
    told = {one.id: str(gold[one.id]) for one in before.utterances if one.id in gold}
    return NextTurn(before, said[place].speaker, felt=told if layer == "emotion" else {})
