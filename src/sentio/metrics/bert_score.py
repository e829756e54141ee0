"""BERTScore from token vectors: how well the words of two texts can be matched by meaning (Zhang et al., ICLR 2020)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class BertScore:
    """Precision, recall and F1 of each text, each -1..1, shape (rows,). Values of two models are not comparable."""

    precision: Floats
    recall: Floats
    f1: Floats


def bert_score(gold: Sequence[Floats], predicted: Sequence[Floats]) -> BertScore:
    """Greedy matching of token vectors, each text's of shape (tokens, width): equations 1 to 3 of the paper.

    Without weights by rarity and without rescaling. A text without a token scores 0. Raises `ScoreError` for unequal
    lengths and for nothing at all.

    >>> import numpy as np
    >>> same = bert_score([np.eye(2)], [np.eye(2)[:1]])
    >>> same.precision.tolist(), same.recall.tolist(), same.f1.round(3).tolist()
    ([1.0], [0.5], [0.667])
    """
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(predicted)} predictions for {len(gold)} references")
    if not len(gold):
        raise ScoreError("nothing to score")
    rows = np.array([_matched(*pair) for pair in zip(gold, predicted, strict=True)])
    precision, recall = rows.T
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total != 0)
    return BertScore(precision, recall, f1)


def _matched(gold: Floats, predicted: Floats) -> tuple[float, float]:
    if not len(gold) or not len(predicted):
        return 0.0, 0.0
    similar = _unit(predicted) @ _unit(gold).T
    return float(similar.max(axis=1).mean()), float(similar.max(axis=0).mean())


def _unit(vectors: Floats) -> Floats:
    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return found
