"""What PELD is scored by beside macro F1, weighted F1 and accuracy: its own scorer's weighted F1, and sentiments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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


def beside(gold: Sequence[str | None], probabilities: NDArray[np.float64], labels: Sequence[str]) -> dict[str, float]:
    """Scores of probabilities of shape (rows, labels).

    `weighted_f1_swapped` is that of the released scorer, which takes predictions for gold. The `sentiment_` scores are
    of three classes, each as probable as its emotions together.

    >>> told = np.array([[0.6, 0.4, 0.0], [0.0, 0.9, 0.1]])
    >>> found = beside(["neutral", "joy"], told, ("neutral", "joy", "anger"))
    >>> found["weighted_f1_swapped"], found["sentiment_accuracy"]
    (1.0, 1.0)
    """
    right = [str(label) for label in gold]
    table = confusion(right, [labels[place] for place in probabilities.argmax(1)], labels)
    member = np.array([[SENTIMENT_OF[label] == sentiment for sentiment in SENTIMENTS] for label in labels], float)
    coarse = [SENTIMENTS[place] for place in (probabilities @ member).argmax(1)]
    of_sentiment = confusion([SENTIMENT_OF[label] for label in right], coarse, SENTIMENTS)
    return {
        "weighted_f1_swapped": float(table.score(lambda counts: weighted_f1(counts, compat="official"))),
        "sentiment_macro_f1": float(of_sentiment.score(macro_f1)),
        "sentiment_weighted_f1": float(of_sentiment.score(weighted_f1)),
        "sentiment_accuracy": float(of_sentiment.score(accuracy)),
    }
