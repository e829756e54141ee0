"""Which earlier utterances caused an emotion: causal emotion entailment, scored pair by pair.

The rows are those of RECCON's folds (`cause_pairs`), one a causing span where an utterance holds several.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores
from sentio.evaluation.intervals import dialogue_interval
from sentio.evaluation.tasks.cause_pairs import CausePairs
from sentio.gold import AnnotatedConversation
from sentio.metrics.classification import f1, macro_f1
from sentio.metrics.confusion import confusion

LABELS = ("no cause", "cause")


@dataclass(frozen=True)
class Causes:
    """Whether a candidate utterance caused the emotion of another."""

    pairs: CausePairs = field(default_factory=CausePairs)
    labels: tuple[str, ...] = LABELS
    headline: str = "macro_f1"
    name: str = "causes"

    @property
    def layer(self) -> str:
        """The target's name."""
        return self.name + self.pairs.suffix

    def among(self, items: Sequence[AnnotatedConversation]) -> "Causes":
        """The task of these dialogues; see `CausePairs.among`."""
        return replace(self, pairs=self.pairs.among(items))

    def asked(self, item: AnnotatedConversation) -> Asked:
        """Every pair of the fold."""
        return self.pairs.asked(item, lambda span: LABELS[bool(span)])

    def score(self, predictions: Predictions) -> Scores:
        """F1 of the causes, of the others, and their mean, whose interval is over conversations."""
        gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
        table = confusion(gold, predicted, LABELS)
        negative, positive = f1(table.counts).tolist()
        values = {"macro_f1": table.score(macro_f1), "positive_f1": positive, "negative_f1": negative}
        return Scores(values, interval=partial(dialogue_interval, predictions, LABELS, macro_f1))
