"""Scores against scikit-learn and torchmetrics, golden values on validation splits, and properties."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, classification_report, f1_score, precision_recall_fscore_support
from sklearn.model_selection import train_test_split
from torchmetrics.functional.classification import multiclass_f1_score

from sentio import labels
from sentio.errors import ScoreError
from sentio.metrics import classification as scores
from sentio.metrics.confusion import Confusion, Measure, confusion

CLASSES = ("anger", "fear", "joy", "neutral")
rows = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from((*CLASSES, "hunger"))), min_size=1)
PELD = ("neutral", "joy", "anger", "surprise", "sadness", "fear", "disgust")
# Counts in the order of each label space: MELD and IEMOCAP validation in COSMIC's split.
VALIDATION = {"meld": (470, 150, 40, 111, 163, 22, 153), "iemocap6": (53, 68, 103, 102, 149, 172)}
FLOORS = {"meld": 25.23, "iemocap6": 11.17}


def constant(gold: Sequence[str], classes: Sequence[str]) -> Confusion:
    """Always the most frequent class."""
    return confusion(gold, [Counter(gold).most_common(1)[0][0]] * len(gold), classes)


@given(rows)
def test_averages_are_scikit_learns_over_the_whole_label_space(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    table = confusion(gold, predicted, CLASSES)
    averages = {"weighted": scores.weighted_f1, "macro": scores.macro_f1}
    peer = partial(precision_recall_fscore_support, gold, predicted, labels=CLASSES, zero_division=0)
    for average, measure in averages.items():
        assert table.score(measure) == pytest.approx(peer(average=average)[2])
    assert table.score(scores.macro_precision) == pytest.approx(peer(average="macro")[0])
    assert table.score(scores.weighted_precision) == pytest.approx(peer(average="weighted")[0])
    found = [(row.precision, row.recall, row.f1, row.support) for row in scores.per_class(table)]
    assert np.array(found) == pytest.approx(np.stack(peer(average=None)).T)
    assert [row.predicted for row in scores.per_class(table)] == [predicted.count(label) for label in CLASSES]


@pytest.mark.filterwarnings("ignore:A single label was found", "ignore:y_pred contains classes not in y_true")
@given(rows)
def test_scikit_learn_without_a_label_list_agrees_on_what_it_can(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    table = confusion(gold, predicted, CLASSES)
    assert table.score(scores.accuracy) == pytest.approx(np.mean([g == p for g, p in pairs]))
    assert table.score(scores.weighted_f1) == pytest.approx(
        f1_score(gold, predicted, average="weighted", zero_division=0)
    )
    assert table.score(scores.uar) == pytest.approx(balanced_accuracy_score(gold, predicted))


@given(rows)
def test_swapped_arguments_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    table = confusion(gold, predicted, CLASSES)
    swapped = classification_report(predicted, gold, output_dict=True, zero_division=0)["weighted avg"]["f1-score"]
    assert table.score(partial(scores.weighted_f1, compat="official")) == pytest.approx(swapped)


def test_torchmetrics_agrees() -> None:
    random = np.random.default_rng(0)
    gold, predicted = random.integers(0, 4, (2, 1000))
    table = confusion([CLASSES[g] for g in gold], [CLASSES[p] for p in predicted], CLASSES)
    peer = partial(multiclass_f1_score, torch.tensor(predicted), torch.tensor(gold), num_classes=4)
    assert table.score(scores.weighted_f1) == pytest.approx(float(peer(average="weighted")), abs=1e-6)
    assert table.score(scores.macro_f1) == pytest.approx(float(peer(average="macro")), abs=1e-6)
    assert table.score(scores.micro_f1) == pytest.approx(float(peer(average="micro")), abs=1e-6)


def test_many_tables_at_once_score_like_one_by_one() -> None:
    tables = np.random.default_rng(0).integers(0, 9, (3, 5, 4, 5)).astype(np.int64)
    tables[0, 0, 1] = 0
    measures = (
        scores.accuracy, scores.uar, scores.macro_f1, scores.macro_precision, scores.micro_f1,
        scores.weighted_f1, scores.weighted_precision, scores.micro_f1_without(["joy"], CLASSES),
        partial(scores.weighted_f1, compat="official"), partial(scores.macro_precision, compat="official"),
    )  # fmt: skip
    for measure in measures:
        single = [[Confusion(CLASSES, table).score(measure) for table in row] for row in tables]
        assert measure(tables) == pytest.approx(np.array(single))
        assert measure(tables).shape == (3, 5)


def test_unweighted_and_weighted_recall() -> None:
    """The worked example of Omni-Emotion's WAR and UAR."""
    gold, predicted = list("hhsssf"), list("hsssff")
    table = confusion(gold, predicted, "hsf")
    assert scores.recall(table.counts) == pytest.approx([1 / 2, 2 / 3, 1])
    assert round(table.score(scores.accuracy), 4) == 0.6667
    assert round(table.score(scores.uar), 4) == 0.7222
    never_gold = confusion(gold, [*predicted[:-2], "d", "f"], "hsfd")
    assert never_gold.score(scores.uar) == confusion(gold, [*predicted[:-2], "h", "f"], "hsf").score(scores.uar)


def test_a_prediction_outside_the_space_costs_its_class_and_stays_in_the_denominator() -> None:
    table = confusion(["joy"] * 4, ["joy", "joy", "hunger", "hunger"], CLASSES)
    assert table.score(scores.accuracy) == 0.5
    assert table.score(scores.weighted_f1) == pytest.approx(2 / 3)
    assert scores.per_class(table)[2].precision == 1.0


def test_emocontext_always_angry(data: Path) -> None:
    with (data / "emocontext" / "dev.txt").open(encoding="utf8") as file:
        gold = [line.rstrip("\n").split("\t")[-1] for line in file][1:]
    _emocontext(gold)


def test_emocontext_always_angry_from_its_counts() -> None:
    _emocontext(["others"] * 2338 + ["angry"] * 150 + ["happy"] * 142 + ["sad"] * 125)


def _emocontext(gold: Sequence[str]) -> None:
    classes = ("others", "happy", "sad", "angry")
    measure = scores.micro_f1_without(["others"], classes)
    table = confusion(gold, ["angry"] * len(gold), classes)
    assert (table.counts[3, 3], table.counts[1:].sum(), table.counts[:, 3].sum()) == (150, 417, 2755)
    assert (round(150 / 2755, 4), round(150 / 417, 4)) == (0.0544, 0.3597)
    assert round(table.score(measure), 4) == 0.0946
    assert confusion(gold, ["others"] * len(gold), classes).score(measure) == 0


@given(rows)
def test_micro_f1_without_a_class_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    """Told of the label outside, scikit-learn sees it as the false alarm it is."""
    found = confusion(gold, predicted, CLASSES).score(scores.micro_f1_without(["neutral"], CLASSES))
    kept = (*CLASSES[:3], "hunger")
    assert found == pytest.approx(f1_score(gold, predicted, labels=kept, average="micro", zero_division=0))


@given(rows)
def test_micro_f1_is_accuracy_whatever_is_answered(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    table = confusion(gold, predicted, CLASSES)
    assert table.score(scores.micro_f1) == pytest.approx(table.score(scores.accuracy))
    assert table.score(scores.micro_f1) == pytest.approx(f1_score(gold, predicted, average="micro"))
    assert table.score(scores.micro_f1_without([], CLASSES)) == table.score(scores.micro_f1)


def test_answers_outside_the_space_are_false_alarms_of_micro_f1() -> None:
    table = confusion(["joy"] * 10, ["joy"] * 5 + ["hunger"] * 5, CLASSES)
    assert table.score(scores.micro_f1) == 0.5
    # Two hits; "hunger" for joy is a miss and a false alarm, for neutral a false alarm only.
    gold, predicted = ["joy", "joy", "joy", "neutral", "neutral"], ["joy", "joy", "hunger", "hunger", "neutral"]
    found = confusion(gold, predicted, CLASSES).score(scores.micro_f1_without(["neutral"], CLASSES))
    assert found == pytest.approx(2 * 2 / (3 + 2 + 2))


@pytest.mark.parametrize("excluded", [["hunger"], CLASSES])
def test_only_classes_can_be_excluded_and_not_all(excluded: Sequence[str]) -> None:
    with pytest.raises(ScoreError):
        scores.micro_f1_without(excluded, CLASSES)


def test_one_name_is_no_collection_of_classes_to_exclude() -> None:
    with pytest.raises(ScoreError, match="not one string"):
        scores.micro_f1_without("ab", ["a", "b", "c"])


def test_precision_of_classes_never_predicted() -> None:
    """WASSA's demonstration: 98 of 270 essays in the one class that is predicted, six others never predicted."""
    emotions = "abcdefg"
    gold = ["a"] * 98 + [emotions[1 + row % 6] for row in range(172)]
    table = confusion(gold, ["a"] * 270, emotions)
    assert round(table.score(scores.macro_f1), 4) == 0.0761
    assert round(table.score(scores.macro_precision), 4) == 0.0519
    assert round(table.score(partial(scores.macro_precision, compat="official")), 4) == 0.9090
    wider = confusion(gold, ["a"] * 270, [*emotions, "absent"])
    assert round(wider.score(partial(scores.macro_precision, compat="official")), 4) == 0.9090


@pytest.mark.parametrize("name", VALIDATION)
def test_majority_floors_from_counts(name: str) -> None:
    space = labels.space(name).labels
    gold = [label for label, count in zip(space, VALIDATION[name], strict=True) for _ in range(count)]
    assert 100 * constant(gold, space).score(scores.weighted_f1) == pytest.approx(FLOORS[name], abs=0.01)


@pytest.mark.parametrize("name", VALIDATION)
def test_majority_floors_from_files(name: str, data: Path) -> None:
    folder = name.rstrip("6")
    dialogues = json.loads((data / folder / f"{folder}.valid.json").read_text(encoding="utf8")).values()
    space = labels.space(name).labels
    gold = [space[code] for dialogue in dialogues for code in dialogue["labels"]]
    assert tuple(Counter(gold)[label] for label in space) == VALIDATION[name]
    assert 100 * constant(gold, space).score(scores.weighted_f1) == pytest.approx(FLOORS[name], abs=0.01)


@pytest.mark.parametrize(
    ("column", "majority", "previous"),
    [
        ("Sentiment", (0.5674, 0.2413), (0.7827, 0.7370)),
        ("Emotion", (0.2807, 0.0337), (0.6214, 0.5291)),
        ("DA", (0.4875, 0.0345), (0.4770, 0.1875)),
    ],
)
def test_cped_rules(column: str, majority: tuple[float, float], previous: tuple[float, float], data: Path) -> None:
    with (data / "cped" / "valid_split.csv").open(encoding="utf-8-sig", newline="") as file:
        turns = [(row["Dialogue_ID"], row[column]) for row in csv.DictReader(file)]
    gold = [label for _, label in turns]
    frequent = Counter(gold).most_common(1)[0][0]
    before = [("", frequent), *turns[:-1]]
    repeated = [
        last if dialogue == other else frequent for (dialogue, _), (other, last) in zip(turns, before, strict=True)
    ]
    for predicted, wanted in (([frequent] * len(gold), majority), (repeated, previous)):
        table = confusion(gold, predicted, sorted(set(gold)))
        assert (round(table.score(scores.accuracy), 4), round(table.score(scores.macro_f1), 4)) == wanted


def test_peld_rules(data: Path) -> None:
    with (data / "peld" / "Dyadic_PELD.tsv").open(encoding="utf8", newline="") as file:
        triples = [
            (row["Emotion_1"], row["Emotion_2"], row["Emotion_3"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    rest, _ = train_test_split(triples, test_size=0.1, random_state=42, stratify=[row[2] for row in triples])
    _, validation = train_test_split(rest, test_size=0.1, random_state=42, stratify=[row[2] for row in rest])
    first, second, gold = map(list, zip(*validation, strict=True))
    assert len(gold) == 586
    wanted = {
        "all neutral": (["neutral"] * 586, (0.4266, 0.0854, 0.2552, 0.5981)),
        "repeat E_1": (first, (0.4130, 0.3028, 0.4106, 0.4154)),
        "copy E_2": (second, (0.3635, 0.2597, 0.3581, 0.3689)),
    }
    swapped = partial(scores.weighted_f1, compat="official")
    measures: list[Measure] = [scores.accuracy, scores.macro_f1, scores.weighted_f1, swapped]
    for rule, (predicted, golden) in wanted.items():
        table = confusion(gold, predicted, PELD)
        assert tuple(round(table.score(measure), 4) for measure in measures) == golden, rule


def test_peld_all_neutral_from_its_counts() -> None:
    gold = [label for label, count in zip(PELD, (250, 101, 77, 57, 44, 44, 13), strict=True) for _ in range(count)]
    table = confusion(gold, ["neutral"] * 586, PELD)
    assert round(table.score(scores.weighted_f1), 4) == 0.2552
    assert round(table.score(partial(scores.weighted_f1, compat="official")), 4) == 0.5981


def test_mintrec2_majority(data: Path) -> None:
    with (data / "mintrec" / "mintrec2" / "dev.jsonl").open(encoding="utf8") as file:
        answers = [json.loads(line)["response"] for line in file if line.strip()]
    table = constant(answers, sorted(set(answers)))
    assert (len(answers), len(table.classes)) == (1106, 30)
    assert round(table.score(scores.accuracy), 4) == 0.0958


@given(st.lists(st.sampled_from(CLASSES), min_size=1))
def test_one_class_has_closed_forms(gold: list[str]) -> None:
    share = gold.count("joy") / len(gold)
    table = confusion(gold, ["joy"] * len(gold), CLASSES)
    f1 = 2 * share / (1 + share)
    assert table.score(scores.accuracy) == pytest.approx(share)
    assert table.score(scores.weighted_f1) == pytest.approx(share * f1)
    assert table.score(scores.macro_f1) == pytest.approx(f1 / 4)
    assert table.score(scores.uar) == pytest.approx(("joy" in gold) / len(set(gold)))


def test_shuffled_labels_score_as_chance() -> None:
    """Predictions with gold's frequencies and nothing else: expected accuracy is the sum of squared shares."""
    random = np.random.default_rng(0)
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    gold = random.choice(CLASSES, 200_000, p=shares).tolist()
    table = confusion(gold, random.permutation(gold).tolist(), CLASSES)
    chance = float((shares**2).sum())
    assert table.score(scores.accuracy) == pytest.approx(chance, abs=0.005)
    assert table.score(scores.weighted_f1) == pytest.approx(chance, abs=0.005)
    assert table.score(scores.macro_f1) == pytest.approx(0.25, abs=0.005)
    assert table.score(scores.uar) == pytest.approx(0.25, abs=0.005)


@given(rows)
def test_scores_do_not_depend_on_the_order_of_rows_or_classes(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    again_gold, again_predicted = zip(*reversed(pairs), strict=True)
    for measure in (scores.weighted_f1, scores.macro_f1, scores.uar, scores.micro_f1):
        table = confusion(gold, predicted, CLASSES)
        other = confusion(again_gold, again_predicted, CLASSES[::-1])
        assert table.score(measure) == pytest.approx(other.score(measure))
        assert 0 <= table.score(measure) <= 1
