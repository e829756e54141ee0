"""Self-BLEU: what sacrebleu says of each text against all others, one by one."""

import time
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU

from sentio.errors import ScoreError
from sentio.metrics.self_bleu import self_bleu
from sentio.metrics.text import Bleu

words = st.lists(st.sampled_from(["ha", "kya", "yaar", "nahi", "你"]), max_size=9).map(" ".join)
collections = st.lists(words, min_size=2, max_size=9).filter(lambda texts: sum(map(bool, texts)) > 1)


def one_by_one(texts: list[str], order: int) -> float:
    """By sacrebleu, quadratic: its effective order, its smoothing by a floor of 0.1, its closest reference."""
    scorer = BLEU(max_ngram_order=order, smooth_method="floor", tokenize="none", effective_order=True, force=True)
    spoken = [text for text in texts if text]
    scores: list[float] = [
        scorer.corpus_score([text], [[other] for other in spoken[:place] + spoken[place + 1 :]]).score
        for place, text in enumerate(spoken)
    ]
    return sum(scores) / len(scores)


@given(collections, st.integers(1, 5))
def test_it_is_the_mean_of_sacrebleu(texts: list[str], order: int) -> None:
    assert self_bleu(texts, order=order).score == pytest.approx(one_by_one(texts, order), abs=1e-9)


def test_it_is_the_mean_of_sacrebleu_over_many_words() -> None:
    random = np.random.default_rng(3)
    texts = [" ".join(f"w{min(word, 40)}" for word in random.zipf(1.5, random.integers(1, 20))) for _ in range(80)]
    for order in (2, 3, 4):
        assert self_bleu(texts, order=order).score == pytest.approx(one_by_one(texts, order), abs=1e-9)


def test_it_says_how_it_was_computed() -> None:
    found = self_bleu(["so it goes", "so it goes", "so it goes"], order=3)
    assert found == Bleu(found.score, "sentence", 3, "floor", "none")
    assert found.score == pytest.approx(100)
    assert self_bleu(["one two", "three four", "five"], order=2).score == 0


def test_what_others_say_twice_counts_twice_at_most() -> None:
    """A text says "no" three times, another one twice: two of its three words stand elsewhere, a third of BLEU-1."""
    assert self_bleu(["no no no", "no no ho"], order=1).score == pytest.approx(100 * 2 / 3)


@given(collections, st.randoms())
def test_the_order_of_the_texts_is_nothing(texts: list[str], random: Random) -> None:
    shuffled = list(texts)
    random.shuffle(shuffled)
    assert self_bleu(shuffled).score == self_bleu(texts).score


@pytest.mark.parametrize("texts", [[], ["one"], ["one", "", " \n"]])
def test_one_text_cannot_be_compared(texts: list[str]) -> None:
    with pytest.raises(ScoreError, match="at least two"):
        self_bleu(texts)


def test_an_order_below_one_is_refused() -> None:
    with pytest.raises(ScoreError, match="1 token or more"):
        self_bleu(["a", "b"], order=0)


def test_half_an_emoji_is_a_token() -> None:
    assert self_bleu(["so \ud83d", "so \ud83d"], order=1).score == pytest.approx(100)


def test_ten_thousand_texts_take_seconds() -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(f"w{word}" for word in random.zipf(1.3, 12) % 9000) for _ in range(10_000)]
    begun = time.perf_counter()
    assert 0 < self_bleu(texts).score < 100
    assert time.perf_counter() - begun < 10
