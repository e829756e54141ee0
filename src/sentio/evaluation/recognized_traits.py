"""Systems for personality as predictors: what they say of a speaker, asked trait by trait."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Target, Task
from sentio.personality import Profiler, Traits, level
from sentio.recognition.base import Remarking


class RecognizedTraits:
    """A profiler answering about the speaker of each target's utterance."""

    def __init__(self, profiler: Profiler, task: Task) -> None:
        """Raises `SentioError` for any other task."""
        if task.name != "personality":
            raise SentioError(f"the system recognises personality; it does not answer {task.layer!r}")
        self._profiler = profiler

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; an empty one, which is none of the labels, where nothing was said of the speaker."""
        first, second = tee(asked)
        profiles = self._profiler.profile(one.item.conversation for one in first)
        for one, found in zip(second, profiles, strict=True):
            yield [_answer(found[one.utterances[target.utterance].speaker], target) for target in one.targets]

    def remarks(self) -> Iterator[str]:
        """What the profiler has to say about its answers."""
        if isinstance(self._profiler, Remarking):
            yield from self._profiler.remarks()


def _answer(traits: Traits, target: Target) -> Answer:
    trait = target.evidence
    return Answer(f"{level(traits[trait])} {trait}" if trait in traits else "")
