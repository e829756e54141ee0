"""BERTScore against a loop over all pairs of tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sentio.errors import ScoreError
from sentio.metrics.bert_score import bert_score

TEXT = st.integers(1, 6).flatmap(
    lambda n: arrays(np.float64, (n, 4), elements=st.floats(-1, 1, width=16).filter(lambda x: abs(x) > 1e-3))
)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@given(TEXT, TEXT)
def test_it_is_the_mean_of_the_best_matches(gold: np.ndarray, said: np.ndarray) -> None:
    precision = np.mean([max(cosine(token, other) for other in gold) for token in said])
    recall = np.mean([max(cosine(token, other) for other in said) for token in gold])
    found = bert_score([gold], [said])
    np.testing.assert_allclose((found.precision[0], found.recall[0]), (precision, recall), atol=1e-9)
    if abs(precision + recall) > 1e-6:
        np.testing.assert_allclose(found.f1[0], 2 * precision * recall / (precision + recall), rtol=1e-6)


@given(TEXT, TEXT)
def test_swapping_the_sides_swaps_precision_and_recall(gold: np.ndarray, said: np.ndarray) -> None:
    one, other = bert_score([gold], [said]), bert_score([said], [gold])
    np.testing.assert_array_equal(one.precision, other.recall)
    np.testing.assert_allclose(one.f1, other.f1)


def test_a_text_matches_itself_and_nothing_matches_nothing() -> None:
    text = np.array([[1.0, 2.0], [3.0, -1.0]])
    found = bert_score([text, text], [text, text[:0]])
    np.testing.assert_allclose(found.f1, [1.0, 0.0])


def test_what_cannot_be_paired_is_an_error() -> None:
    with pytest.raises(ScoreError, match="1 predictions for 2 references"):
        bert_score([np.eye(2), np.eye(2)], [np.eye(2)])
    with pytest.raises(ScoreError, match="nothing to score"):
        bert_score([], [])
