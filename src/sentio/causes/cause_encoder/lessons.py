"""Annotated conversations as what the encoder learns from, and as what it is examined with."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentio.causes.base import Felt
from sentio.causes.cause_encoder.finder import judge
from sentio.causes.cause_encoder.reading import Reader, Reading, tokens_of, words_at
from sentio.corpora.reccon_folds import CausePair, fold1
from sentio.gold import AnnotatedConversation
from sentio.metrics.extractive import causal_entailment_scores, causal_span_scores
from sentio.nn.cause_pairs import CauseEncoder
from sentio.training.cause_tuning import CauseLesson

SLACK = 0.01
"""Macro F1 that finding more words may cost. Our choice: around its best the score hardly changes with the threshold,
and a maximum of 1,185 rows is one of chance."""


@dataclass(frozen=True)
class Question:
    """A conversation to be examined with: the numbers of its emotional utterances in ascending order, and for each row
    that of its pair (see `nn.pair_grid.grid`), shape (rows,), of its candidate, shape (rows,), the candidate's text
    and the causing words, None where there is no cause."""

    reading: Reading
    targets: Tensor
    pairs: Tensor
    candidates: Sequence[int]
    texts: Sequence[str]
    spans: Sequence[str | None]


@dataclass(frozen=True)
class Marked:
    """What a model, or several together, answered in an examination: log-odds and words of all rows."""

    log_odds: NDArray[np.float64]
    words: Sequence[str]


def questions(items: Sequence[AnnotatedConversation], reader: Reader, *, alone: bool) -> list[Question]:
    """The rows of RECCON's fold 1; what is felt is told as it is annotated.

    Conversations are read `alone` and in 32 bits, as a finished system reads, or together and in 16.
    """
    rows = [list(fold1([item])) for item in items]
    asked = [
        Felt(item.conversation, {row.target: str(item.gold["emotion"][row.target]) for row in of_item})
        for item, of_item in zip(items, rows, strict=True)
    ]
    if alone:
        readings = [reading for felt in asked for reading in reader.read([felt], exact=True)]
    else:
        readings = reader.read(asked, exact=False)
    return [_question(*one) for one in zip(items, rows, readings, strict=True)]


def _question(item: AnnotatedConversation, rows: Sequence[CausePair], reading: Reading) -> Question:
    place = {utterance.id: number for number, utterance in enumerate(item.conversation.utterances)}
    targets = sorted({place[row.target] for row in rows})
    firsts = dict(zip(targets, accumulate((target + 1 for target in targets), initial=0), strict=False))
    return Question(
        reading=reading,
        targets=torch.tensor(targets),
        pairs=torch.tensor([firsts[place[row.target]] + place[row.candidate] for row in rows]),
        candidates=[place[row.candidate] for row in rows],
        texts=[row.candidate_text for row in rows],
        spans=[row.span for row in rows],
    )


def lesson(asked: Question) -> CauseLesson:
    """The same rows to learn from; causing words behind the encoder's window are not learned."""
    spans = []
    for number, (span, text, candidate) in enumerate(zip(asked.spans, asked.texts, asked.candidates, strict=True)):
        if span is not None:
            begin = text.index(span)
            found = tokens_of(asked.reading.places[candidate], begin, begin + len(span))
            spans += [(number, *found)] if found else []
    causes = torch.tensor([span is not None for span in asked.spans]).long()
    rows = torch.stack([asked.pairs, causes], dim=1)
    return CauseLesson(asked.reading.heard, asked.targets, rows, torch.tensor(spans).reshape(-1, 3).long())


def examine(models: Sequence[CauseEncoder], thresholds: Sequence[float], asked: Sequence[Question]) -> Marked:
    """What the models answer together."""
    odds, words = [], []
    for one in asked:
        opinion, pairs = judge(models, thresholds, one.reading, one.targets), one.pairs.numpy()
        odds.append(opinion.log_odds[pairs])
        ends = zip(opinion.first[pairs].tolist(), opinion.last[pairs].tolist(), strict=True)
        for text, candidate, (first, last) in zip(one.texts, one.candidates, ends, strict=True):
            words.append(words_at(text, one.reading.places[candidate], first, last))
    return Marked(np.concatenate(odds), words)


def threshold(asked: Sequence[Question], marked: Marked) -> float:
    """The log-odds that part causes from others, halfway between two rows: of those within `SLACK` of the best macro F1
    the lowest, because the words of a cause that is not taken for one are lost."""
    gold = np.array([span is not None for one in asked for span in one.spans])
    order = np.argsort(-marked.log_odds, kind="stable")
    odds = np.append(marked.log_odds[order], marked.log_odds.min() - 1)
    right = np.cumsum(gold[order])
    taken = np.arange(1, len(gold) + 1)
    positive = 2 * right / (taken + gold.sum())
    left, there = len(gold) - taken, (~gold).sum()
    negative = 2 * (there - (taken - right)) / np.maximum(left + there, 1)
    # Rows with the same log-odds are taken together.
    macro = np.where(odds[:-1] > odds[1:], positive + negative, -1.0) / 2
    chosen = int(np.flatnonzero(macro >= macro.max() - SLACK)[-1])
    return float(odds[chosen] + odds[chosen + 1]) / 2


def scores(asked: Sequence[Question], marked: Marked) -> dict[str, float]:
    """Entailment and spans as the paper scores them, in 0..1; a row is a cause where its log-odds are not negative."""
    spans = [span for one in asked for span in one.spans]
    causes = marked.log_odds >= 0
    pairs = causal_entailment_scores([span is not None for span in spans], causes)
    words = causal_span_scores(spans, [said if cause else "" for said, cause in zip(marked.words, causes, strict=True)])
    return {
        "macro_f1": pairs.f1_macro,
        "positive_f1": pairs.f1_positive,
        "negative_f1": pairs.f1_negative,
        "spans.positive_em": words.exact_match,
        "spans.positive_f1": words.f1_positive,
        "spans.negative_f1": words.f1_negative,
        "spans.f1": words.f1,
    }
