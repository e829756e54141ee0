"""WASSA's and OMG-Empathy's scores: the correct ones, and the released scorers with their faults."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentio.errors import ScoreError
from sentio.metrics.correlation import ccc, pearson
from sentio.metrics.empathy import score_track, score_valence

Valence = dict[str, NDArray[np.float64]]


def grid(listeners: int, stories: int, seed: int) -> Valence:
    """Random valence of 20 to 40 frames for every listener and story."""
    random = np.random.default_rng(seed)
    frames = random.integers(20, 40, size=stories + 1)
    return {
        f"Subject_{listener}_Story_{story}": random.uniform(-1, 1, frames[story])
        for listener in range(1, listeners + 1)
        for story in range(1, stories + 1)
    }


def noisy(gold: Valence, seed: int) -> Valence:
    random = np.random.default_rng(seed)
    return {name: valence + random.normal(0, random.random(), len(valence)) for name, valence in gold.items()}


def test_official_track_score_is_the_mean_of_rounded_parts() -> None:
    random = np.random.default_rng(4)
    gold = {name: random.random(40) for name in ("empathy", "polarity", "intensity")}
    predicted = {name: each + random.normal(0, 0.3, 40) for name, each in gold.items()}
    exact = [pearson(gold[name], predicted[name]) for name in gold]
    assert score_track(gold, predicted).mean == pytest.approx(np.mean(exact), abs=1e-15)
    for decimals in (4, 3):
        official = score_track(gold, predicted, compat="official", decimals=decimals)
        assert list(official.parts.values()) == [round(r, decimals) for r in exact]
        assert official.mean == sum(round(r, decimals) for r in exact) / 3
        assert official.mean != score_track(gold, predicted).mean


def test_a_constant_prediction_is_undefined_but_officially_zero() -> None:
    gold = {"empathy": [1, 2, 3], "distress": [1, 2, 3]}
    predicted = {"empathy": [2, 2, 2], "distress": [1, 2, 3]}
    assert np.isnan(score_track(gold, predicted).mean)
    assert score_track(gold, predicted, compat="official").mean == 0.5


def test_a_refusal_is_an_error_but_officially_an_answer_of_zero() -> None:
    gold, predicted = {"empathy": [1, 2, 3]}, {"empathy": [1, np.nan, 3]}
    with pytest.raises(ScoreError, match="item 1 is NaN"):
        score_track(gold, predicted)
    assert score_track(gold, predicted, compat="official").mean == round(pearson([1, 2, 3], [1, 0, 3]), 4)


def test_targets_are_paired_by_name() -> None:
    gold = {"empathy": [1, 2, 3, 4], "distress": [4, 1, 3, 2]}
    assert score_track(gold, dict(reversed(gold.items()))).mean == pytest.approx(1)
    with pytest.raises(ScoreError, match="targets differ: missing distress, too many polarity"):
        score_track(gold, {"empathy": [1, 2, 3, 4], "polarity": [4, 1, 3, 2]})
    with pytest.raises(ScoreError, match="no targets"):
        score_track({}, {})


@given(st.integers(0, 999))
def test_on_a_complete_grid_both_tracks_are_the_mean_over_files(seed: int) -> None:
    gold = grid(10, 3, seed)
    predicted = noisy(gold, seed)
    tracks = score_valence(gold, predicted)
    files = [ccc(gold[name], predicted[name]) for name in gold]
    assert tracks.personalized == pytest.approx(tracks.generalized)
    assert tracks.personalized == pytest.approx(np.mean(files))
    assert (len(tracks.by_listener), len(tracks.by_story), len(tracks.by_recording)) == (10, 3, 30)


def test_with_a_file_missing_the_tracks_differ() -> None:
    gold = grid(10, 3, seed=1)
    del gold["Subject_4_Story_2"]
    tracks = score_valence(gold, noisy(gold, seed=2))
    scores = tracks.by_recording
    by_listener = [np.mean([score for (who, _), score in scores.items() if who == each]) for each in range(1, 11)]
    by_story = [np.mean([score for (_, what), score in scores.items() if what == each]) for each in range(1, 4)]
    assert tracks.personalized == pytest.approx(np.mean(by_listener))
    assert tracks.generalized == pytest.approx(np.mean(by_story))
    assert tracks.personalized != pytest.approx(tracks.generalized, abs=1e-6)


def test_the_order_of_files_does_not_matter_and_listeners_sort_as_numbers() -> None:
    gold = grid(10, 3, seed=3)
    predicted = noisy(gold, seed=4)
    shuffled = {f"{name}.csv": predicted[name] for name in sorted(predicted)}
    assert next(iter(shuffled)) == "Subject_10_Story_1.csv"
    tracks = score_valence(gold, shuffled)
    assert tracks == score_valence(gold, predicted)
    assert list(tracks.by_listener) == list(range(1, 11))
    assert score_valence(gold, shuffled, compat="official") == tracks


def test_missing_extra_unequal_and_unreadable_files_are_refused() -> None:
    gold = grid(3, 2, seed=5)
    fewer = dict(list(gold.items())[1:])
    short = gold | {"Subject_1_Story_1": gold["Subject_1_Story_1"][:-1]}
    cases: list[tuple[Valence, Valence, str]] = [
        (gold, fewer, r"recordings differ: missing \(1, 1\), too many none"),
        (fewer, gold, r"missing none, too many \(1, 1\)"),
        (gold, short, "items on one side"),
        (gold, gold | {"Subject_1": gold["Subject_1_Story_1"]}, "no name of a recording"),
        (gold, gold | {"Subject_01_Story_1": gold["Subject_1_Story_1"]}, "two files for listener 1 and story 1"),
        ({}, {}, "no recordings"),
    ]
    for wanted, found, cause in cases:
        with pytest.raises(ScoreError, match=cause):
            score_valence(wanted, found)


def test_the_official_scorer_pairs_by_position_in_silence() -> None:
    """One prediction missing and another too many: every file between the two is scored against its neighbour."""
    random = np.random.default_rng(6)
    gold = {f"Subject_{who}_Story_1": random.uniform(-1, 1, 30) for who in range(1, 6)}
    wrong = {name: valence for name, valence in gold.items() if name != "Subject_1_Story_1"}
    wrong["Subject_6_Story_1"] = random.uniform(-1, 1, 30)
    with pytest.raises(ScoreError, match="recordings differ"):
        score_valence(gold, wrong)
    official = score_valence(gold, wrong, compat="official")
    neighbours = list(wrong.values())
    expected = [ccc(valence, other) for valence, other in zip(gold.values(), neighbours, strict=True)]
    assert list(official.by_recording.values()) == pytest.approx(expected)
    assert official.personalized < 0.5
    assert score_valence(gold, gold).personalized == 1


def test_the_official_scorer_ignores_what_is_left_over_and_fails_on_what_is_missing() -> None:
    gold = grid(3, 2, seed=7)
    more = gold | {"Subject_9_Story_1": np.zeros(5)}
    assert score_valence(gold, more, compat="official").personalized == 1
    fewer = dict(list(gold.items())[1:])
    with pytest.raises(ScoreError, match="6 recordings, but predictions for 5"):
        score_valence(gold, fewer, compat="official")
    with pytest.raises(ScoreError, match="unequal numbers of stories"):
        score_valence(fewer, fewer, compat="official")


def test_the_official_scorer_takes_a_listeners_nth_story_for_the_nth_story() -> None:
    """Listener 2 heard stories 1 and 3, the others 1 and 2: the third story's score counts as the second's."""
    random = np.random.default_rng(8)
    names = [(1, 1), (1, 2), (2, 1), (2, 3)]
    gold = {f"Subject_{who}_Story_{what}": random.uniform(-1, 1, 25) for who, what in names}
    predicted = noisy(gold, seed=9)
    right, official = score_valence(gold, predicted), score_valence(gold, predicted, compat="official")
    assert set(right.by_story) == {1, 2, 3}
    assert set(official.by_story) == {1, 2}
    assert official.by_story[2] == pytest.approx((right.by_story[2] + right.by_story[3]) / 2)


def test_the_interval_is_a_bootstrap_over_recordings() -> None:
    gold = grid(10, 3, seed=10)
    tracks = score_valence(gold, noisy(gold, seed=11))
    values = np.array(list(tracks.by_recording.values()))
    random = np.random.default_rng(1)
    drawn = [random.choice(values, len(values)).mean() for _ in range(4_000)]
    low, high = tracks.interval(resamples=4_000)
    assert [low, high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.01)
    assert low < tracks.personalized < high
    assert tracks.interval(resamples=4_000) == (low, high)


def test_frozen_valence_scores_zero() -> None:
    gold, frozen = {"Subject_1_Story_1": [0.1, 0.2, 0.3]}, {"Subject_1_Story_1": [0.2, 0.2, 0.2]}
    assert score_valence(gold, frozen).generalized == 0
    assert score_valence(gold, frozen, compat="official").generalized == 0


@pytest.mark.parametrize("wrong", [{"confidence": 1.5}, {"confidence": 0.0}, {"resamples": 0}])
def test_an_interval_needs_resamples_and_a_confidence(wrong: dict[str, Any]) -> None:
    tracks = score_valence({"Subject_1_Story_1": [0, 1]}, {"Subject_1_Story_1": [0, 1]})
    with pytest.raises(ScoreError, match="confidence"):
        tracks.interval(**wrong)
