"""Which words caused an emotion: causal span extraction, one span a pair, "" for no cause.

The rows are those of `causes`; judge by EM and F1 of the positives: overall F1 is mostly that of the rows
that have no cause.
"""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, Target
from sentio.evaluation.intervals import headline_interval
from sentio.evaluation.tasks.causes import history_pairs
from sentio.gold import AnnotatedConversation
from sentio.metrics.extractive import causal_span_scores


@dataclass(frozen=True)
class Spans:
    """The causing words in a candidate utterance."""

    layer: str = "spans"
    labels: tuple[str, ...] = ()
    headline: str = "positive_f1"
    name: str = "spans"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """Every pair of an emotional utterance and one of its history."""
        return Asked(item, tuple(Target(u, span, evidence) for u, evidence, span in history_pairs(item)))

    def score(self, predictions: Predictions) -> Scores:
        """Exact match and F1 of the pairs with a cause, F1 of those without, and F1 of all; the interval is that of the
        headline over conversations."""
        gold = [str(value) or None for value in predictions.gold]
        found = causal_span_scores(gold, [str(value) for value in predictions.predicted])
        values = {
            "positive_f1": found.f1_positive,
            "positive_em": found.exact_match,
            "negative_f1": found.f1_negative,
            "f1": found.f1,
        }
        return Scores(values, interval=partial(headline_interval, predictions, self.name, self.headline))
