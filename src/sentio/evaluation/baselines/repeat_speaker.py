"""The speaker's own last gold label: how far plain persistence of moods would carry.

An oracle: it reads labels that a system has to find. On corpora whose labels persist it beats published
systems, which then have shown less than they claim.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.conversation import Utterance
from sentio.evaluation.base import Answer, Asked, Predictor, Task
from sentio.evaluation.baselines.majority import fit as fit_majority
from sentio.gold import Value

card = BaselineCard(
    title="Repeat the speaker's last label",
    summary="the same speaker's previous gold label, at first the most frequent one",
    answers=("classification", "next emotion", "strategy"),
    learns="shares",
    oracle=True,
)


class Repeat:
    """Repeats the last gold label of whoever `voice` says speaks."""

    def __init__(self, layer: str, opening: Predictor, voice: Callable[[Utterance], str]) -> None:
        self._layer, self._opening, self._voice = layer, opening, voice

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            gold = one.item.gold.get(self._layer, {})
            before: dict[str, Value] = {}
            said = dict(zip((t.utterance for t in one.targets), next(self._opening.predict([one])), strict=True))
            for utterance in one.item.conversation.utterances:
                voice = self._voice(utterance)
                if utterance.id in said and voice in before:
                    said[utterance.id] = Answer(before[voice])
                if utterance.id in gold:
                    before[voice] = gold[utterance.id]
            yield list(said.values())


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """The opening of each speaker is the training split's most frequent label."""
    return Repeat(task.layer, fit_majority(task, training, seed), lambda utterance: utterance.speaker)
