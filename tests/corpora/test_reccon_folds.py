"""Fold 1 against the released files, and the rules that published models are to be judged by."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from sentio import corpora
from sentio.corpora.reccon_folds import CausePair, fold1
from sentio.metrics.extractive import (
    EntailmentScores,
    SpanScores,
    causal_entailment_scores,
    causal_span_scores,
)

EXAMPLE = Path(__file__).parent / "examples"
RELEASED = "reccon/{task}/fold1/dailydialog_{what}_valid_{context}"
Pairs = dict[str, list[CausePair]]


@pytest.fixture(scope="module")
def pairs(data: Path) -> Pairs:
    if not (data / "reccon").is_dir():
        pytest.skip("no copy of reccon at hand")
    reccon = corpora.load("reccon", data)
    return {split: list(fold1(reccon.conversations(split))) for split in ("train", "validation")}


def released_text(data: Path, task: str, what: str, context: bool, suffix: str) -> str:
    name = RELEASED.format(task=task, what=what, context="with_context" if context else "without_context")
    plain = data / (name + suffix)
    packed = plain.with_name(plain.name + ".gz")
    if not plain.exists() and not packed.exists():
        pytest.skip(f"no {plain.name} at hand")
    return plain.read_text("utf8") if plain.exists() else gzip.decompress(packed.read_bytes()).decode("utf8")


def by_dialogue(rows: dict[str, Any]) -> list[tuple[str, Any]]:
    """Rows by their ids; the release shuffles the dialogues and keeps the order inside them, as sorting does."""
    return sorted(rows.items(), key=lambda row: row[0].partition("_utt_")[0])


@pytest.mark.parametrize("context", [False, True])
def test_span_extraction_is_as_released(data: Path, pairs: Pairs, context: bool) -> None:
    released = json.loads(released_text(data, "subtask1", "qa", context, ".json"))
    ours = {p.id: p.squad_item(context=context, compat="official") for p in pairs["validation"]}
    assert len(released) == 1185
    assert by_dialogue(ours) == by_dialogue({item["qas"][0]["id"]: item for item in released})


@pytest.mark.parametrize("context", [False, True])
def test_entailment_is_as_released(data: Path, pairs: Pairs, context: bool) -> None:
    text = released_text(data, "subtask2", "classification", context, ".csv")
    released = list(csv.DictReader(text.splitlines(keepends=True)))
    ours = {p.id: (p.entailment_text(context=context), int(p.is_cause)) for p in pairs["validation"]}
    assert len(released) == 1185
    assert by_dialogue(ours) == by_dialogue({row["id"]: (row["text"], int(row["labels"])) for row in released})


@pytest.mark.parametrize(("split", "positives", "negatives"), [("train", 7269, 20646), ("validation", 347, 838)])
def test_rows(pairs: Pairs, split: str, positives: int, negatives: int) -> None:
    assert Counter(pair.is_cause for pair in pairs[split]) == {True: positives, False: negatives}
    assert len({pair.id for pair in pairs[split]}) == positives + negatives


@pytest.mark.parametrize("split", ["train", "validation"])
def test_every_span_lies_in_its_candidate(pairs: Pairs, split: str) -> None:
    for pair in pairs[split]:
        assert pair.history.endswith(pair.target_text)
        assert pair.history[pair.candidate_start :].startswith(pair.candidate_text)
        for context in (False, True):
            start = pair.span_start(context=context)
            if pair.span is not None:
                assert start is not None
                assert pair.passage(context=context)[start:].startswith(pair.span)
                assert not context or start >= pair.candidate_start


def test_repeated_spans(pairs: Pairs) -> None:
    """Three spans occur twice in the history, none in its own utterance; two are first said by another one."""
    validation = pairs["validation"]
    assert sum(pair.is_repeated(context=True) for pair in validation) == 3
    assert sum(pair.is_repeated(context=False) for pair in validation) == 0
    moved = [p for p in validation if p.span_start(context=True) != p.span_start(context=True, compat="official")]
    assert len(moved) == 2


def distance(pair: CausePair) -> int:
    return int(pair.target) - int(pair.candidate)


RULES: dict[str, Callable[[int], bool]] = {
    "nothing": lambda _: False,
    "self": lambda d: d == 0,
    "self + previous": lambda d: d <= 1,
    "self + two previous": lambda d: d <= 2,
    "previous only": lambda d: d == 1,
    "always": lambda _: True,
}
ENTAILMENT = [
    ("validation", "nothing", (0, 0, 347, 838), "0.00 82.85 41.42"),
    ("validation", "self", (136, 73, 211, 765), "48.92 84.34 66.63"),
    ("validation", "self + previous", (252, 137, 95, 701), "68.48 85.80 77.14"),
    ("validation", "self + two previous", (293, 261, 54, 577), "65.04 78.56 71.80"),
    ("validation", "previous only", None, "44.02 83.99 64.01"),
    ("train", "nothing", (0, 0, 7269, 20646), "0.00 85.03 42.52"),
    ("train", "self", (2655, 1987, 4614, 18659), "44.58 84.97 64.78"),
    ("train", "self + previous", (4897, 3945, 2372, 16701), "60.79 84.10 72.44"),
    ("train", "self + two previous", (5863, 6642, 1406, 14004), "59.30 77.68 68.49"),
    ("train", "previous only", None, "39.10 84.25 61.68"),
]


@pytest.mark.parametrize(("split", "rule", "counts", "percent"), ENTAILMENT)
def test_entailment_by_position(
    pairs: Pairs, split: str, rule: str, counts: tuple[int, int, int, int] | None, percent: str
) -> None:
    predicted = [RULES[rule](distance(pair)) for pair in pairs[split]]
    scores = causal_entailment_scores([pair.is_cause for pair in pairs[split]], predicted)
    assert counts is None or scores == EntailmentScores(*counts)
    assert f"{100 * scores.f1_positive:.2f} {100 * scores.f1_negative:.2f} {100 * scores.f1_macro:.2f}" == percent


SPANS = [
    ("validation", "self + previous", 49, "14.12 52.39 85.80 74.50"),
    ("validation", "self", 20, "5.76 27.08 84.34 72.49"),
    ("validation", "always", 63, "18.16 70.81 0.00 20.74"),
    ("validation", "nothing", 0, "0.00 0.00 82.85 70.72"),
    ("train", "self + previous", 1679, "23.10 53.50 84.10 73.76"),
    ("train", "self", 811, "11.16 28.51 84.97 74.27"),
    ("train", "always", 2455, "33.77 78.97 0.00 20.56"),
    ("train", "nothing", 0, "0.00 0.00 85.03 73.96"),
]


@pytest.mark.parametrize("compat", [None, "official"])
@pytest.mark.parametrize(("split", "rule", "exact", "percent"), SPANS)
def test_whole_utterance_by_position(
    pairs: Pairs, split: str, rule: str, exact: int, percent: str, compat: Literal["official"] | None
) -> None:
    """The official scores are the same here: what is predicted holds the span."""
    predicted = [pair.candidate_text if RULES[rule](distance(pair)) else "" for pair in pairs[split]]
    scores: SpanScores = causal_span_scores([pair.span for pair in pairs[split]], predicted, compat=compat)
    assert scores.exact_matches == exact
    printed = (scores.exact_match, scores.f1_positive, scores.f1_negative, scores.f1)
    assert " ".join(f"{100 * score:.2f}" for score in printed) == percent


def test_the_rows_of_a_miniature() -> None:
    rows = [(p.id, p.span) for p in fold1(corpora.load("reccon", EXAMPLE).conversations("train"))]
    assert rows == [
        ("dailydialog_tr_1_utt_2_true_cause_utt_1_span_0", "found your keys"),
        ("dailydialog_tr_1_utt_2_true_cause_utt_2_span_1", "about to call the locksmith"),
        ("dailydialog_tr_1_utt_3_impossible_cause_utt_1", None),
        ("dailydialog_tr_1_utt_3_impossible_cause_utt_3", None),
        ("dailydialog_tr_1_utt_3_true_cause_utt_2_span_0", "What a relief"),
        # What is said after the target is no row, and the number of the span does not count it.
        ("dailydialog_tr_1_utt_4_impossible_cause_utt_1", None),
        ("dailydialog_tr_1_utt_4_impossible_cause_utt_2", None),
        ("dailydialog_tr_1_utt_4_impossible_cause_utt_3", None),
        ("dailydialog_tr_1_utt_4_true_cause_utt_4_span_0", "scratched"),
        # A target whose only cause is latent has negatives alone.
        ("dailydialog_tr_2_utt_1_impossible_cause_utt_1", None),
        ("dailydialog_tr_2_utt_2_impossible_cause_utt_1", None),
        ("dailydialog_tr_2_utt_2_true_cause_utt_2_span_0", "the deer"),
    ]


def test_a_row_has_the_emotion_as_released() -> None:
    rows = list(fold1(corpora.load("reccon", EXAMPLE).conversations("train")))
    assert {row.emotion for row in rows if (row.dialogue, row.target) == ("tr_1", "3")} == {"happy"}


def test_texts_of_a_row() -> None:
    pair = next(p for p in fold1(corpora.load("reccon", EXAMPLE).conversations("validation")) if p.candidate == "2")
    said = ("The rain stopped . Shall we walk ?", "The rain stopped ! Finally !")
    assert pair.entailment_text(context=False) == f"happiness <SEP> {said[1]} <SEP> {said[1]}"
    assert pair.entailment_text(context=True).endswith(f" <SEP> {said[0]} {said[1]}")
    asked = "What is the causal span from context that is relevant to the target utterance's emotion happiness ?"
    assert pair.question(context=False) == f"The target utterance is {said[1]} {asked}"
    assert (
        pair.question(context=True) == f"The target utterance is {said[1]} The evidence utterance is {said[1]} {asked}"
    )


def test_the_place_of_a_span_that_was_said_before() -> None:
    pair = next(p for p in fold1(corpora.load("reccon", EXAMPLE).conversations("validation")) if p.candidate == "2")
    assert pair.span == "rain stopped"
    assert pair.span_start(context=False) == 4
    assert pair.span_start(context=True) == 35 + 4
    assert pair.span_start(context=True, compat="official") == 4
    assert (pair.is_repeated(context=True), pair.is_repeated(context=False)) == (True, False)
    (question,) = pair.squad_item(context=True)["qas"]
    assert question["answers"] == [{"text": "rain stopped", "answer_start": 39}]
