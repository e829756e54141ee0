"""Resampling against every possible resample, against row-by-row loops, and against what theory says."""

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from sentio.errors import ScoreError
from sentio.metrics import significance
from sentio.metrics.classification import accuracy, macro_f1, uar, weighted_f1
from sentio.metrics.confusion import Measure, confusion
from sentio.metrics.significance import How, Interval, compare, drawn, interval, outcomes, randomisation_p

CLASSES = ("anger", "joy", "neutral")
MEASURES = (accuracy, weighted_f1, macro_f1, uar)
Rows = list[str]


def systems(seed: int, rows: int, *rights: float) -> tuple[Rows, ...]:
    """Gold labels and the answers of systems, each right on the given share of the rows."""
    random = np.random.default_rng(seed)
    gold = random.choice(CLASSES, rows, p=[0.2, 0.3, 0.5])
    answers = [np.where(random.random(rows) < right, gold, random.choice((*CLASSES, "?"), rows)) for right in rights]
    return tuple(column.tolist() for column in (gold, *answers))


def dialogues(rows: int, length: int) -> Rows:
    return [f"dialogue {row // length}" for row in range(rows)]


def by_loop(measure: Measure, gold: Rows, predicted: Rows, chosen: NDArray[np.intp]) -> float:
    return confusion([gold[i] for i in chosen], [predicted[i] for i in chosen], CLASSES).score(measure)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("clustered", [False, True])
def test_quantiles_are_those_of_every_possible_resample(measure: Measure, clustered: bool) -> None:
    """Five units give 5^5 equally likely resamples: the exact distribution of the difference."""
    length = 3 if clustered else 1
    gold, first, second = systems(7, 5 * length, 0.8, 0.4)
    units = np.arange(5 * length).reshape(5, length)
    exact = np.array([
        by_loop(measure, gold, first, rows) - by_loop(measure, gold, second, rows)
        for rows in (units[list(chosen)].ravel() for chosen in product(range(5), repeat=5))
    ])  # fmt: skip
    data = outcomes(gold, first, second, classes=CLASSES, clusters=dialogues(len(gold), 3) if clustered else None)
    for level in (0.5, 0.8, 0.95):
        found = compare(data, measure, draws=20_000, level=level)
        # A drawn quantile lies between the exact ones a little to either side.
        for edge, share in ((found.low, (1 - level) / 2), (found.high, (1 + level) / 2)):
            below, above = np.quantile(exact, (max(share - 0.015, 0), min(share + 0.015, 1)))
            assert below - 1e-9 <= edge <= above + 1e-9


@pytest.mark.parametrize("clusters", [None, dialogues(300, 6)])
def test_an_interval_is_as_wide_as_a_row_by_row_loop_with_scikit_learn(clusters: Rows | None) -> None:
    gold, predicted = systems(1, 300, 0.6)
    units = np.arange(300).reshape(-1, 1 if clusters is None else 6)
    random = np.random.default_rng(5)
    peer = []
    for _ in range(600):
        rows = units[random.integers(0, len(units), len(units))].ravel()
        wanted, said = [gold[i] for i in rows], [predicted[i] for i in rows]
        peer.append(f1_score(wanted, said, labels=CLASSES, average="macro", zero_division=0))
    low, high = np.quantile(peer, (0.025, 0.975))
    found = interval(outcomes(gold, predicted, classes=CLASSES, clusters=clusters), macro_f1)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.015)
    assert found.score == pytest.approx(f1_score(gold, predicted, labels=CLASSES, average="macro", zero_division=0))


def test_accuracy_varies_as_a_binomial() -> None:
    gold, predicted = systems(2, 2000, 0.5)
    found = interval(outcomes(gold, predicted, classes=CLASSES), accuracy)
    width = 2 * 1.96 * np.sqrt(found.score * (1 - found.score) / 2000)
    assert found.high - found.low == pytest.approx(width, rel=0.05)


def test_dialogues_of_one_mood_widen_the_interval() -> None:
    """Ten equal rows a dialogue hold the information of one: the interval is sqrt(10) times as wide."""
    gold, predicted = systems(3, 400, 0.5)
    gold, predicted = ([label for label in column for _ in range(10)] for column in (gold, predicted))
    over_rows = interval(outcomes(gold, predicted, classes=CLASSES), accuracy)
    over_dialogues = interval(outcomes(gold, predicted, classes=CLASSES, clusters=dialogues(4000, 10)), accuracy)
    ratio = (over_dialogues.high - over_dialogues.low) / (over_rows.high - over_rows.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.1)


def test_pairing_narrows_the_interval_of_a_difference() -> None:
    gold, first = systems(4, 1000, 0.6)
    second = [*first[:-20], *gold[-20:]]
    paired = compare(outcomes(gold, second, first, classes=CLASSES), accuracy)
    single = interval(outcomes(gold, first, classes=CLASSES), accuracy)
    assert 0 < paired.low < paired.score < paired.high
    assert paired.high - paired.low < (single.high - single.low) / 2


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("clustered", [False, True])
def test_p_is_that_of_every_possible_exchange(measure: Measure, clustered: bool) -> None:
    length = 3 if clustered else 1
    gold, first, second = systems(11, 10 * length, 0.9, 0.4)
    observed = abs(by_loop(measure, gold, first, np.arange(len(gold))) - _score(measure, gold, second))
    as_large = []
    for swaps in product((False, True), repeat=10):
        swap = np.repeat(swaps, length)
        mixed = np.where(swap, second, first).tolist(), np.where(swap, first, second).tolist()
        shuffled = abs(_score(measure, gold, mixed[0]) - _score(measure, gold, mixed[1]))
        as_large.append(shuffled >= observed - 1e-12)
    data = outcomes(gold, first, second, classes=CLASSES, clusters=dialogues(len(gold), 3) if clustered else None)
    assert randomisation_p(data, measure, draws=20_000) == pytest.approx(np.mean(as_large), abs=0.015)


def _score(measure: Measure, gold: Rows, predicted: Rows) -> float:
    return by_loop(measure, gold, predicted, np.arange(len(gold)))


def test_p_of_no_difference_is_one_and_is_never_zero() -> None:
    gold, first, second = systems(5, 400, 0.95, 0.05)
    assert randomisation_p(outcomes(gold, first, first, classes=CLASSES), weighted_f1, draws=99) == 1
    assert randomisation_p(outcomes(gold, first, second, classes=CLASSES), weighted_f1, draws=99) == 0.01


def test_p_is_uniform_where_nothing_differs() -> None:
    """Two equally good systems are told apart at 0.1 about one time in ten."""
    found = []
    for seed in range(300):
        gold, first, second = systems(seed, 200, 0.6, 0.6)
        found.append(randomisation_p(outcomes(gold, first, second, classes=CLASSES), accuracy, draws=200))
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(found) == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize("clusters", [None, dialogues(300, 6)])
@pytest.mark.parametrize("test", [compare, randomisation_p])
def test_results_are_repeated_by_seed(clusters: Rows | None, test: Callable[..., Interval | float]) -> None:
    gold, first, second = systems(6, 300, 0.6, 0.55)
    run = partial(test, outcomes(gold, first, second, classes=CLASSES, clusters=clusters), macro_f1, draws=500)
    assert run(seed=1) == run(seed=1)
    assert run(seed=1) != run(seed=2)


@pytest.mark.parametrize("clusters", [None, dialogues(333, 3)])
@pytest.mark.parametrize("test", [compare, randomisation_p])
def test_memory_is_bounded_without_changing_results(
    test: Callable[..., Interval | float], clusters: Rows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold, first, second = systems(8, 333, 0.6, 0.5)
    data = outcomes(gold, first, second, classes=CLASSES, clusters=clusters)
    expected = test(data, accuracy, draws=499)
    for numbers in (1, 500, 3_000):
        monkeypatch.setattr(significance, "AT_ONCE", numbers)
        assert test(data, accuracy, draws=499) == expected


repeats_of_units = st.one_of(
    st.integers(1, 200).map(lambda units: [1] * units), st.lists(st.integers(1, 9), min_size=1, max_size=70)
)


@settings(max_examples=40)
@given(repeats_of_units, st.sampled_from(["again", "swapped"]), st.integers(1, 40), st.integers(1, 9))
def test_a_draw_is_the_same_in_whatever_part_it_comes(repeats: list[int], how: How, draws: int, at_once: int) -> None:
    units = np.array(repeats)
    whole = np.concatenate(list(drawn(units, how, draws, width=1, seed=3)))
    parts = list(drawn(units, how, draws, width=significance.AT_ONCE // at_once, seed=3))
    assert max(map(len, parts)) <= at_once
    assert (np.concatenate(parts) == whole).all()
    assert whole.shape == (draws, len(units))
    if how == "again":
        assert (whole.sum(axis=1) == units.sum()).all()
    else:
        assert ((whole >= 0) & (whole <= units)).all()


def test_half_of_the_units_change_places() -> None:
    """Every unit about as often, and no two units together more often than chance."""
    swapped = np.concatenate(list(drawn(np.ones(70, dtype=np.intp), "swapped", 20_000, width=70)))
    assert swapped.mean(axis=0) == pytest.approx(0.5, abs=0.02)
    assert np.abs(np.corrcoef(swapped.T) - np.eye(70)).max() < 0.04


def test_clusters_need_not_be_adjacent() -> None:
    gold, predicted = systems(9, 120, 0.6)
    names = dialogues(120, 4)
    order = np.random.default_rng(0).permutation(120)
    shuffled = [[column[i] for i in order] for column in (gold, predicted, names)]
    adjacent = interval(outcomes(gold, predicted, classes=CLASSES, clusters=names), accuracy)
    apart = interval(outcomes(shuffled[0], shuffled[1], classes=CLASSES, clusters=shuffled[2]), accuracy)
    assert (apart.low, apart.high) == pytest.approx((adjacent.low, adjacent.high), abs=0.01)


def test_what_cannot_be_resampled_is_refused() -> None:
    gold, first, second = systems(10, 20, 0.5, 0.5)
    one = outcomes(gold, first, classes=CLASSES)
    two = outcomes(gold, first, second, classes=CLASSES)
    refused: tuple[Callable[[], object], ...] = (
        lambda: outcomes(gold, classes=CLASSES),
        lambda: outcomes(gold, first, first, first, classes=CLASSES),
        lambda: outcomes(gold, first[:-1], classes=CLASSES),
        lambda: outcomes(gold, first, second[:-1], classes=CLASSES),
        lambda: outcomes(gold[:1], first[:1], classes=CLASSES),
        lambda: outcomes([], [], classes=CLASSES),
        lambda: outcomes(gold, first, classes=CLASSES, clusters=["a"] * 20),
        lambda: outcomes(gold, first, classes=CLASSES, clusters=["a", "b"]),
        lambda: outcomes(["hunger", *gold[1:]], first, classes=CLASSES),
        lambda: interval(two, accuracy),
        lambda: compare(one, accuracy),
        lambda: randomisation_p(one, accuracy),
        lambda: interval(one, accuracy, draws=0),
        lambda: interval(one, accuracy, level=95),
        lambda: randomisation_p(two, accuracy, draws=0),
        lambda: list(drawn(np.zeros(0, dtype=np.intp), "again", 1, width=1)),
    )
    for attempt in refused:
        with pytest.raises(ScoreError):
            attempt()
