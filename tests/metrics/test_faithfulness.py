"""Faithfulness of word attributions: additive models by hand, LLaMA-3's stored answers, properties."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from sentio.errors import ScoreError
from sentio.metrics.faithfulness import (
    Erasure,
    Probability,
    comprehensiveness,
    deletion_rank_correlation,
    erase,
    faithfulness,
    flip_fraction,
    flips_at_once,
    sufficiency,
)


def additive(weights: dict[str, float]) -> Probability:
    """A model that adds up the weights of the words it sees."""
    return lambda words: 0.5 + sum(weights[word] for word in words)


def additive_erasure(weights: dict[str, float]) -> Erasure:
    return erase(list(weights), list(weights.values()), additive(weights))


def test_a_positive_text_by_hand() -> None:
    text = additive_erasure({"good": 0.3, "movie": 0.0, "bad": -0.2})
    assert text.whole == pytest.approx(0.6)
    assert text.removed == pytest.approx([0.3, 0.3, 0.5])
    assert text.kept == pytest.approx([0.8, 0.8, 0.6])
    assert text.single == pytest.approx([0.3, 0.6, 0.8])
    assert comprehensiveness(text) == pytest.approx(0.175)
    assert comprehensiveness(text, compat="official") == pytest.approx(0.175)
    assert sufficiency(text) == pytest.approx(0.125)
    assert (flips_at_once(text), flip_fraction(text)) == (1, 0.25)
    assert deletion_rank_correlation(text) == pytest.approx(1)


def test_a_negative_text_by_hand() -> None:
    text = additive_erasure({"dull": -0.2, "bad": -0.1, "film": 0.0})
    assert text.whole == pytest.approx(0.2)
    assert text.removed == pytest.approx([0.2, 0.3, 0.5])
    assert comprehensiveness(text) == pytest.approx(-0.1)
    # As coded: p .2, 1 − p .8, and .8 again for the empty text.
    assert comprehensiveness(text, compat="official") == pytest.approx((0 + 0.5 + 0.3) / 4)
    assert sufficiency(text) == pytest.approx(0.2)
    assert (flips_at_once(text), flip_fraction(text)) == (0, 1)


@given(st.lists(st.integers(-8, 8), min_size=1, max_size=6, unique=True))
def test_true_attributions_of_an_additive_model_rank_its_deletions(parts: list[int]) -> None:
    text = additive_erasure({f"word{part}": part / 100 for part in parts})
    if len(parts) == 1:
        assert np.isnan(deletion_rank_correlation(text))
    else:
        assert deletion_rank_correlation(text) == pytest.approx(1)


answers = st.sampled_from([0.1, 0.45, 0.5, 0.7, 0.95])


@given(st.lists(st.sampled_from([-0.4, 0.0, 0.2, 0.9]), min_size=1, max_size=6), st.data())
def test_the_definitions_written_out(scores: list[float], data: st.DataObject) -> None:
    words = [f"w{i}" for i in range(len(scores))]
    cache: dict[tuple[str, ...], float] = {(): 0.5}

    def probability(asked: Sequence[str]) -> float:
        if tuple(asked) not in cache:
            cache[tuple(asked)] = data.draw(answers)
        return cache[tuple(asked)]

    text = erase(words, scores, probability)
    order = sorted(range(len(words)), key=lambda i: (-scores[i], i))

    def without(gone: Sequence[int]) -> float:
        return cache[tuple(w for i, w in enumerate(words) if i not in gone)]

    n, p = len(words), cache[tuple(words)]
    removed = [without(order[:k]) for k in range(n + 1)]
    kept = [without(order[k:]) for k in range(n + 1)]
    assert comprehensiveness(text) == pytest.approx(sum(p - q for q in removed) / (n + 1))
    assert sufficiency(text) == pytest.approx(sum(abs(p - q) for q in kept) / (n + 1))
    assert flips_at_once(text) == ((removed[1] > 0.5) != (p > 0.5))
    flips = [k for k, q in enumerate(removed) if (q > 0.5) != (p > 0.5)]
    assert flip_fraction(text) == (flips[0] if flips else n + 1) / (n + 1)
    drops = [p - without([i]) for i in range(n)]
    assume(len(set(drops)) > 1 and len(set(scores)) > 1)
    assert deletion_rank_correlation(text) == pytest.approx(spearmanr(drops, scores).statistic)


def test_an_answer_that_cannot_be_read_leaves_undefined_what_it_enters() -> None:
    weights = {"good": 0.3, "movie": 0.0, "bad": -0.2}

    def stutters(words: Sequence[str]) -> float:
        return float("nan") if words == ["bad"] else additive(weights)(words)

    text = erase(list(weights), list(weights.values()), stutters)
    assert np.isnan(comprehensiveness(text))
    assert sufficiency(text) == pytest.approx(0.125)
    # The decision flipped before the model stuttered.
    assert (flips_at_once(text), flip_fraction(text)) == (1, 0.25)
    both = faithfulness([text, additive_erasure(weights)])
    assert both.comprehensiveness == pytest.approx(0.175)
    assert both.unread == pytest.approx(1 / 20)

    nothing = faithfulness([erase(["good"], [1], lambda _: float("nan"))])
    # The empty text is never asked.
    assert nothing.unread == 2 / 4
    assert np.isnan(astuple(nothing)[:5]).all()


@pytest.mark.parametrize(
    ("words", "scores", "message"),
    [([], [], "without words"), (["a"], [1, 2], "for 1 words"), (["a", "b"], [1, np.nan], "word 1 is not finite")],
)
def test_texts_that_cannot_be_erased(words: list[str], scores: list[float], message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        erase(words, scores, lambda _: 0.5)


def test_probabilities_and_texts_are_needed() -> None:
    with pytest.raises(ScoreError, match=r"probability of 1\.2"):
        erase(["a"], [1], lambda _: 1.2)
    with pytest.raises(ScoreError, match="no texts"):
        faithfulness([])


def stored(data: Path, name: str) -> Any:  # noqa: ANN401
    return json.loads(gzip.decompress((data / "self_explanations" / "llama3" / f"{name}.json.gz").read_bytes()))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "pe",
            {"sufficiency": 0.15928, "once": 0.11, "fraction": 0.49473, "coded": 0.224179, "correct": 0.0689},
        ),
        (
            "ep",
            {"sufficiency": 0.18264, "once": 0.07, "fraction": 0.58552, "coded": 0.234157, "correct": 0.0917},
        ),
    ],
)
def test_llama3_self_explanations(data: Path, form: str, expected: dict[str, float]) -> None:
    answers = stored(data, f"llama_{form}_cache")

    def probability(words: Sequence[str]) -> float:
        named, confidence = answers[" ".join(words)]
        return float(confidence if named == 1 else 1 - confidence)

    def named_class(words: Sequence[str]) -> float:
        return float(answers[" ".join(words)][0])

    by_probability, by_class = [], []
    for attributions, words in stored(data, f"llama3_{form}_expl"):
        scores = np.zeros(len(words))
        for _, (value, position) in attributions:
            scores[position] = value
        by_probability.append(erase(words, scores, probability))
        by_class.append(erase(words, scores, named_class))
    assert len(by_probability) == 100

    found = faithfulness(by_probability)
    assert round(found.sufficiency, 5) == expected["sufficiency"]
    assert found.flips_at_once == pytest.approx(expected["once"])
    assert round(found.comprehensiveness, 4) == expected["correct"]
    assert round(faithfulness(by_probability, compat="official").comprehensiveness, 6) == expected["coded"]
    assert found.unread == 0
    # The release takes the probability for one flip and the named class for the other.
    assert round(faithfulness(by_class).flip_fraction, 5) == expected["fraction"]
    assert found.flip_fraction < expected["fraction"] - 0.02
