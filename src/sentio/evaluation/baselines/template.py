"""One sentence for every sarcastic remark, with the speaker's name filled in.

In WITS 86 % of the explanations start with that name, and ROUGE rewards it: "Maya mazak udata hai" ("Maya is
making fun") scores 26 ROUGE-1 on validation without having read the dialogue.
"""

from collections.abc import Iterable, Iterator, Sequence

from sentio.card import BaselineCard
from sentio.evaluation.base import Answer, Asked, Predictor, Task

card = BaselineCard(title="Template", summary="the speaker's name in one fixed sentence", answers=("text",))

SENTENCES = {"explanation": "{speaker} mazak udata hai", "english explanation": "{speaker} is making fun of it"}
OTHERWISE = "{speaker}"


class Template:
    """The sentence of a layer, the name alone where there is none."""

    def __init__(self, layer: str) -> None:
        self._sentence = SENTENCES.get(layer, OTHERWISE)

    def predict(self, asked: Iterable[Asked]) -> Iterator[Sequence[Answer]]:
        for one in asked:
            speakers = (one.utterances[target.utterance].speaker for target in one.targets)
            yield [Answer(self._sentence.format(speaker=speaker)) for speaker in speakers]


def fit(task: Task, training: Sequence[Asked], seed: int) -> Predictor:
    """Nothing is learned."""
    return Template(task.layer)
