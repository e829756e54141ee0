"""One label an utterance: emotion, sentiment, intent, dialogue act, strategy.

Headline is weighted F1, the field's habit for emotion recognition in conversation; a corpus whose card
names another one (`micro_f1_without:neutral`) is sorted by that.
"""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, annotated
from sentio.gold import AnnotatedConversation
from sentio.metrics import classification as measures
from sentio.metrics.calibration import brier, expected_calibration_error
from sentio.metrics.confusion import Measure, confusion, encode_gold
from sentio.metrics.significance import interval, outcomes

MEASURES: dict[str, Measure] = {
    "weighted_f1": measures.weighted_f1,
    "macro_f1": measures.macro_f1,
    "accuracy": measures.accuracy,
    "uar": measures.uar,
}


@dataclass(frozen=True)
class Classification:
    """Which of `labels` an utterance carries in `layer`."""

    layer: str
    labels: tuple[str, ...]
    headline: str = "weighted_f1"
    name: str = "classification"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that carry a label."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """F1 in its averages, accuracy, unweighted recall, the share of answers outside the labels and, where
        all answers have probabilities, calibration; the interval is that of the headline over conversations."""
        gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
        table = confusion(gold, predicted, self.labels)
        chosen = self._measures()
        values = {name: table.score(measure) for name, measure in chosen.items()}
        values["invalid_rate"] = table.outside / len(gold)
        if predictions.probabilities is not None:
            codes = encode_gold(gold, self.labels)
            values["ece"] = expected_calibration_error(codes, predictions.probabilities)
            values["brier"] = brier(codes, predictions.probabilities)
        per_label = {
            one.label: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": float(one.support)}
            for one in measures.per_class(table)
        }
        return Scores(values, per_label, partial(dialogue_interval, predictions, self.labels, chosen[self.headline]))

    def _measures(self) -> dict[str, Measure]:
        _, _, excluded = self.headline.partition(":")
        if not excluded:
            return MEASURES
        return {self.headline: measures.micro_f1_without(excluded.split(","), self.labels), **MEASURES}


def dialogue_interval(
    predictions: Predictions, labels: tuple[str, ...], measure: Measure
) -> tuple[float, float] | None:
    """The 95 % bootstrap interval over conversations; None where there is only one."""
    if len(set(predictions.conversations)) < 2:
        return None
    gold, predicted = ([str(value) for value in side] for side in (predictions.gold, predictions.predicted))
    data = outcomes(gold, predicted, classes=labels, clusters=predictions.conversations)
    found = interval(data, measure)
    return found.low, found.high
