"""What PELD is scored by beside macro F1, weighted F1 and accuracy: its own scorer's weighted F1, and sentiments."""

from collections.abc import Sequence

from sentio.metrics.classification import accuracy, macro_f1, weighted_f1
from sentio.metrics.confusion import confusion

SENTIMENT_OF = {
    "neutral": "neutral",
    "joy": "positive",
    "surprise": "positive",
    "anger": "negative",
    "disgust": "negative",
    "fear": "negative",
    "sadness": "negative",
}
"""PELD computes the sentiment of a turn from its emotion, so (counted in the released file)."""

SENTIMENTS = ("neutral", "positive", "negative")


def beside(gold: Sequence[str | None], predicted: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Scores of decided emotions: `weighted_f1_swapped` is that of the released scorer, which takes predictions for
    gold; the `sentiment_` scores are of the three sentiments that the emotions stand for.

    >>> found = beside(["neutral", "joy"], ["neutral", "surprise"], ("neutral", "joy", "surprise"))
    >>> found["weighted_f1_swapped"], found["sentiment_accuracy"]
    (0.5, 1.0)
    """
    right = [str(label) for label in gold]
    table = confusion(right, predicted, labels)
    coarse = confusion([SENTIMENT_OF[one] for one in right], [SENTIMENT_OF[one] for one in predicted], SENTIMENTS)
    return {
        "weighted_f1_swapped": float(table.score(lambda counts: weighted_f1(counts, compat="official"))),
        "sentiment_macro_f1": float(coarse.score(macro_f1)),
        "sentiment_weighted_f1": float(coarse.score(weighted_f1)),
        "sentiment_accuracy": float(coarse.score(accuracy)),
    }
