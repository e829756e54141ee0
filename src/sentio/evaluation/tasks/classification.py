"""One label an utterance: emotion, sentiment, intent, dialogue act, strategy.

Headline is weighted F1, the field's habit for emotion recognition in conversation; a corpus whose card
names another one (`micro_f1_without:neutral`) is sorted by that.
"""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, annotated
from sentio.evaluation.intervals import dialogue_interval
from sentio.evaluation.tallies import measures
from sentio.gold import AnnotatedConversation
from sentio.metrics.calibration import brier, expected_calibration_error
from sentio.metrics.classification import per_class
from sentio.metrics.confusion import confusion, encode_gold


@dataclass(frozen=True)
class Classification:
    """Which of `labels` an utterance carries in `layer`; a user's own table is read in `any_case`, and so are
    the answers of another program to it: Joy is joy."""

    layer: str
    labels: tuple[str, ...]
    headline: str = "weighted_f1"
    name: str = "classification"
    any_case: bool = False

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that carry a label."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """F1 in its averages, accuracy, unweighted recall, the share of answers outside the labels and, where
        all answers have probabilities, calibration; the interval is that of the headline over conversations."""
        gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
        table = confusion(gold, predicted, self.labels)
        chosen = measures(self.headline, self.labels)
        values = {name: table.score(measure) for name, measure in chosen.items()}
        values["invalid_rate"] = table.outside / len(gold)
        if predictions.probabilities is not None:
            codes = encode_gold(gold, self.labels)
            values["ece"] = expected_calibration_error(codes, predictions.probabilities)
            values["brier"] = brier(codes, predictions.probabilities)
        per_label = {
            one.label: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": float(one.support)}
            for one in per_class(table)
        }
        return Scores(values, per_label, partial(dialogue_interval, predictions, self.labels, chosen[self.headline]))
