"""Agreement of explanations: the six published rows for GPT-4o, and every order of equal scores tried out."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import astuple
from itertools import combinations, pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

from sentio.errors import ScoreError
from sentio.metrics.attribution_agreement import agreement, top_size

Floats = NDArray[np.float64]

# Few distinct scores, so that ties are the rule.
scores = st.lists(st.sampled_from([-0.5, 0.0, 0.3, 0.8]), min_size=2, max_size=5)


def orders(values: list[float]) -> Iterator[tuple[int, ...]]:
    """Every order of the words in which scores fall."""
    for order in permutations(range(len(values))):
        if all(values[x] >= values[y] for x, y in pairwise(order)):
            yield order


def in_orders(a: list[float], b: list[float], first: tuple[int, ...], second: tuple[int, ...], k: int) -> list[float]:
    """Six of the scores for two given orders, from their definitions."""
    same_sign = {word for word in range(len(a)) if a[word] * b[word] > 0}
    both = set(first[:k]) & set(second[:k])
    same_rank = {x for x, y in zip(first[:k], second[:k], strict=True) if x == y}
    pairs = [second.index(x) < second.index(y) for x, y in combinations(first, 2)]
    return [
        len(both) / k,
        len(same_rank) / k,
        len(both & same_sign) / k,
        len(same_rank & same_sign) / k,
        float(np.mean(pairs)),
        len(both) / len(set(first[:k]) | set(second[:k])),
    ]


@settings(max_examples=60)
@given(st.data())
def test_the_mean_over_every_order_of_equals(data: st.DataObject) -> None:
    a = data.draw(scores)
    b = data.draw(st.lists(st.sampled_from([-0.5, 0.0, 0.3]), min_size=len(a), max_size=len(a)))
    k = data.draw(st.integers(1, len(a)))
    found = agreement(a, b, k)
    tried = np.mean([in_orders(a, b, x, y, k) for x in orders(a) for y in orders(b)], axis=0)
    assert [
        found.feature, found.rank, found.sign, found.signed_rank, found.pairwise_rank, found.iou,
    ] == pytest.approx(tried.tolist())  # fmt: skip
    # Words in text order among equals, as a stable sort leaves them.
    first, second = (tuple(np.argsort(-np.array(v), kind="stable").tolist()) for v in (a, b))
    official = agreement(a, b, k, compat="official")
    assert [
        official.feature, official.rank, official.sign, official.signed_rank, official.pairwise_rank, official.iou,
    ] == pytest.approx(in_orders(a, b, first, second, k))  # fmt: skip


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=20), st.integers(0, 2**32 - 1))
def test_correlation_is_scipys_or_undefined(first: list[int], seed: int) -> None:
    second = np.random.default_rng(seed).permutation(first)
    found = agreement(first, second).rank_correlation
    if len(set(first)) == 1:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(first, second).statistic)


@given(st.lists(st.integers(1, 99), min_size=2, max_size=30, unique=True))
def test_an_explanation_agrees_with_itself_and_not_with_its_reverse(values: list[int]) -> None:
    itself = agreement(values, values)
    assert astuple(itself) == pytest.approx((1,) * 7)
    reverse = agreement(values, np.negative(values))
    assert (reverse.rank_correlation, reverse.pairwise_rank, reverse.sign) == pytest.approx((-1, 0, 0))


def test_a_case_by_hand() -> None:
    # Orders 0 1 2 3 and 1 0 3 2; the top two words are the same, at other ranks; word 1 differs in sign.
    found = agreement([0.9, 0.4, -0.1, -0.6], [0.2, 0.7, -0.8, -0.3], 2)
    assert (found.feature, found.rank, found.sign, found.signed_rank, found.iou) == (1, 0, 1, 0, 1)
    assert found.pairwise_rank == pytest.approx(4 / 6)
    assert found.rank_correlation == pytest.approx(0.6)
    assert agreement([0.9, 0.4], [0.9, -0.4], 2).sign == 0.5


def test_the_top_is_a_fifth() -> None:
    assert [top_size(n) for n in (1, 3, 9, 10, 19)] == [1, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("first", "second", "k", "message"),
    [
        ([1], [1, 2], None, "shapes"),
        ([], [], None, "needs words"),
        ([1, np.nan], [1, 2], None, "not finite"),
        ([1, 2], [1, 2], 3, "top 3 of 2"),
        ([1, 2], [1, 2], 0, "top 0 of 2"),
        ([[1, 2]], [[1, 2]], None, "shapes"),
    ],
)
def test_explanations_that_cannot_be_compared(
    first: list[float], second: list[float], k: int | None, message: str
) -> None:
    with pytest.raises(ScoreError, match=message):
        agreement(first, second, k)


FILES = {
    "self": "gpt4o_{}_expl", "occlusion": "gpt4o_{}_occlusion", "LIME": "gpt4o_LIME_response_{}_0_100",
}  # fmt: skip


def stored(data: Path, explainer: str, form: str) -> list[Floats]:
    """The scores of 100 sentences, by position."""
    name = FILES[explainer].format(form.upper() if explainer == "LIME" else form)
    content = gzip.decompress((data / "self_explanations" / "gpt4o" / f"{name}.json.gz").read_bytes())
    explanations = []
    for attributions, tokens in json.loads(content):
        values = np.full(len(tokens), np.nan)
        for _, (value, position) in attributions:
            values[position] = value
        explanations.append(values)
    return explanations


# `disagreement_output.txt` of the release: P-E is predict then explain, E-P the reverse.
PUBLISHED = {
    ("pe", "self", "occlusion"): [0.4176, 0.2173, 0.3913, 0.2053, 0.4161, 0.6878, 0.3268],
    ("pe", "self", "LIME"): [0.1905, 0.0770, 0.1574, 0.0545, 0.0984, 0.5333, 0.1352],
    ("pe", "occlusion", "LIME"): [0.1745, 0.0767, 0.1420, 0.0592, 0.0830, 0.5302, 0.1239],
    ("ep", "self", "occlusion"): [0.3699, 0.1447, 0.3606, 0.1427, 0.4202, 0.7121, 0.2895],
    ("ep", "self", "LIME"): [0.1438, 0.0782, 0.0683, 0.0475, 0.0202, 0.5000, 0.1006],
    ("ep", "occlusion", "LIME"): [0.2118, 0.0940, 0.1090, 0.0575, 0.0382, 0.5106, 0.1462],
}


@pytest.mark.parametrize(("form", "first", "second"), PUBLISHED)
def test_gpt4o_as_published(data: Path, form: str, first: str, second: str) -> None:
    pairs = zip(stored(data, first, form), stored(data, second, form), strict=True)
    rows = np.array([astuple(agreement(a, b, compat="official")) for a, b in pairs])
    assert len(rows) == 100
    # The release leaves out sentences without a rank correlation, too.
    assert np.nanmean(rows, axis=0).round(4).tolist() == PUBLISHED[form, first, second]


def test_the_published_agreement_is_mostly_shared_noise(data: Path) -> None:
    form = {}
    for name in ("pe", "ep"):
        noisy = list(zip(stored(data, "self", name), stored(data, "occlusion", name), strict=True))
        equal = sum(int((a == b).sum()) for a, b in noisy) / sum(len(a) for a, _ in noisy)
        # Answers have three decimals; what lies below them is the noise.
        clean = [tuple(np.floor(values * 1000 + 1e-9) for values in pair) for pair in noisy]
        rows = np.array([astuple(agreement(a, b)) for a, b in clean])
        form[name] = (equal, rows)
    equal, rows = form["pe"]
    assert equal == pytest.approx(0.415, abs=5e-4)
    assert rows[:, 0].mean() == pytest.approx(0.3131, abs=5e-5)
    assert np.nanmean(rows[:, 4]) == pytest.approx(0.3589, abs=5e-5)
    # Explain first: all occlusion scores are zero, no sentence has an order to compare, no word a sign.
    equal, rows = form["ep"]
    assert equal == pytest.approx(0.638, abs=5e-4)
    assert np.isnan(rows[:, 4]).all()
    assert rows[:, 2].max() == 0
