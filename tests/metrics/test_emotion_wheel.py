"""Open-vocabulary set scores: published figures on OV-MERD, a loop over samples as oracle, and bad input."""

import csv
import json
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
from sentio.metrics.emotion_wheel import GroupingScore, WheelScores, wheel_scores
from sentio.metrics.label_sets import SAMPLES_AT_ONCE
from sentio.metrics.open_vocabulary_labels import parse_labels
from sentio.metrics.wheels import GROUPINGS, LEVEL_1, LEVEL_2, Wheels

PERF = runpy.run_path(str(Path(__file__).parents[2] / "perf" / "emotion_wheel.py"))
TABLES: Wheels = PERF["random_tables"](random.Random(0))
LABELS = [*random.Random(1).sample(sorted(TABLES.words), 80), "neutral", "outside", "far outside"]

lists = st.lists(st.sampled_from(LABELS), max_size=5)
samples = st.lists(st.tuples(lists, lists), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def ov_merd(data: Path) -> dict[str, tuple[str, ...]]:
    return answers(data / "mer" / "mer2024_ov" / "check-openset.csv")


@pytest.fixture(scope="module")
def example(data: Path, ov_merd: dict[str, tuple[str, ...]]) -> WheelScores:
    """The example predictions released with MER2024, scored with the tables of MER2026."""
    predicted = answers(data / "mer" / "mer2024_ov" / "predict-openset.csv")
    return score(ov_merd, predicted, emotion_wheels.read(data, "mer2026"))


def answers(path: Path) -> dict[str, tuple[str, ...]]:
    with path.open(encoding="utf8", newline="") as file:
        return {row["name"]: parse_labels(row["openset"]) for row in csv.DictReader(file)}


def score(gold: dict[str, tuple[str, ...]], predicted: dict[str, tuple[str, ...]], wheels: Wheels) -> WheelScores:
    return wheel_scores(list(gold.values()), [predicted[name] for name in gold], wheels)


def test_the_figures_of_mer_2026_to_the_last_digit(example: WheelScores) -> None:
    assert example.edition == "mer2026"
    f1 = {grouping: round(100 * one.f1, 2) for grouping, one in example.groupings.items()}
    assert [f1["M1"], f1["M2"]] == [29.12, 32.80]
    assert [f1[grouping] for grouping in LEVEL_1] == [56.40, 57.73, 55.45, 54.82, 52.90]
    assert [round(100 * figure, 4) for figure in (example.f_s, example.p_s, example.r_s)] == [55.4608, 56.0524, 54.9187]
    assert [round(100 * figure, 4) for figure in (example.f_level_2, example.m_avg)] == [42.4583, 45.9600]
    assert round(100 * example.mer2025, 4) == 48.9595


def test_kept_samples_are_counted(example: WheelScores) -> None:
    kept = {grouping: one.kept for grouping, one in example.groupings.items()}
    assert [kept["M1"], kept["M2"]] == [331, 331]
    assert [kept[grouping] for grouping in LEVEL_1] == [327, 328, 324, 327, 316]
    assert [kept[grouping] for grouping in LEVEL_2] == [327, 328, 324, 327, 316]
    assert all(one.kept + one.skipped == 332 for one in example.groupings.values())


@pytest.mark.parametrize("edition", ["mer2025", "mer2026"])
def test_gold_against_itself_is_a_hundred(
    edition: emotion_wheels.Edition, data: Path, ov_merd: dict[str, tuple[str, ...]]
) -> None:
    itself = score(ov_merd, ov_merd, emotion_wheels.read(data, edition))
    assert {(one.precision, one.recall, one.f1) for one in itself.groupings.values()} == {(1.0, 1.0, 1.0)}


def test_ten_models_score_what_was_recomputed_for_them(data: Path, ov_merd: dict[str, tuple[str, ...]]) -> None:
    reference = json.loads((data / "mer" / "reference_scores.json").read_text("utf8"))["scores"]["nosubtitle"]
    wheels = emotion_wheels.read(data, "mer2025")
    assert len(reference) == 10
    for model, expected in reference.items():
        file = data / "mer" / "ovmerd_outputs" / "nosubtitle" / f"{model}.json"
        predicted = {name: parse_labels(text) for name, text in json.loads(file.read_text("utf8"))["labels"].items()}
        scores = score(ov_merd, predicted, wheels)
        found = {grouping: round(100 * one.f1, 4) for grouping, one in scores.groupings.items()}
        assert found == {grouping: expected[grouping] for grouping in GROUPINGS}
        # The reference's means are of rounded figures: the fourth digit of one of twenty is one less.
        assert [100 * scores.m_avg, 100 * scores.f_s] == pytest.approx([expected["M-avg"], expected["F_s"]], abs=1e-4)


def test_ov_merd_has_what_its_paper_counts(data: Path, ov_merd: dict[str, tuple[str, ...]]) -> None:
    wheels = emotion_wheels.read(data)
    labels = [label for of_clip in ov_merd.values() for label in of_clip]
    assert len(set(labels)) == 248
    assert round(len(labels) / len(ov_merd), 2) == 3.38
    histogram = {1: 13, 2: 97, 3: 94, 4: 61, 5: 36, 6: 19, 7: 4, 8: 6, 9: 2}
    assert Counter(map(len, ov_merd.values())) == histogram
    assert round(sum(label not in wheels.words for label in labels) / len(labels), 3) == 0.130
    lost = [name for name, of_clip in ov_merd.items() if not any(wheels.group(label, "M1") for label in of_clip)]
    assert lost == ["sample_00001717"]


@given(samples, st.booleans())
def test_every_grouping_is_the_loop_over_samples(pairs: list[tuple[list[str], list[str]]], strict: bool) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    scores = wheel_scores(gold, predicted, TABLES, strict_coverage=strict)
    for grouping, found in scores.groupings.items():

        def group(label: str, grouping: str = grouping) -> str | None:
            return "neutral" if strict and label == "neutral" else TABLES.group(label, grouping)

        precision, recall, kept = PERF["loop"](gold, predicted, group, strict)
        assert (found.kept, found.skipped) == (kept, len(gold) - kept)
        assert found.precision == pytest.approx(precision, nan_ok=True)
        assert found.recall == pytest.approx(recall, nan_ok=True)
        for lists_of, share in ((gold, found.gold_coverage), (predicted, found.predicted_coverage)):
            names = [group(label) for of_sample in lists_of for label in of_sample]
            assert share == pytest.approx(1 - names.count(None) / len(names) if names else math.nan, nan_ok=True)


def test_more_samples_than_are_compared_at_a_time() -> None:
    source = random.Random(2)
    gold, predicted = (PERF["random_labels"](source, TABLES, SAMPLES_AT_ONCE + 100) for _ in range(2))
    gold[SAMPLES_AT_ONCE - 1] = predicted[SAMPLES_AT_ONCE] = ()
    found = wheel_scores(gold, predicted, TABLES, groupings=["M2"]).groupings["M2"]
    precision, recall, kept = PERF["loop"](gold, predicted, lambda label: TABLES.group(label, "M2"))
    assert (found.precision, found.recall) == pytest.approx((precision, recall))
    assert found.kept == kept


@given(samples, st.randoms(use_true_random=False))
def test_order_and_repetition_of_labels_and_samples_do_not_matter(
    pairs: list[tuple[list[str], list[str]]], shuffled: random.Random
) -> None:
    before = wheel_scores([g for g, _ in pairs], [p for _, p in pairs], TABLES, strict_coverage=True)
    again = [(shuffled.sample(g * 2, 2 * len(g)), [label.upper() + " " for label in p]) for g, p in pairs]
    shuffled.shuffle(again)
    after = wheel_scores([g for g, _ in again], [p for _, p in again], TABLES, strict_coverage=True)
    for grouping, one in before.groupings.items():
        assert after.groupings[grouping].f1 == pytest.approx(one.f1, nan_ok=True)
        assert after.groupings[grouping].kept == one.kept


@given(samples)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(pairs: list[tuple[list[str], list[str]]]) -> None:
    # True where no sample is skipped: an empty set on either side scores 0 or is left out.
    known = [(["word1", *g], ["word2", *p]) for g, p in pairs]
    gold, predicted = [g for g, _ in known], [p for _, p in known]
    there = wheel_scores(gold, predicted, TABLES, groupings=["M1"]).groupings["M1"]
    back = wheel_scores(predicted, gold, TABLES, groupings=["M1"]).groupings["M1"]
    assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision))


def test_f1_is_of_the_mean_precision_and_the_mean_recall() -> None:
    # One sample with P 1, R 1/2, one with P 1/2, R 1: F1 of each is 2/3, of the means 3/4.
    gold, predicted = [["word1", "word2"], ["word1"]], [["word1"], ["word1", "word2"]]
    (one,) = wheel_scores(gold, predicted, TABLES, groupings=["M1"]).groupings.values()
    assert (one.precision, one.recall, one.f1) == (0.75, 0.75, 0.75)


def test_an_empty_answer_scores_nothing_and_is_kept() -> None:
    (one,) = wheel_scores([["word1"], ["word1"]], [[], ["word1"]], TABLES, groupings=["M1"]).groupings.values()
    assert (one.precision, one.recall, one.kept) == (0.5, 0.5, 2)
    (one,) = wheel_scores([["word1"]], [["word2"]], TABLES, groupings=["M1"]).groupings.values()
    assert one.f1 == 0.0


def test_neutral_counts_under_strict_coverage_only() -> None:
    gold, predicted = [["neutral"], ["word1", "outside"]], [["neutral"], ["word1", "outside"]]
    published = wheel_scores(gold, predicted, TABLES, groupings=["M1"]).groupings["M1"]
    strict = wheel_scores(gold, predicted, TABLES, groupings=["M1"], strict_coverage=True).groupings["M1"]
    assert (published.recall, published.kept, published.gold_coverage) == (1.0, 1, 1 / 3)
    assert (strict.recall, strict.kept, strict.gold_coverage) == (0.75, 2, 2 / 3)


def test_without_a_kept_sample_the_score_is_nan() -> None:
    scores = wheel_scores([["outside"]], [["word1"]], TABLES, groupings=LEVEL_1)
    assert math.isnan(scores.f_s)
    assert math.isnan(scores.p_s)
    assert {one.kept for one in scores.groupings.values()} == {0}
    nothing: list[list[str]] = [[]]
    assert math.isnan(wheel_scores(nothing, nothing, TABLES).m_avg)


def test_figures_are_means_of_their_groupings() -> None:
    score_of = {grouping: number / 100 for number, grouping in enumerate(GROUPINGS)}
    scores = WheelScores("mine", False, 1, {g: GroupingScore(f, f, 1, 0, 1.0, 1.0) for g, f in score_of.items()})
    assert scores.f_s == pytest.approx(0.04)
    assert scores.f_level_2 == pytest.approx(0.09)
    assert scores.mer2025 == pytest.approx(0.065)
    assert scores.m_avg == pytest.approx(0.055)


@pytest.mark.parametrize(
    ("gold", "predicted", "options", "message"),
    [
        ([["word1"]], [], {}, "1 gold samples against 0"),
        ([], [], {}, "no samples"),
        (["word1"], [["word1"]], {}, "list of words, not text"),
        ([["word1"]], [None], {}, "list of words"),
        ([[["word1"]]], [["word1"]], {}, "list of words"),
        ([["word1"]], [[None]], {}, "must be a word, not None"),
        ([["word1"]], [[math.nan]], {}, "must be a word, not nan"),
        ([["word1"]], [[" "]], {}, "must be a word, not ' '"),
        ([["word1"]], [["word1"]], {"groupings": ["M3-W6-L1"]}, "M3-W6-L1"),
        ([["word1"]], [["word1"]], {"groupings": []}, "not none"),
    ],
)
def test_what_cannot_be_scored_is_one_line(gold: Any, predicted: Any, options: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=message) as error:
        wheel_scores(gold, predicted, TABLES, **options)
    assert "\n" not in str(error.value)


def test_a_figure_whose_groupings_were_not_scored_says_so() -> None:
    scores = wheel_scores([["word1"]], [["word1"]], TABLES, groupings=LEVEL_1)
    with pytest.raises(ScoreError, match="needs the groupings M1, M2"):
        _ = scores.m_avg
