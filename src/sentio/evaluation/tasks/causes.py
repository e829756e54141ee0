"""Which earlier utterances caused an emotion: causal emotion entailment, scored pair by pair.

The rows are those of RECCON's fold 1 (Poria et al., Cognitive Computation 2021): for each emotional
utterance every utterance up to itself, and one row a causing span where an utterance holds several.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, Target
from sentio.evaluation.intervals import dialogue_interval
from sentio.gold import AnnotatedConversation
from sentio.metrics.classification import f1, macro_f1
from sentio.metrics.confusion import confusion

LABELS = ("no cause", "cause")


def history_pairs(item: AnnotatedConversation) -> Iterator[tuple[str, str, str]]:
    """Emotional utterance, candidate in its history (itself included), causing span ("" for no cause).

    A cause that lies in the future or that nobody says is no row, as in the released folds.
    """
    order = [utterance.id for utterance in item.conversation.utterances]
    for target in dict.fromkeys(cause.target for cause in item.causes):
        for candidate in order[: order.index(target) + 1]:
            spans = [c.span for c in item.causes if c.target == target and c.evidence == candidate]
            for span in spans or [""]:
                yield target, candidate, span


@dataclass(frozen=True)
class Causes:
    """Whether a candidate utterance caused the emotion of another."""

    layer: str = "causes"
    labels: tuple[str, ...] = LABELS
    headline: str = "macro_f1"
    name: str = "causes"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """Every pair of an emotional utterance and one of its history."""
        return Asked(item, tuple(Target(u, LABELS[bool(span)], evidence) for u, evidence, span in history_pairs(item)))

    def score(self, predictions: Predictions) -> Scores:
        """F1 of the causes, of the others, and their mean, whose interval is over conversations."""
        gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
        table = confusion(gold, predicted, LABELS)
        negative, positive = f1(table.counts).tolist()
        values = {"macro_f1": table.score(macro_f1), "positive_f1": positive, "negative_f1": negative}
        return Scores(values, interval=partial(dialogue_interval, predictions, LABELS, macro_f1))
