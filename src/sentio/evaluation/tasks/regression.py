"""A number an utterance: empathy, distress, valence, sentiment strength."""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, annotated
from sentio.evaluation.intervals import headline_interval
from sentio.gold import AnnotatedConversation
from sentio.metrics.correlation import score_regression


@dataclass(frozen=True)
class Regression:
    """How strong an utterance is in `layer`, in the corpus's own unit."""

    layer: str
    labels: tuple[str, ...] = ()
    headline: str = "pearson"
    name: str = "regression"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that were rated."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """Correlations and errors; a constant prediction has no correlation (undefined, not 0) and no
        interval, which is that of the headline over conversations."""
        gold, predicted = ([float(str(value)) for value in side] for side in (predictions.gold, predictions.predicted))
        found = score_regression(gold, predicted)
        values = {name: getattr(found, name) for name in ("pearson", "spearman", "ccc", "mae", "rmse")}
        return Scores(values, interval=partial(headline_interval, predictions, self.name, self.headline))
