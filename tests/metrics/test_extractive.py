"""Against scripts written a second time, torchmetrics and scikit-learn; RECCON's rules are in tests/corpora."""

import random
import re
import string
from collections import Counter
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from sentio.errors import ScoreError
from sentio.metrics.extractive import (
    IMPOSSIBLE,
    EntailmentScores,
    SpanScores,
    causal_entailment_scores,
    causal_span_scores,
    exact_match,
    token_f1,
)
from sentio.metrics.word_lists import tokens

words = st.sampled_from(["a", "The", "rain", "Rain!", "dog", "dog", "'", "ans", "answer", ""])
texts = st.lists(words, max_size=6).map(" ".join)
rows = st.lists(st.tuples(st.one_of(st.none(), texts.filter(str.strip)), texts), min_size=1, max_size=12).filter(
    lambda pairs: any(gold is not None for gold, _ in pairs)
)


def normalised(text: str) -> str:
    """SQuAD's steps, one after the other."""
    kept = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def squad_f1(gold: str, predicted: str) -> float:
    left, right = normalised(gold).split(), normalised(predicted).split()
    if not left or not right:
        return float(left == right)
    same = sum((Counter(left) & Counter(right)).values())
    precision, recall = same / len(right), same / len(left)
    return 2 * precision * recall / (precision + recall) if same else 0.0


def scored_by_bucket(gold: list[str | None], predicted: list[str]) -> dict[str, float]:
    """The released scoring, row by row, each row's own prediction deciding."""
    f1, exact, negatives, similar_negatives, empty_positives = [], 0, 0, 0, 0
    for span, answer in zip(gold, (p.strip() for p in predicted), strict=True):
        truth = IMPOSSIBLE if span is None else span.strip()
        nested = answer in truth or truth in answer
        if span is None:
            negatives += 1
            similar_negatives += nested
        elif answer == truth:
            exact += 1
            f1.append(1.0)
        elif nested and answer:
            f1.append(squad_f1(truth, answer))
        else:
            empty_positives += not answer
            f1.append(0.0)
    recall = similar_negatives / negatives if negatives else 0.0
    precision = similar_negatives / (similar_negatives + empty_positives) if similar_negatives else 0.0
    return {
        "exact_matches": exact,
        "f1_positive": sum(f1) / len(f1),
        "f1_negative": 2 * precision * recall / (precision + recall) if similar_negatives else 0.0,
        "f1": (sum(f1) + similar_negatives) / len(gold),
    }


def values(scores: SpanScores) -> dict[str, float]:
    return {name: getattr(scores, name) for name in ("exact_matches", "f1_positive", "f1_negative", "f1")}


@given(st.text() | st.text("aAnNtThHeE _'’-.\x00\x1f\n", max_size=12))
def test_tokens_are_those_of_squad(text: str) -> None:
    assert " ".join(tokens(text)) == normalised(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The the an A", []),
        ("_an_ other", ["other"]),
        ("a’s", ["’s"]),  # a typographic apostrophe is no ASCII punctuation, but ends a word
        ("theatre and an ant", ["theatre", "and", "ant"]),
        ("the\x00end", ["\x00end"]),  # neither does a control character
        ("...", []),
    ],
)
def test_normalisation(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.lists(st.tuples(texts, texts), min_size=1))
def test_pair_scores_agree_with_counting(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    assert token_f1(gold, predicted) == pytest.approx([squad_f1(g, p) for g, p in pairs])
    assert exact_match(gold, predicted).tolist() == [normalised(g) == normalised(p) for g, p in pairs]
    np.testing.assert_array_equal(token_f1(gold, predicted), token_f1(predicted, gold))


def test_pair_scores_agree_with_torchmetrics() -> None:
    from torchmetrics.text import SQuAD

    draw = random.Random(0)
    vocabulary = ["rain", "the", "dog", "Dog,", "job", "lost", "well-known", "1.5", "it's"]
    gold, predicted = (
        [" ".join(draw.choices(vocabulary, k=draw.randint(2, 8))) + " x" for _ in range(200)] for _ in "gp"
    )
    predicted[:50] = [text.upper() for text in gold[:50]]
    peer = SQuAD()(
        [{"prediction_text": p, "id": str(i)} for i, p in enumerate(predicted)],
        [{"answers": {"answer_start": [0], "text": [g]}, "id": str(i)} for i, g in enumerate(gold)],
    )
    assert 100 * token_f1(gold, predicted).mean() == pytest.approx(float(peer["f1"]))
    assert 100 * exact_match(gold, predicted).mean() == pytest.approx(float(peer["exact_match"]))


@given(rows)
def test_span_scores_agree_with_counting(pairs: list[tuple[str | None, str]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    scores = causal_span_scores(gold, predicted)
    row_scores = [
        (squad_f1(g.strip(), p.strip()) if p.strip() else 0.0) if g is not None else float(not p.strip())
        for g, p in pairs
    ]
    positives = [score for g, score in zip(gold, row_scores, strict=True) if g is not None]
    assert (scores.positives, scores.negatives) == (len(positives), len(pairs) - len(positives))
    assert scores.f1 == pytest.approx(np.mean(row_scores))
    assert scores.f1_positive == pytest.approx(np.mean(positives))
    assert scores.exact_match == np.mean([g.strip() == p.strip() for g, p in pairs if g is not None])
    negative = [g is None for g in gold]
    empty = [not p.strip() for p in predicted]
    assert scores.f1_negative == pytest.approx(f1_score(negative, empty, zero_division=0))


@given(rows)
def test_official_scores_are_those_of_the_buckets(pairs: list[tuple[str | None, str]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    official = causal_span_scores(gold, predicted, compat="official")
    assert values(official) == pytest.approx(scored_by_bucket(gold, predicted))
    correct = causal_span_scores(gold, predicted)
    assert official.f1_positive <= correct.f1_positive + 1e-12
    assert official.exact_matches == correct.exact_matches


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[str | None, str]], draw: random.Random) -> None:
    shuffled = draw.sample(pairs, len(pairs))
    compat: Literal["official"] | None
    for compat in (None, "official"):
        once = causal_span_scores([g for g, _ in pairs], [p for _, p in pairs], compat=compat)
        again = causal_span_scores([g for g, _ in shuffled], [p for _, p in shuffled], compat=compat)
        assert values(once) == pytest.approx(values(again))


@pytest.mark.parametrize(
    ("answer", "f1"), [("his keys", 2 / 3), ("today he lost his keys", 8 / 9), ("He lost his keys", 0.0)]
)
def test_official_f1_counts_words_only_where_one_text_holds_the_other(answer: str, f1: float) -> None:
    scores = causal_span_scores(["he lost his keys"], [answer], compat="official")
    assert scores.f1_positive == pytest.approx(f1)
    assert causal_span_scores(["he lost his keys"], [answer]).f1_positive == pytest.approx(f1 or 1.0)


def test_what_the_released_scorer_gets_wrong() -> None:
    overlap = (["he lost his keys", None], ["lost his keys again", ""])
    assert causal_span_scores(*overlap).f1_positive == 0.75
    assert causal_span_scores(*overlap, compat="official").f1_positive == 0.0
    # A part of the placeholder passes for an empty answer.
    placeholder = (["he lost his keys", None], ["he lost his keys", "answer"])
    assert causal_span_scores(*placeholder).f1_negative == 0.0
    assert causal_span_scores(*placeholder, compat="official").f1_negative == 1.0


def test_nothing_predicted_for_a_cause_scores_nothing() -> None:
    """Even where the span has no words left after normalisation: SQuAD would call that a match."""
    scores = causal_span_scores(["!", None], [" ", ""])
    assert (scores.f1_positive, scores.exact_match) == (0.0, 0.0)
    assert scores.f1_negative == pytest.approx(2 / 3)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_entailment_agrees_with_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    scores = causal_entailment_scores(gold, predicted)
    counts = confusion_matrix(gold, predicted, labels=[False, True]).ravel().tolist()
    assert scores == EntailmentScores(counts[3], counts[1], counts[2], counts[0])
    for label, ours in ((1, scores.f1_positive), (0, scores.f1_negative)):
        assert ours == pytest.approx(f1_score(gold, predicted, pos_label=label, zero_division=0))
    assert scores.f1_macro == pytest.approx(
        f1_score(gold, predicted, labels=[False, True], average="macro", zero_division=0)
    )
    assert causal_entailment_scores(np.array(gold, dtype=np.int8), np.array(predicted, dtype=float)) == scores


@pytest.mark.parametrize("score", [exact_match, token_f1, causal_span_scores])
@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (["one", "two"], ["one"], "2 texts in gold, but 1 predictions"),
        ([], [], "nothing to score"),
        (["one"], [None], "predictions: a NoneType"),
        (["one"], [float("nan")], "predictions: a float"),
        ([3], ["three"], "gold: a int"),
    ],
)
def test_texts_that_cannot_be_scored(score: object, gold: list[object], predicted: list[object], message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        score(gold, predicted)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [([None, None], ["", "x"], "no pair has a cause"), ([" ", None], ["", ""], "a gold span is empty")],
)
def test_spans_that_cannot_be_scored(gold: list[str | None], predicted: list[str], message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        causal_span_scores(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([1, 0], [1], "2 pairs in gold, but 1 predictions"),
        ([], [], "gold need the shape"),
        ([1, 0], [1.0, float("nan")], "predictions need to be"),
        ([1, 0], [2, 0], "predictions need to be"),
        (["1", "0"], [1, 0], "gold need to be"),
        ([[1, 0]], [[1, 0]], "gold need the shape"),
    ],
)
def test_marks_that_cannot_be_scored(gold: object, predicted: object, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        causal_entailment_scores(gold, predicted)  # type: ignore[arg-type]
