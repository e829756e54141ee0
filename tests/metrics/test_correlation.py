"""Correlation against scipy and torchmetrics, hand cases, refusals, and measured correlations of corpora."""

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from torchmetrics.functional.regression import concordance_corrcoef

from sentio.errors import MissingExtra, ScoreError
from sentio.metrics.correlation import answered_by_all, ccc, mae, pearson, rmse, score_regression, spearman

Floats = NDArray[np.float64]

scores = arrays(np.float64, 30, elements=st.integers(-40, 40).map(lambda tenths: tenths / 10))


@given(scores, scores)
def test_correlations_are_scipys(gold: Floats, predicted: Floats) -> None:
    assume(np.ptp(gold) > 0 and np.ptp(predicted) > 0)
    assert pearson(gold, predicted) == pytest.approx(stats.pearsonr(gold, predicted).statistic, abs=1e-12)
    assert spearman(gold, predicted) == pytest.approx(stats.spearmanr(gold, predicted).statistic, abs=1e-12)


@given(scores, scores)
def test_errors_are_scikit_learns(gold: Floats, predicted: Floats) -> None:
    assert mae(gold, predicted) == pytest.approx(mean_absolute_error(gold, predicted))
    assert rmse(gold, predicted) == pytest.approx(root_mean_squared_error(gold, predicted))


@given(scores, scores)
def test_concordance_is_torchmetrics(gold: Floats, predicted: Floats) -> None:
    """torchmetrics takes sample moments for the variances and covariance: n / (n - 1) on all but the means."""
    assume(np.ptp(gold) > 0 and np.ptp(predicted) > 0)
    apart = (gold.mean() - predicted.mean()) ** 2
    spread = gold.var() + predicted.var()
    unbiased = 30 / 29
    to_sample = unbiased * (spread + apart) / (unbiased * spread + apart)
    theirs = concordance_corrcoef(torch.tensor(predicted), torch.tensor(gold)).item()
    assert ccc(gold, predicted) * to_sample == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ((1, 2, 3), (1, 2, 3), 1.0),
        ((1, 2, 3), (3, 2, 1), -1.0),
        ((1, 2, 3), (2, 3, 4), 0.571429),
        ((1, 2, 3), (2, 2, 2), 0.0),
        ((0, 0, 1, 1), (0, 0.5, 0.5, 1), 0.666667),
        ((0, 0), (0, 0), 0.0),
    ],
)
def test_concordance_by_hand(gold: tuple[float, ...], predicted: tuple[float, ...], expected: float) -> None:
    assert round(ccc(gold, predicted), 6) == expected


def test_concordance_of_a_constant_is_zero_whatever_its_mean_rounds_to() -> None:
    for constant in (0.1, 1e-300, 1e8 + 0.1):
        assert ccc(np.full(7, constant), np.full(7, constant)) == 0
        assert ccc(np.arange(7), np.full(7, constant)) == 0


@given(scores, scores)
def test_concordance_is_at_most_pearson_and_symmetric(gold: Floats, predicted: Floats) -> None:
    assume(np.ptp(gold) > 0 and np.ptp(predicted) > 0)
    assert abs(ccc(gold, predicted)) <= abs(pearson(gold, predicted)) + 1e-12
    assert ccc(gold, predicted) == pytest.approx(ccc(predicted, gold))


@pytest.mark.parametrize("power", [-1000, -660, 660, 1020])
@given(scores, scores)
def test_scores_of_any_size_are_scored_as_ordinary_ones(power: int, gold: Floats, predicted: Floats) -> None:
    """Squares of 2^660 and of 2^-660 (1e±198) are no doubles; in powers of two nothing else changes to the last bit."""
    factor = 2.0**power
    assert rmse(gold * factor, predicted * factor) == rmse(gold, predicted) * factor
    assert mae(gold * factor, predicted * factor) == mae(gold, predicted) * factor
    assert ccc(gold * factor, predicted * factor) == ccc(gold, predicted)
    assert pearson(gold * factor, predicted) == pytest.approx(pearson(gold, predicted), nan_ok=True)


def test_scores_of_any_size_by_hand() -> None:
    for size in (1e-200, 1e200):
        gold, predicted = np.array([1, 2, 3]) * size, np.array([2, 3, 4]) * size
        assert ccc(gold, predicted) == pytest.approx(0.571429, abs=1e-6)
        assert rmse(gold, predicted) == pytest.approx(size)
        assert mae(gold, predicted) == pytest.approx(size)
        assert pearson(gold, predicted) == pytest.approx(1)
    # Half of the largest double, apart by all of it.
    assert rmse([-8e307, 8e307], [8e307, -8e307]) == pytest.approx(1.6e308)


def test_correlation_of_a_constant_is_undefined() -> None:
    for metric in (pearson, spearman):
        assert np.isnan(metric([1, 2, 3], [0.1, 0.1, 0.1]))
        assert np.isnan(metric([1], [2]))


@pytest.mark.parametrize("metric", [pearson, spearman, ccc, mae, rmse])
@pytest.mark.parametrize(
    ("gold", "predicted", "cause"),
    [
        ([1, 2], [1], "2 items on one side, 1 on the other"),
        ([], [], "one number an item"),
        ([1.0, np.nan], [1, 2], "gold: item 1 is NaN"),
        ([1, 2], [np.nan, 2.0], "predictions: item 0 is NaN"),
        ([1, 2], [1.0, np.inf], "predictions: item 1 is infinite"),
        ([1, 2], ["one", "two"], "not a list of numbers"),
        ([[1, 2]], [[1, 2]], "shape"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    metric: Callable[[object, object], float], gold: list[float], predicted: list[float], cause: str
) -> None:
    with pytest.raises(ScoreError, match=cause):
        metric(gold, predicted)


@pytest.mark.parametrize("metric", [pearson, spearman])
def test_without_scipy_the_message_is_the_pip_line(
    metric: Callable[[object, object], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(MissingExtra, match=r"sentio\[eval\]"):
        metric([1, 2, 3], [1, 2, 4])
    assert ccc([1, 2, 3], [1, 2, 3]) == 1


@given(scores, scores, st.integers(1, 29))
def test_refusals_change_nothing_but_their_rate(gold: Floats, predicted: Floats, refused: int) -> None:
    """EmoNet-Voice's check: half of the answers refused leave r as that of the others."""
    answers = predicted.copy()
    answers[:refused] = np.nan
    found = score_regression(gold, answers)
    rest = score_regression(gold[refused:], predicted[refused:])
    assert found.refusals == pytest.approx(refused / 30)
    assert (found.items, rest.items, rest.refusals) == (30, 30 - refused, 0)
    for metric in ("pearson", "spearman", "ccc", "mae", "rmse"):
        assert getattr(found, metric) == pytest.approx(getattr(rest, metric), nan_ok=True)


def test_perfect_answers_half_of_them_refused() -> None:
    found = score_regression([0, 5, 10, 0], [0, 5, None, None])
    assert (found.refusals, found.mae, found.rmse) == (0.5, 0, 0)
    assert found.pearson == pytest.approx(1)
    assert np.isnan(score_regression([0, 5], [3, 3]).pearson)
    with pytest.raises(ScoreError, match="gold: item 0 is NaN"):
        score_regression([np.nan, 1.0], [1, None])


def test_items_that_no_system_refused() -> None:
    assert answered_by_all([[1, None, 3, 4], [1, 2, np.nan, 4], [0, 0, 0, 0]]).tolist() == [True, False, False, True]
    with pytest.raises(ScoreError, match="no predictions"):
        answered_by_all([])
    with pytest.raises(ScoreError, match="2 items"):
        answered_by_all([[1, 2], [1]])


@pytest.fixture(scope="module")
def explanations(data: Path) -> list[dict[str, str]]:
    """IMHI's rated explanations: 164 of ChatGPT, then 121 of GPT-3; the explanation under `explanation`."""
    rows = []
    for name in ("chatgpt_data", "chatgpt_false_data", "gpt3_data"):
        path = data / "imhi" / "human_evaluation" / "DR_annotation" / f"{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
        rows += [row | {"explanation": row[list(row)[2]]} for row in table]
    return rows


def similarity(rows: list[dict[str, str]], measure: str) -> list[float]:
    """How like the post an explanation is, or how long."""
    import sacrebleu
    from rouge_score.rouge_scorer import RougeScorer

    if measure == "length":
        return [len(row["explanation"].split()) for row in rows]
    if measure == "bleu":
        return [sacrebleu.sentence_bleu(row["explanation"], [row["text"]]).score for row in rows]
    scorer = RougeScorer([measure], use_stemmer=False)
    return [scorer.score(row["text"], row["explanation"])[measure].fmeasure for row in rows]


@pytest.mark.parametrize(
    ("measure", "expected", "pooled"),
    [
        ("rouge1", (0.389, 0.327, 0.477), 0.718),
        ("rouge2", (0.306, 0.255, 0.361), None),
        ("rougeL", (0.452, 0.382, 0.509), None),
        ("bleu", (0.453, 0.344, 0.554), None),
        ("length", (0.111, -0.020, 0.207), 0.708),
    ],
)
def test_spearman_of_imhis_explanations(
    explanations: list[dict[str, str]], measure: str, expected: tuple[float, ...], pooled: float | None
) -> None:
    found = similarity(explanations, measure)
    means = {
        aspect: [float(np.mean(json.loads(row[aspect]))) for row in explanations]
        for aspect in ("overall", "reliability", "completeness")
    }
    assert tuple(round(spearman(each[:164], found[:164]), 3) for each in means.values()) == expected
    if pooled is not None:
        assert round(spearman(means["overall"], found), 3) == pooled


@pytest.fixture(scope="module")
def essays(data: Path) -> list[dict[str, str]]:
    """The 1,860 essays of Empathic Reactions."""
    with (data / "wassa" / "empathic_reactions_messages.csv").open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def test_empathy_and_distress_of_the_essays(essays: list[dict[str, str]]) -> None:
    empathy, distress = (np.array([float(row[name]) for row in essays]) for name in ("empathy", "distress"))
    assert (len(essays), round(empathy.mean(), 4), round(empathy.std(), 4)) == (1_860, 3.6999, 1.8249)
    assert (round(distress.mean(), 4), round(distress.std(), 4)) == (3.7311, 1.8910)
    assert round(pearson(empathy, distress), 4) == 0.4509


@pytest.mark.parametrize(("target", "expected"), [("empathy", 0.4680), ("distress", 0.4990)])
def test_a_lexicons_mean_over_an_essay(data: Path, essays: list[dict[str, str]], target: str, expected: float) -> None:
    with (data / "lexica" / f"{target}_lexicon.txt").open(encoding="utf8", newline="") as file:
        lexicon = {row[0]: float(row[1]) for row in list(csv.reader(file))[1:]}
    means = []
    for row in essays:
        found = [lexicon[word] for word in re.findall("[a-z']+", row["essay"].lower()) if word in lexicon]
        means.append(float(np.mean(found)) if found else 3.0)
    assert round(pearson([float(row[target]) for row in essays], means), 4) == expected
