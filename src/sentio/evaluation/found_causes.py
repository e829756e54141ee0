"""Systems that find causes as predictors: which candidates are causes, or which words in them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

from sentio.causes import CauseFinder, Felt, Judgement
from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Target, Task
from sentio.recognition.base import Remarking


class FoundCauses:
    """A finder that is told the gold emotion of every utterance it is asked about, as the published task has it."""

    def __init__(self, finder: CauseFinder, task: Task) -> None:
        """Raises `SentioError` where something else than causes is asked."""
        if task.name not in ("causes", "spans"):
            raise SentioError(f"the system finds causes; it does not answer {task.layer!r}")
        self._finder, self._task = finder, task

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; the finder sees the conversation and the emotions to explain."""
        first, second = tee(asked)
        for one, judgement in zip(second, self._finder.find(map(self._felt, first)), strict=True):
            yield [self._answer(target, judgement) for target in one.targets]

    def remarks(self) -> Iterator[str]:
        """What the finder has to say about its answers."""
        if isinstance(self._finder, Remarking):
            yield from self._finder.remarks()

    def _felt(self, asked: Asked) -> Felt:
        gold = asked.item.gold["emotion"]
        return Felt(
            asked.item.conversation, {target.utterance: str(gold[target.utterance]) for target in asked.targets}
        )

    def _answer(self, target: Target, judgement: Judgement) -> Answer:
        judged = next(one for one in judgement[target.utterance] if one.utterance == target.evidence)
        if self._task.name == "spans":
            return Answer(judged.span if judged.is_cause else "")
        none, cause = self._task.labels
        return Answer(cause if judged.is_cause else none, (1 - judged.probability, judged.probability))
