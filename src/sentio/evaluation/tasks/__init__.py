"""What can be asked about a conversation, one file a task.

Which task a target is follows from the corpus: a layer of labels is a classification, one of several labels
an utterance is multi-label, one of numbers a regression, one of texts a text; a corpus of causes has
`causes` (which utterances) and `spans` (which words) besides its layers; one of dialogues has `reply`, the words of
the turns that answer somebody; one that knows its speakers has `personality`.
"""

from collections.abc import Iterable, Sequence

from sentio.card import CorpusCard
from sentio.corpora import Corpus, emotion_wheels, table
from sentio.errors import InputError, UnknownName
from sentio.evaluation.base import Asked, Task
from sentio.evaluation.tasks.cause_pairs import FOLDS, CausePairs
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.next_emotion import NextEmotion
from sentio.evaluation.tasks.open_vocabulary import OpenVocabulary
from sentio.evaluation.tasks.personality import Personality
from sentio.evaluation.tasks.regression import Regression
from sentio.evaluation.tasks.reply import ReplyTask
from sentio.evaluation.tasks.spans import Spans
from sentio.evaluation.tasks.strategy import Strategy
from sentio.evaluation.tasks.text import Text
from sentio.gold import AnnotatedConversation, Value

CAUSES: dict[str, Causes | Spans] = {
    task.layer: task
    for kind in (Causes, Spans)
    for fold in FOLDS
    for task in (kind(CausePairs(fold)), kind(CausePairs(fold, context=False)))
}
REPLY, PERSONALITY = "reply", "personality"


def default_target(card: CorpusCard) -> str:
    """What a corpus is for: causes where it is one of causes, else its first layer."""
    return "causes" if card.tasks[0] == "cause" else next(iter(card.layers))


def for_target(corpus: Corpus, target: str, items: Sequence[AnnotatedConversation]) -> Task:
    """The task of a corpus's target.

    Raises `UnknownName` for a target it has not, `InputError` where no item is annotated with it.
    """
    card = corpus.card
    if target == REPLY and REPLY not in card.layers and any(len(item.conversation.speakers) > 1 for item in items):
        return ReplyTask()
    if target == PERSONALITY and PERSONALITY in card.tasks:
        return Personality()
    known = (*(CAUSES if "cause" in card.tasks else ()), *card.layers)
    if target not in known:
        raise UnknownName(f"target of {corpus.name}", target, known)
    if target in CAUSES:
        return CAUSES[target]
    order = card.layers.get(target, ())
    first = _first(items, target)
    if first is None:
        raise InputError(f"nothing is annotated with {target!r}", path=corpus.files.path)
    if isinstance(first, float):
        return Regression(target)
    if isinstance(first, tuple):
        return (
            MultiLabel(target, order)
            if order
            else OpenVocabulary(target, emotion_wheels.read(corpus.files.path.parent))
        )
    if not order:
        return Text(target)
    main = target == next(iter(card.layers))
    kind = NextEmotion if card.tasks[0] == "next emotion" else Strategy if target == "strategy" else Classification
    return kind(target, order, (card.metric if main else None) or "weighted_f1", any_case=corpus.module is table)


def asked(task: Task, items: Iterable[AnnotatedConversation]) -> tuple[Asked, ...]:
    """The conversations that are asked something, with what they are asked.

    Raises `InputError` where there are too few to draw what a fold of causes wants of other ones.
    """
    if isinstance(task, Causes | Spans):
        items = list(items)
        try:
            task = task.among(items)
        except ValueError as error:
            raise InputError(f"{task.layer}: {error}") from error
    found = map(task.asked, items)
    return tuple(one for one in found if one.targets)


def _first(items: Sequence[AnnotatedConversation], layer: str) -> Value | None:
    return next((value for item in items for value in item.gold.get(layer, {}).values()), None)
