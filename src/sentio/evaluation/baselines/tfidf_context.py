"""TF-IDF of the utterance and, apart from it, of what its speaker and the others said in the five turns before."""

from collections.abc import Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Asked, Predictor, Target, Task
from sentio.evaluation.baselines.tfidf import LinearModel, View, utterance

card = BaselineCard(
    title="TF-IDF with context and a linear model",
    summary="words of the utterance and of the five turns before it, by speaker",
    answers=("classification", "next emotion"),
    learns="conversations",
    context=True,
    extra="eval",
)

TURNS = 5


def before(own: bool) -> View:
    """The view of the turns before a target that its speaker, or that the others said."""

    def view(one: Asked, target: Target) -> str:
        utterances = one.item.conversation.utterances
        place = next(number for number, turn in enumerate(utterances) if turn.id == target.utterance)
        speaker = utterances[place].speaker
        turns = utterances[max(0, place - TURNS) : place]
        return "\n".join(turn.text for turn in turns if (turn.speaker == speaker) is own)

    return view


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The model of the training split's utterances and their context."""
    return LinearModel(task, (utterance, before(own=True), before(own=False)), training, seed)
