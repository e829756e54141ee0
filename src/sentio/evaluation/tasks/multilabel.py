"""Several labels an utterance, or none: GoEmotions, tweets of SemEval-2018."""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, annotated, as_set
from sentio.evaluation.intervals import headline_interval
from sentio.gold import AnnotatedConversation
from sentio.metrics import multilabel as measures


@dataclass(frozen=True)
class MultiLabel:
    """Which of `labels` an utterance carries in `layer`."""

    layer: str
    labels: tuple[str, ...]
    headline: str = "macro_f1"
    name: str = "multilabel"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that were annotated, also those with no label."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """F1 in its averages and Jaccard similarity; a predicted label outside the space is a false alarm. The
        interval is that of the headline over conversations."""
        gold = measures.encode_gold_sets([as_set(value) for value in predictions.gold], self.labels)
        found, outside = measures.encode_sets([as_set(value) for value in predictions.predicted], self.labels)
        values = {
            "macro_f1": measures.macro_f1(gold, found),
            "micro_f1": measures.micro_f1(gold, found, outside=outside),
            "sample_f1": measures.sample_f1(gold, found, outside=outside),
            "jaccard": measures.jaccard(gold, found, outside=outside),
        }
        f1 = measures.f1_per_class(gold, found).tolist()
        support = gold.sum(axis=0).tolist()
        per_label = {
            label: {"f1": score, "support": float(rows)}
            for label, score, rows in zip(self.labels, f1, support, strict=True)
        }
        return Scores(values, per_label, partial(headline_interval, predictions, self.name, self.headline, self.labels))
