"""HIT on MELD's label counts, against a loop over samples, and bad input."""

import math
import random
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.corpora import emotion_wheels
from sentio.errors import ScoreError
from sentio.metrics.hit_rate import hit_rate
from sentio.metrics.wheels import LEVEL_1, Wheels

PERF = runpy.run_path(str(Path(__file__).parents[2] / "perf" / "emotion_wheel.py"))
TABLES: Wheels = PERF["random_tables"](random.Random(0))
LABELS = [*random.Random(1).sample(sorted(TABLES.words), 40), "neutral", "outside"]
VALIDATION = Counter(neutral=470, joy=163, anger=153, surprise=150, sadness=111, fear=40, disgust=22)
"""MELD, validation part."""

samples = st.lists(
    st.tuples(st.sampled_from(LABELS), st.lists(st.sampled_from(LABELS), max_size=6)), min_size=1, max_size=30
)


def meld(data: Path, file: str) -> list[str]:
    import polars as pl

    return pl.read_csv(data / "meld" / file, columns=["Emotion"], encoding="utf8-lossy")["Emotion"].to_list()


@pytest.mark.parametrize(
    ("file", "kept"),
    [("dev_sent_emo.csv", [639, 639, 617, 639, 467]), ("train_sent_emo.csv", [5279, 5279, 5008, 5279, 3803])],
)
def test_meld_is_counted_without_what_the_wheels_lack(file: str, kept: list[int], data: Path) -> None:
    gold = meld(data, file)
    scores = hit_rate(gold, [["happy"]] * len(gold), emotion_wheels.read(data))
    assert [wheel.kept for wheel in scores.wheels] == kept
    assert {wheel.kept + wheel.skipped for wheel in scores.wheels} == {len(gold)}
    if file == "dev_sent_emo.csv":
        assert Counter(gold) == VALIDATION


def test_always_happy_on_meld(data: Path) -> None:
    gold = list(VALIDATION.elements())
    scores = hit_rate(gold, [["happy"]] * len(gold), emotion_wheels.read(data, "mer2026"))
    expected = [163 / 639, 163 / 639, 163 / 617, 163 / 639, 163 / 467]
    assert [wheel.hit_rate for wheel in scores.wheels] == pytest.approx(expected, abs=1e-15)
    assert round(scores.hit, 5) == 0.27570
    assert scores.m_score == scores.hit  # one name a sample, and it is a candidate


def test_the_older_tables_take_fear_for_happiness(data: Path) -> None:
    # There "fear" is a form of "fearless", which two wheels group with "happy" (and two more with other joys).
    gold = list(VALIDATION.elements())
    scores = hit_rate(gold, [["happy"]] * len(gold), emotion_wheels.read(data, "mer2025"))
    hits = [round(wheel.hit_rate * wheel.kept) for wheel in scores.wheels]
    assert hits == [163, 163 + 40, 163 + 40, 163, 163]


def test_strict_coverage_makes_it_an_accuracy_over_all_samples(data: Path) -> None:
    gold, wheels = list(VALIDATION.elements()), emotion_wheels.read(data)
    for answer, count in (("neutral", 470), ("happy", 163)):
        scores = hit_rate(gold, [[answer]] * len(gold), wheels, strict_coverage=True)
        assert {(wheel.kept, wheel.skipped) for wheel in scores.wheels} == {(1109, 0)}
        assert scores.hit == pytest.approx(count / 1109)
    assert math.isclose(hit_rate(gold, [["neutral"]] * len(gold), wheels).hit, 0)


@given(samples, st.booleans())
def test_hits_are_the_loop_over_samples(pairs: list[tuple[str, list[str]]], strict: bool) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    scores = hit_rate(gold, predicted, TABLES, strict_coverage=strict)
    for grouping, found in zip(LEVEL_1, scores.wheels, strict=True):

        def name(label: str, grouping: str = grouping) -> str | None:
            return "neutral" if strict and label == "neutral" else TABLES.group(label, grouping)

        candidates = {name(label) for label in gold} - {None}
        hits, m_scores = [], []
        for label, answer in pairs:
            if strict or name(label) is not None:
                given_names = {name(one) for one in answer} & candidates
                hits.append(float(name(label) in given_names))
                m_scores.append(hits[-1] / len(given_names) if given_names else 0.0)
        assert found.kept == len(hits)
        assert found.hit_rate == pytest.approx(sum(hits) / len(hits) if hits else math.nan, nan_ok=True)
        assert found.m_score == pytest.approx(sum(m_scores) / len(hits) if hits else math.nan, nan_ok=True)


def test_naming_every_emotion_hits_always_and_is_worth_little(data: Path) -> None:
    gold = ["joy", "anger", "sadness", "fear"]
    scores = hit_rate(gold, [gold] * 4, emotion_wheels.read(data))
    assert scores.hit == 1.0
    assert scores.m_score == 0.25


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (["word1"], [], "1 gold samples against 0"),
        ([], [], "no samples"),
        ([None], [["word1"]], "must be a word, not None"),
        (["word1"], ["word1"], "list of words, not text"),
        ([""], [["word1"]], "must be a word"),
    ],
)
def test_what_cannot_be_scored_is_one_line(gold: Any, predicted: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=message):
        hit_rate(gold, predicted, TABLES)
