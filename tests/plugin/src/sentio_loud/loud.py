"""Who writes in capitals is angry. A system in thirty lines, to show how one is added."""

from collections.abc import Iterable, Iterator

import numpy as np
from pydantic import BaseModel, Field

from sentio import Conversation, labels
from sentio.card import Card
from sentio.recognition import Prediction

card = Card(title="Loud", summary="Capitals are anger", labels="ekman", languages=("en",))


class Options(BaseModel):
    share: float = Field(default=0.5, gt=0, le=1, description="share of capitals from which on it is shouting")


class Loud:
    def __init__(self, share: float) -> None:
        self.space = labels.space("ekman")
        self.share = share

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        anger, neutral = self.space.index("anger"), self.space.index("neutral")
        for conversation in conversations:
            probabilities = np.zeros((len(conversation), len(self.space)))
            for row, utterance in enumerate(conversation.utterances):
                capitals = sum(c.isupper() for c in utterance.text) / max(len(utterance.text), 1)
                probabilities[row, anger if capitals >= self.share else neutral] = 1.0
            yield Prediction(probabilities)


def load(options: Options) -> Loud:
    return Loud(options.share)
