"""Systems that find causes as predictors: which candidates are causes, or which words in them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, tee

from sentio.causes import CauseFinder, Felt, Judgement
from sentio.conversation import Conversation
from sentio.errors import SentioError
from sentio.evaluation.base import Answer, Asked, Target, Task
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.spans import Spans
from sentio.recognition.base import Remarking

View = tuple[str, str] | None
"""Emotional utterance and candidate of a conversation that is shown for this pair alone, None for the whole one."""


class FoundCauses:
    """A finder that is told the gold emotion of every utterance it is asked about, as the published task has it.

    It sees a whole conversation and all its emotions, or each pair by itself: without context the two utterances, in
    RECCON's folds 2 and 3 a dialogue and behind it the emotional utterance of another one.
    """

    def __init__(self, finder: CauseFinder, task: Task) -> None:
        """Raises `SentioError` where something else than causes is asked."""
        if not isinstance(task, Causes | Spans):
            raise SentioError(f"the system finds causes; it does not answer {task.layer!r}")
        self._finder, self._task = finder, task

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        """One answer a target; the finder sees conversations and the emotions to explain."""
        first, second = tee((one, self._views(one)) for one in asked)
        found = self._finder.find(felt for _, views in first for felt in views.values())
        for one, views in second:
            judged = dict(zip(views, islice(found, len(views)), strict=True))
            yield [self._answer(target, judged[self._view(one, target)]) for target in one.targets]

    def remarks(self) -> Iterator[str]:
        """What the finder has to say about its answers."""
        if isinstance(self._finder, Remarking):
            yield from self._finder.remarks()

    def _views(self, asked: Asked) -> dict[View, Felt]:
        """What the finder is shown, in the order of the targets."""
        emotions: dict[View, dict[str, str]] = {}
        conversations: dict[View, Conversation] = {}
        for target in asked.targets:
            view = self._view(asked, target)
            emotions.setdefault(view, {})[target.utterance] = str(asked.item.gold["emotion"][target.utterance])
            if view not in conversations:
                conversation = asked.views.get(target, asked.item.conversation)
                conversations[view] = conversation if self._task.pairs.context else _pair(conversation, target)
        return {view: Felt(conversations[view], of_view) for view, of_view in emotions.items()}

    def _view(self, asked: Asked, target: Target) -> View:
        alone = target in asked.views or not self._task.pairs.context
        return (target.utterance, target.evidence) if alone else None

    def _answer(self, target: Target, judgement: Judgement) -> Answer:
        judged = next(one for one in judgement[target.utterance] if one.utterance == target.evidence)
        if self._task.name == "spans":
            return Answer(judged.span if judged.is_cause else "")
        none, cause = self._task.labels
        return Answer(cause if judged.is_cause else none, (1 - judged.probability, judged.probability))


def _pair(conversation: Conversation, target: Target) -> Conversation:
    """The candidate and the emotional utterance alone, one utterance where they are the same."""
    pair = (target.evidence, target.utterance)
    said = tuple(utterance for utterance in conversation.utterances if utterance.id in pair)
    return Conversation(id=f"{conversation.id} {target.utterance} {target.evidence}", utterances=said)
