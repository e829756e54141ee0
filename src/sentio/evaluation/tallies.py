"""What each task adds up conversation by conversation, so that its metrics are tested on draws of conversations.

F1, accuracy, calibration, exact match, ROUGE and BLEU follow from totals over rows: a draw costs one product of
weights and per-conversation sums, and its scores are exactly those that the task would give the drawn rows.
Ranks do not (`sentio.evaluation.correlations`). Two kinds of metrics are not drawn:
Dist-n falls when a text comes twice, as it does in every resample; words of one's own choice are scored by
emotion wheels, which are the corpus's, not the run's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentio.errors import MissingExtra, ScoreError
from sentio.evaluation.base import as_set
from sentio.evaluation.correlations import Ranked
from sentio.evaluation.paired import Added, Additive, Floats, Paired, Sums, Totals
from sentio.gold import Value
from sentio.metrics.classification import accuracy, f1, macro_f1, micro_f1_without, uar, weighted_f1
from sentio.metrics.confusion import Codes, Measure, encode_gold
from sentio.metrics.extractive import IMPOSSIBLE, token_f1
from sentio.metrics.multilabel import encode_gold_sets, encode_sets
from sentio.metrics.significance import outcomes
from sentio.metrics.text import rouge, sentence_bleu, separated

DRAWN = ("classification", "next emotion", "strategy", "causes", "multilabel", "regression", "reply", "spans", "text")
"""Tasks with metrics that can be drawn."""

MEASURES: dict[str, Measure] = {
    "weighted_f1": weighted_f1,
    "macro_f1": macro_f1,
    "accuracy": accuracy,
    "uar": uar,
}
"""Of one label an utterance, from the confusion table."""

BINS = 15
"""Of the calibration error, as in `sentio.metrics.calibration`."""

ORDER = 4
"""Longest n-gram of BLEU, as in `sentio.metrics.text.bleu`."""

ROUNDED = 1e-12
"""A variance below this part of the mean square is rounding."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What two systems, or one, answered with one seed. `units` numbers the conversation of each row from 0,
    `repeats` is how often the data hold each unit, `probabilities` has shape (rows, labels) for each system."""

    units: Codes
    repeats: Codes
    gold: Sequence[Value]
    first: Sequence[Value]
    second: Sequence[Value] | None = None
    probabilities: tuple[Floats, ...] | None = None

    @property
    def answers(self) -> tuple[Sequence[Value], ...]:
        """Of each system."""
        return (self.first,) if self.second is None else (self.first, self.second)


@dataclass(frozen=True, eq=False)
class Part:
    """Some of a task's metrics; behind them stand the F1 of `labels`."""

    metrics: tuple[str, ...]
    paired: Paired
    labels: tuple[str, ...] = ()


def parts(task: str, headline: str, labels: tuple[str, ...], rows: Rows) -> list[Part]:
    """The metrics of a task that can be drawn; raises `ScoreError` as the task's own `score` does."""
    match task:
        case "classification" | "next emotion" | "strategy":
            chosen = {**measures(headline, labels), "invalid_rate": _invalid_rate}
            return [_counted(rows, labels, chosen), *_calibrated(rows, labels)]
        case "causes":
            sides: dict[str, Measure] = {"positive_f1": lambda c: f1(c)[..., 1], "negative_f1": lambda c: f1(c)[..., 0]}
            return [_counted(rows, labels, {"macro_f1": macro_f1, **sides})]
        case "multilabel":
            return [_marked(rows, labels)]
        case "regression":
            return _rated(rows)
        case "spans":
            return [_spans(rows)]
        case "text":
            return [_written(rows)]
        case "reply":
            return [_replied(rows)]
        case _:
            return []


def measures(headline: str, labels: tuple[str, ...]) -> dict[str, Measure]:
    """`MEASURES`, before them a headline that leaves labels out (`micro_f1_without:neutral`)."""
    _, _, excluded = headline.partition(":")
    return {headline: micro_f1_without(excluded.split(","), labels)} | MEASURES if excluded else MEASURES


def _invalid_rate(counts: Totals) -> Floats:
    """The share of answers that are none of the labels."""
    rate: Floats = counts[..., -1].sum(axis=-1) / counts.sum(axis=(-2, -1))
    return rate


def _counted(rows: Rows, labels: tuple[str, ...], measures: dict[str, Measure]) -> Part:
    gold, *answers = (list(map(str, side)) for side in (rows.gold, *rows.answers))
    data = outcomes(gold, *answers, classes=labels, clusters=rows.units.tolist())

    def score(counts: Totals) -> Floats:
        chosen = np.stack([measure(counts) for measure in measures.values()], axis=-1)
        return np.concatenate([chosen, f1(counts)], axis=-1)

    return Part(tuple(measures), Additive(replace(data, repeats=rows.repeats), score), labels)


def _calibrated(rows: Rows, labels: tuple[str, ...]) -> list[Part]:
    """Where both systems gave probabilities: a bin's gap between confidence and accuracy is a sum of rows."""
    if rows.probabilities is None:
        return []
    gold = encode_gold([str(value) for value in rows.gold], labels)

    def columns(probabilities: Floats) -> list[Floats]:
        confidence = probabilities.max(axis=1)
        gap = confidence - (probabilities.argmax(axis=1) == gold)
        bin_of = np.searchsorted(np.arange(1, BINS) / BINS, confidence, side="left")
        squares = np.einsum("nc,nc->n", probabilities, probabilities)
        brier = squares - 2 * probabilities[np.arange(len(gold)), gold] + 1
        return [np.ones(len(gold)), brier, *(np.where(bin_of == b, gap, 0.0) for b in range(BINS))]

    def score(totals: Totals) -> Floats:
        n, brier, gaps = totals[..., 0], totals[..., 1], totals[..., 2:]
        return np.stack([abs(gaps).sum(axis=-1) / n, brier / n], axis=-1)

    return [Part(("ece", "brier"), Additive(_sums(rows, *map(columns, rows.probabilities)), score))]


def _marked(rows: Rows, labels: tuple[str, ...]) -> Part:
    gold = encode_gold_sets([as_set(value) for value in rows.gold], labels)
    size = len(labels)

    def columns(answers: Sequence[Value]) -> list[NDArray[np.generic]]:
        found, outside = encode_sets([as_set(value) for value in answers], labels)
        common, marks = (gold & found).sum(axis=1), gold.sum(axis=1) + found.sum(axis=1) + outside
        union = (gold | found).sum(axis=1) + outside
        means = (_ratio(2.0 * common, marks, 1.0), _ratio(common, union, 1.0))
        return [*(gold & found).T, *gold.T, *found.T, outside, np.ones(len(gold)), *means]

    def score(totals: Totals) -> Floats:
        hits, wanted, found = (totals[..., i * size : (i + 1) * size] for i in range(3))
        outside, n, sample, similar = np.moveaxis(totals[..., 3 * size :], -1, 0)
        by_label = _ratio(2 * hits, wanted + found, 0.0)
        micro = _ratio(2 * hits.sum(axis=-1), (wanted + found).sum(axis=-1) + outside, 0.0)
        means = np.stack([by_label.mean(axis=-1), micro, sample / n, similar / n], axis=-1)
        return np.concatenate([means, by_label], axis=-1)

    paired = Additive(_sums(rows, *map(columns, rows.answers)), score)
    return Part(("macro_f1", "micro_f1", "sample_f1", "jaccard"), paired, labels)


def _spans(rows: Rows) -> Part:
    gold = [str(value).strip() for value in rows.gold]
    caused = np.array([bool(span) for span in gold])
    if not caused.any():
        raise ScoreError("no pair has a cause, so there is nothing to take EM+ and F1+ of")

    def columns(given: Sequence[Value]) -> list[NDArray[np.generic]]:
        answers = [str(value).strip() for value in given]
        empty = np.array([not answer for answer in answers])
        exact = np.array([right == answer for right, answer in zip(gold, answers, strict=True)])
        words = np.where(exact, 1.0, token_f1(gold, answers))
        words = np.where(caused & ~empty, words, 0.0)
        # What RECCON's own scorer makes of them: see `metrics.extractive.causal_span_scores`.
        similar = [right in answer or answer in right for right, answer in zip(gold, answers, strict=True)]
        silent = np.where(caused, empty, [answer in IMPOSSIBLE or IMPOSSIBLE in answer for answer in answers])
        official = [np.where(similar, words, 0.0), silent & ~caused, silent]
        return [caused, ~caused, exact & caused, words, empty & ~caused, empty, *official]

    def score(totals: Totals) -> Floats:
        positives, negatives, exact, *counted = np.moveaxis(totals, -1, 0)
        em = _ratio(exact, positives, np.nan)
        (f1_positive, *correct), official = (_f1s(positives, negatives, *of) for of in (counted[:3], counted[3:]))
        return np.stack([f1_positive, em, *correct, *official], axis=-1)

    paired = Additive(_sums(rows, *map(columns, rows.answers)), score)
    names = ("positive_f1", "positive_em", "negative_f1", "f1")
    return Part((*names, "official_positive_f1", "official_negative_f1", "official_f1"), paired)


def _f1s(positives: Totals, negatives: Totals, words: Totals, silent: Totals, empty: Totals) -> tuple[Floats, ...]:
    """F1 of the pairs with a cause, of those without, and of all; a draw without a single cause has no mean over
    causes."""
    negative = _ratio(2 * silent, empty + negatives, 0.0)
    return _ratio(words, positives, np.nan), negative, (words + silent) / (positives + negatives)


def _written(rows: Rows) -> Part:
    gold = [str(value) for value in rows.gold]

    def columns(answers: Sequence[Value]) -> list[Floats]:
        texts = [str(value) for value in answers]
        found = rouge(gold, texts)
        return [np.ones(len(gold)), found.rouge_l, found.rouge1, found.rouge2, *_ngrams(gold, texts).T]

    def score(totals: Totals) -> Floats:
        means = totals[..., 1:4] / totals[..., :1]
        return np.concatenate([means, _bleu(totals[..., 4:])[..., None]], axis=-1)

    paired = Additive(_sums(rows, *map(columns, rows.answers)), score)
    return Part(("rouge_l", "rouge_1", "rouge_2", "bleu"), paired)


def _replied(rows: Rows) -> Part:
    gold = [separated(str(value)) for value in rows.gold]

    def columns(answers: Sequence[Value]) -> list[Floats]:
        texts = [separated(str(value)) for value in answers]
        return [np.ones(len(gold)), sentence_bleu(gold, texts), *_ngrams(gold, texts).T]

    def score(totals: Totals) -> Floats:
        mean = totals[..., 1:2] / totals[..., :1]
        return np.concatenate([mean, _bleu(totals[..., 2:])[..., None]], axis=-1)

    return Part(("sentence_bleu", "bleu"), Additive(_sums(rows, *map(columns, rows.answers)), score))


def _ngrams(gold: Sequence[str], texts: Sequence[str]) -> Floats:
    """What BLEU adds up: matched and all n-grams of each order, lengths of text and reference, (rows, 10)."""
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ModuleNotFoundError:
        raise MissingExtra("eval") from None
    scorer = BLEU(max_ngram_order=ORDER, smooth_method="none", tokenize="13a", effective_order=False, force=True)
    found = (scorer.corpus_score([text], [[right]]) for text, right in zip(texts, gold, strict=True))
    return np.array([[*one.counts, *one.totals, one.sys_len, one.ref_len] for one in found], dtype=np.float64)


def _bleu(totals: Totals) -> Floats:
    """BLEU in 0..100 without smoothing: 0 where an order has no match (Papineni et al., ACL 2002)."""
    matched, all_of, said, right = totals[..., :ORDER], totals[..., ORDER:-2], totals[..., -2], totals[..., -1]
    precision = _ratio(matched, all_of, 0.0)
    with np.errstate(divide="ignore"):
        mean = np.exp(np.log(precision).mean(axis=-1))
        brevity = np.exp(np.minimum(0.0, 1 - _ratio(right, said, np.inf)))
    score: Floats = 100 * brevity * mean
    return score


def _rated(rows: Rows) -> list[Part]:
    gold, *answers = (np.array([float(str(value)) for value in side]) for side in (rows.gold, *rows.answers))
    if not np.isfinite([gold, *answers]).all():
        raise ScoreError("an answer is not a finite number; compare systems on what both have answered")
    # Moments around a number near all values: sums of squares of large numbers would cancel.
    centre = gold.mean()

    def columns(found: Floats) -> list[Floats]:
        g, p, apart = gold - centre, found - centre, found - gold
        return [np.ones(len(g)), g, p, g * g, p * p, g * p, abs(apart), apart * apart]

    additive = Additive(_sums(rows, *map(columns, answers)), _moments)
    ranked = Ranked.of(gold, np.stack(answers), rows.units, rows.repeats)
    return [Part(("pearson", "ccc", "mae", "rmse"), additive), Part(("spearman",), ranked)]


def _moments(totals: Totals) -> Floats:
    """Pearson's r, CCC, MAE and RMSE from sums; a side that varies by rounding only is constant."""
    g, p, gg, pp, gp, apart, squared = np.moveaxis(totals[..., 1:] / totals[..., :1], -1, 0)
    wanted, found, covariance = gg - g * g, pp - p * p, gp - g * p
    varies = (wanted > ROUNDED * gg) & (found > ROUNDED * pp)
    pearson = _ratio(covariance, np.sqrt(np.where(varies, wanted * found, 0.0)), np.nan)
    # The mean squared error is var + var + (difference of means)^2 - 2 cov.
    ccc = _ratio(2 * covariance, np.where(varies, squared + 2 * covariance, 0.0), 0.0)
    return np.stack([pearson, ccc, apart, np.sqrt(squared)], axis=-1)


def _sums(rows: Rows, *systems: Sequence[NDArray[np.generic]]) -> Sums:
    return Sums(tuple(Added.of(columns, rows.units, len(rows.repeats)) for columns in systems), rows.repeats)


def _ratio(above: NDArray[np.generic], below: NDArray[np.generic], empty: float) -> Floats:
    quotient: Floats = np.divide(above, below, out=np.full(np.shape(above), empty), where=np.asarray(below) > 0)
    return quotient
