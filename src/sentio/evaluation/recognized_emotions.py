"""Recognisers as predictors: what `sentio.recognize` says, asked target by target."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

from sentio import labels
from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Task
from sentio.recognition import Recognizer, recognize_stream
from sentio.recognition.base import Remarking
from sentio.results import Recognition


class RecognizedEmotions:
    """A recogniser answering in the label space of the corpus's layer."""

    def __init__(self, recognizer: Recognizer, task: Task, space: str | None) -> None:
        """Raises `SentioError` where the layer's labels are no label space that a recogniser can answer in,
        `MappingError` where no documented way leads to it from the system's own."""
        if space is None or task.name not in ("classification", "multilabel"):
            raise SentioError(
                f"no recogniser answers in the labels of {task.layer!r}; --system can be a baseline; of a table of "
                'your own, say space = "..." and what yours mean under [labels] in the .toml beside it'
            )
        self._recognizer, self._space = recognizer, labels.space(space)
        self._several, self._labels = task.name == "multilabel", task.labels
        if self._several and recognizer.space != self._space:
            raise SentioError(f"the system names several labels in {recognizer.space.name} only, not in {space}")
        if recognizer.space != self._space:
            labels.mapping(recognizer.space.name, space)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; the recogniser sees conversations without their gold."""
        first, second = tee(asked)
        recognized = recognize_stream(self._recognizer, (one.item.conversation for one in first), self._space)
        for one, done in zip(second, recognized, strict=True):
            moods = {
                utterance.id: mood
                for utterance, mood in zip(one.item.conversation.utterances, done.recognitions, strict=True)
            }
            yield [self._answer(moods[target.utterance]) for target in one.targets]

    def remarks(self) -> Iterator[str]:
        """What the recogniser has to say about its answers."""
        if isinstance(self._recognizer, Remarking):
            yield from self._recognizer.remarks()

    def _answer(self, mood: Recognition) -> Answer:
        probabilities = tuple(mood.probabilities[label] for label in self._labels)
        if not self._several:
            return Answer(mood.emotion, probabilities)
        return Answer((mood.emotion,) if mood.active is None else mood.active, probabilities)
