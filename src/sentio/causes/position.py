"""Causes by position alone: the emotional utterance itself and those just before it, all of their words.

The rule that systems have to beat. On RECCON's validation dialogues one utterance back is the best reach: 77.1 %
macro F1, within two points of RoBERTa-base with context on test, above RoBERTa-large on RECCON-IE (Poria et al.,
Cognitive Computation 2021, table 5).

>>> from sentio.causes import position
>>> finder = position.load(position.Options(reach=0))
"""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, Field

from sentio.card import Card
from sentio.causes.base import Candidate, Felt, Judgement
from sentio.labels import LabelSpace, space

card = Card(
    title="Position rule",
    summary="the emotional utterance itself and the one before it, all of their words; learns nothing",
    paper="https://doi.org/10.1007/s12559-021-09925-7",
    labels="dailydialog",
    method="classic",
)


class Options(BaseModel):
    """How far back causes lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reach: int = Field(default=1, ge=0, description="utterances before the emotional one that count as causes")


class Position:
    """A candidate no further than `reach` utterances back is a cause."""

    def __init__(self, reach: int) -> None:
        self.space: LabelSpace = space("dailydialog")
        self._reach = reach

    def find(self, asked: Iterable[Felt]) -> Iterator[Judgement]:
        """See `CauseFinder.find`."""
        for felt in asked:
            said = felt.conversation.utterances
            place = {utterance.id: number for number, utterance in enumerate(said)}
            # Made once for all emotions: of 2,000 utterances a million would be.
            near, far = ([Candidate(one.id, sure, one.text) for one in said] for sure in (1.0, 0.0))
            yield {
                target: far[: max(0, place[target] - self._reach)]
                + near[max(0, place[target] - self._reach) : place[target] + 1]
                for target in felt.emotions
            }


def load(options: Options) -> Position:
    """The rule, ready to answer."""
    return Position(options.reach)
