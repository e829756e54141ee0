"""The learned order: its features by definition, its fit beside scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sentio.retrieval import Query, Repository, Retrieval, Retriever, Target
from sentio.retrieval.reranking import SHARPNESS, features, fit


def test_features_by_definition() -> None:
    random = np.random.default_rng(0)
    similarities, labels = random.uniform(-1, 1, (7, 5)).astype(np.float32), random.integers(-1, 3, (7, 5))
    frequencies = np.array([0.5, 0.3, 0.2])
    found = features(similarities, labels, frequencies)
    for query in range(7):
        there = [c for c in range(5) if labels[query, c] >= 0]
        whole = sum(np.exp(SHARPNESS * float(similarities[query, c])) for c in there)
        for c in there:
            same = [d for d in there if labels[query, d] == labels[query, c]]
            part = sum(np.exp(SHARPNESS * float(similarities[query, d])) for d in same)
            wanted = [similarities[query, c], part / whole, np.log(frequencies[labels[query, c]])]
            np.testing.assert_allclose(found[query, c], wanted, rtol=1e-6)


def test_the_fit_is_a_logistic_regression() -> None:
    random = np.random.default_rng(1)
    pairs = random.normal(size=(4000, 3)) * [0.1, 0.3, 1.0] + [0.5, 0.2, -2.0]
    chances = 1 / (1 + np.exp(-(pairs @ [4.0, 2.0, 0.5] - 1)))
    same = random.random(4000) < chances
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(pairs, same)
    ours = fit(pairs, same)
    np.testing.assert_allclose(ours.weights, [*theirs.intercept_, *theirs.coef_[0]], rtol=1e-3)
    np.testing.assert_allclose(ours.worth(pairs), theirs.predict_proba(pairs)[:, 1], atol=1e-4)


@pytest.mark.parametrize("same", [np.ones(20, bool), np.zeros(20, bool), np.arange(20) < 10])
def test_pairs_that_are_all_alike_or_told_apart_by_a_feature_leave_it_finite(same: np.ndarray) -> None:
    pairs = np.stack([np.arange(20.0), np.ones(20), np.zeros(20)], axis=1)
    assert np.isfinite(fit(pairs, same).worth(pairs)).all()


def test_a_label_that_most_candidates_have_comes_first(repository: Repository) -> None:
    target = Target(None, ("happy", "sad", "angry", "neutral"))
    retriever = Retriever(repository, target, Retrieval(k=3, rerank=True))
    (hits,) = retriever.retrieve([Query("I am sorry for your loss.")])
    assert len(hits) == 3
    assert retriever.retrieve([Query("I am sorry for your loss.")]) == [hits]
    assert all(-1 <= hit.similarity <= 1 for hit in hits)
