"""Passages picked from a text: SQuAD's exact match and token F1, and RECCON's scores of emotion causes.

RECCON (Poria et al., "Recognizing Emotion Cause in Conversations", Cognitive Computation 2021) asks two
things of every pair of an emotional utterance and one of its history: does it hold a cause (*causal
emotion entailment*), and which span of it is the cause (*causal span extraction*)?

Overall F1 is mostly the score of the many pairs without a cause: predicting no span at all gets 0.71 on
its validation split. Judge spans by `exact_match` and `f1_positive`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import eq
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentio.errors import ScoreError
from sentio.metrics.inputs import array, check_texts
from sentio.metrics.word_lists import WordLists, paired_words

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

IMPOSSIBLE = "Impossible ≠æ≠æ≠ answer"
"""What stands as the answer of a pair without a cause in RECCON's released files."""

ROWS_AT_ONCE = 1 << 15
"""Pairs whose words are in memory at a time: bounds memory, not results."""


def exact_match(gold: Sequence[str], predicted: Sequence[str]) -> Marks:
    """Whether the words of each pair are the same after SQuAD's normalisation: shape (rows,), true or false.

    Rajpurkar et al., EMNLP 2016; articles, punctuation and case do not count. Raises `ScoreError` for sequences that
    are empty, of unequal length, or hold anything but strings.

    >>> exact_match(["the rain", "a dog"], ["Rain!", "a cat"])
    array([ True, False])
    """
    _check_rows(gold, predicted)
    return np.concatenate([wanted.same(found) for wanted, found in _words_of_rows(gold, predicted)])


def token_f1(gold: Sequence[str], predicted: Sequence[str]) -> Floats:
    """SQuAD's F1 of each pair over its words as multisets: shape (rows,), range 0..1.

    Without words on one side the score is 1 where the other has none either, else 0 (SQuAD 2.0,
    Rajpurkar et al., ACL 2018). Raises `ScoreError` as `exact_match` does.

    >>> token_f1(["the heavy rain", "a dog"], ["rain all day", ""]).round(3)
    array([0.4, 0. ])
    """
    _check_rows(gold, predicted)
    return np.concatenate([_words_f1(wanted, found) for wanted, found in _words_of_rows(gold, predicted)])


@dataclass(frozen=True)
class SpanScores:
    """Scores of causal span extraction, range 0..1: EM+, F1+, F1- and F1 of RECCON's table 4.

    `exact_match` and `f1_positive` are means over the `positives`, the pairs with a cause; `exact_matches`
    counts them. `f1_negative` is the F1 of predicting no span, 0 where no pair without a cause is
    predicted so. `f1` is the mean over all pairs, one without a cause counting 1 where no span was
    predicted and 0 otherwise.
    """

    positives: int
    negatives: int
    exact_matches: int
    f1_positive: float
    f1_negative: float
    f1: float

    @property
    def exact_match(self) -> float:
        """EM+, range 0..1: the share of the positives that are matched exactly."""
        return self.exact_matches / self.positives


def causal_span_scores(
    gold: Sequence[str | None], predicted: Sequence[str], *, compat: Literal["official"] | None = None
) -> SpanScores:
    """Score one predicted span a pair; `gold` is None where the pair has no cause, a prediction of white space is none.

    Shape (pairs,) each; scores in 0..1 as RECCON's table 4 has them (Poria et al., 2021).
    EM+ compares the strings as they are but for white space around them, as RECCON does; SQuAD's
    normalisation is for F1 only. A pair with a cause for which nothing is predicted scores 0.

    `compat="official"` scores as eval_qa.py of github.com/declare-lab/RECCON does on the buckets of
    simpletransformers: a pair is *correct* where the strings are equal, *similar* where one holds the
    other, else *incorrect*. What is wrong with it: a positive in *incorrect* scores 0 however many words
    overlap, so F1+ is too low; a negative counts as left empty where the prediction is any part of the
    placeholder `IMPOSSIBLE`, like "a" or "answer". One fault is not reproduced: while counting *incorrect*
    positives the script looks at the prediction of the last *similar* one, so that F1- depends on the order
    of the rows (all of them count as left empty, or none; without a *similar* one it fails). Here each row's
    own prediction counts, which is never empty in that bucket.

    Raises `ScoreError` where rows are missing, the lengths differ, a gold span is empty, or there is no
    positive at all: EM+ and F1+ would be means of nothing.

    >>> gold, predicted = ["lost my job", None, None], ["my job today", "", "it rains"]
    >>> scores = causal_span_scores(gold, predicted)
    >>> scores.f1_positive, scores.f1_negative, scores.f1
    (0.6666666666666666, 0.6666666666666666, 0.5555555555555555)
    >>> causal_span_scores(gold, predicted, compat="official").f1_positive
    0.0
    """
    positive, spans, answers = _span_rows(gold, predicted)
    found = list(compress(answers, positive.tolist()))
    left_empty = np.array([not answer for answer in answers])
    f1 = token_f1(spans, found)
    f1[left_empty[positive]] = 0
    if compat == "official":
        f1[[not (span in answer or answer in span) for span, answer in zip(spans, found, strict=True)]] = 0
        # A part of the placeholder is "similar" to it, and so is what holds it.
        left_empty = np.where(positive, left_empty, [a in IMPOSSIBLE or IMPOSSIBLE in a for a in answers])
    right_negatives = int((left_empty & ~positive).sum())
    return SpanScores(
        positives=len(spans),
        negatives=len(positive) - len(spans),
        exact_matches=sum(map(eq, spans, found)),
        f1_positive=float(f1.mean()),
        f1_negative=_f1(right_negatives, int(left_empty.sum()), int((~positive).sum())),
        f1=float((f1.sum() + right_negatives) / len(positive)),
    )


@dataclass(frozen=True)
class EntailmentScores:
    """Counts of causal emotion entailment, "this utterance holds a cause" being positive, and its F1 scores.

    A class that is neither there nor predicted has an F1 of 0, as in scikit-learn's default.
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def f1_positive(self) -> float:
        """F1 of "cause", range 0..1."""
        predicted, there = self.true_positives + self.false_positives, self.true_positives + self.false_negatives
        return _f1(self.true_positives, predicted, there)

    @property
    def f1_negative(self) -> float:
        """F1 of "no cause", range 0..1."""
        predicted, there = self.true_negatives + self.false_negatives, self.true_negatives + self.false_positives
        return _f1(self.true_negatives, predicted, there)

    @property
    def f1_macro(self) -> float:
        """Mean of the two, range 0..1."""
        return (self.f1_positive + self.f1_negative) / 2


def causal_entailment_scores(gold: ArrayLike, predicted: ArrayLike) -> EntailmentScores:
    """Compare marks of shape (pairs,), true or 1 where the candidate utterance holds a cause of the target's emotion.

    The two F1 and their mean, range 0..1, are those of RECCON's causal emotion entailment (Poria et al., 2021).
    Raises `ScoreError` for no pairs, unequal lengths, and anything but truth values and 0 or 1.

    >>> scores = causal_entailment_scores([True, True, False, False], [True, False, False, False])
    >>> scores.f1_positive, scores.f1_negative
    (0.6666666666666666, 0.8)
    """
    g, p = _marks(gold, "gold"), _marks(predicted, "predictions")
    if len(g) != len(p):
        raise ScoreError(f"{len(g)} pairs in gold, but {len(p)} predictions")
    negative, false_positive, false_negative, positive = np.bincount(2 * g + p, minlength=4).tolist()
    return EntailmentScores(positive, false_positive, false_negative, negative)


def _f1(right: int, predicted: int, there: int) -> float:
    return 2 * right / (predicted + there) if right else 0.0


def _words_of_rows(gold: Sequence[str], predicted: Sequence[str]) -> Iterator[tuple[WordLists, WordLists]]:
    for start in range(0, len(gold), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        yield paired_words(gold[rows], predicted[rows])


def _words_f1(gold: WordLists, predicted: WordLists) -> Floats:
    both = gold.lengths + predicted.lengths
    return np.where(both == 0, 1.0, 2 * gold.shared(predicted) / np.maximum(both, 1))


def _span_rows(gold: Sequence[str | None], predicted: Sequence[str]) -> tuple[Marks, list[str], list[str]]:
    """Which rows are positive, the stripped gold spans of those, and the stripped predictions of all rows."""
    if isinstance(gold, str) or not isinstance(gold, Sequence):
        raise ScoreError(f"gold: a list of spans is expected, not a {type(gold).__name__}")
    _check_rows(["" if span is None else span for span in gold], predicted)
    positive = np.array([span is not None for span in gold], dtype=bool)
    if not positive.any():
        raise ScoreError("no pair has a cause, so there is nothing to take EM+ and F1+ of")
    spans = [span.strip() for span in gold if span is not None]
    if not all(spans):
        raise ScoreError("a gold span is empty; mark a pair without a cause with None")
    return positive, spans, list(map(str.strip, predicted))


def _check_rows(gold: Sequence[str], predicted: Sequence[str]) -> None:
    check_texts(gold, "gold")
    check_texts(predicted, "predictions")
    if len(gold) != len(predicted):
        raise ScoreError(f"{len(gold)} texts in gold, but {len(predicted)} predictions")
    if not len(gold):
        raise ScoreError("there is nothing to score")


def _marks(values: ArrayLike, name: str) -> NDArray[np.int64]:
    marks = array(values, name)
    if marks.ndim != 1 or marks.size == 0:
        raise ScoreError(f"{name} need the shape (pairs,) with at least one pair, not {marks.shape}")
    if marks.dtype.kind not in "biuf" or not np.isin(marks, (0, 1)).all():
        raise ScoreError(f"{name} need to be true or false, or 1 or 0")
    return marks.astype(np.int64)
