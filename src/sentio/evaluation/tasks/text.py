"""A text an utterance: the explanation of a sarcastic remark, a description."""

from dataclasses import dataclass
from functools import partial

from sentio.evaluation.base import Asked, Predictions, Scores, annotated
from sentio.evaluation.intervals import mean_interval
from sentio.gold import AnnotatedConversation
from sentio.metrics.text import bleu, distinct, rouge


@dataclass(frozen=True)
class Text:
    """What is written about an utterance in `layer`."""

    layer: str
    labels: tuple[str, ...] = ()
    headline: str = "rouge_l"
    name: str = "text"

    def asked(self, item: AnnotatedConversation) -> Asked:
        """The utterances that something is written about."""
        return Asked(item, annotated(item, self.layer))

    def score(self, predictions: Predictions) -> Scores:
        """ROUGE-1, -2 and -L F1, corpus BLEU, and how many different words and pairs the texts use; the
        interval is that of the headline over conversations."""
        predicted, gold = ([str(value) for value in side] for side in (predictions.predicted, predictions.gold))
        found = rouge(gold, predicted)
        values = {
            "rouge_l": float(found.rouge_l.mean()),
            "rouge_1": float(found.rouge1.mean()),
            "rouge_2": float(found.rouge2.mean()),
            "bleu": bleu(gold, predicted, average="corpus").score,
            "distinct_1": distinct(predicted, 1),
            "distinct_2": distinct(predicted, 2),
        }
        return Scores(values, interval=partial(mean_interval, predictions, found.rouge_l))
