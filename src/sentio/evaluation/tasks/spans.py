"""Which words caused an emotion: causal span extraction, one span a pair, "" for no cause.

The rows are those of `causes`; judge by EM and F1 of the positives: overall F1 is mostly that of the rows
that have no cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores
from sentio.evaluation.intervals import headline_interval
from sentio.evaluation.tasks.cause_pairs import CausePairs
from sentio.gold import AnnotatedConversation
from sentio.metrics.extractive import causal_span_scores


@dataclass(frozen=True)
class Spans:
    """The causing words in a candidate utterance."""

    pairs: CausePairs = field(default_factory=CausePairs)
    labels: tuple[str, ...] = ()
    headline: str = "positive_f1"
    name: str = "spans"

    @property
    def layer(self) -> str:
        """The target's name."""
        return self.name + self.pairs.suffix

    def among(self, items: Sequence[AnnotatedConversation]) -> "Spans":
        """The task of these dialogues; see `CausePairs.among`."""
        return replace(self, pairs=self.pairs.among(items))

    def asked(self, item: AnnotatedConversation) -> Asked:
        """Every pair of the fold."""
        return self.pairs.asked(item, str)

    def score(self, predictions: Predictions) -> Scores:
        """Exact match and F1 of the pairs with a cause, F1 of those without, and F1 of all; the interval is that of the
        headline over conversations. `official_...` are RECCON's own scorer's where it counts otherwise: a span that
        overlaps with the gold one without holding it, or being held by it, is worth nothing there."""
        gold = [str(value) or None for value in predictions.gold]
        given = [str(value) for value in predictions.predicted]
        found, official = causal_span_scores(gold, given), causal_span_scores(gold, given, compat="official")
        values = {
            "positive_f1": found.f1_positive,
            "positive_em": found.exact_match,
            "negative_f1": found.f1_negative,
            "f1": found.f1,
            "official_positive_f1": official.f1_positive,
            "official_negative_f1": official.f1_negative,
            "official_f1": official.f1,
        }
        return Scores(values, interval=partial(headline_interval, predictions, self.name, self.headline))
