"""Systems that reply as predictors of what the one who is answered feels, as EmpatheticDialogues annotates it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Target, Task
from sentio.recognition.base import Remarking
from sentio.responses import Hearing, NextTurn, answerer


class Heard:
    """A responder that hears a speaker out: it is shown the conversation up to the speaker's last turn that the label
    holds for, the longest context that a reply has, and is asked once. A label holds until the speaker's next one: in
    EmpatheticDialogues to the end, where every utterance has its own for that one."""

    def __init__(self, responder: Hearing, task: Task) -> None:
        """Raises `SentioError` where the corpus has other labels."""
        if set(task.labels) != set(responder.choices):
            raise SentioError(f"the system answers {task.layer!r} in other labels: {', '.join(responder.choices)}")
        self._responder = responder
        self._order = [responder.choices.index(label) for label in task.labels]

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; several conversations are asked about together."""
        first, second = tee(asked)
        decisions = self._responder.hear(heard_out(one, target) for one in first for target in one.targets)
        for one in second:
            found = [next(decisions) for _ in one.targets]
            yield [
                Answer(each.label, each.probabilities and tuple(each.probabilities[place] for place in self._order))
                for each in found
            ]

    def remarks(self) -> Iterator[str]:
        """What the responder has to say about its answers."""
        if isinstance(self._responder, Remarking):
            yield from self._responder.remarks()


def heard_out(asked: Asked, target: Target) -> NextTurn:
    """The turn that answers the target's speaker at last; who answers is not told what anybody feels."""
    conversation, others = asked.item.conversation, {one.utterance for one in asked.targets} - {target.utterance}
    speaker, last, begun = asked.utterances[target.utterance].speaker, 0, False
    for place, said in enumerate(conversation.utterances):
        begun = begun or said.id == target.utterance
        if begun and said.speaker == speaker:
            if said.id in others:
                break
            last = place
    shown = conversation.model_copy(update={"utterances": conversation.utterances[: last + 1]})
    return NextTurn(shown, answerer(shown))
