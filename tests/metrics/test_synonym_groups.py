"""MER2024's metric on its released files, and by hand."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sentio.errors import ScoreError
from sentio.metrics.open_vocabulary_labels import parse_labels_mer2024
from sentio.metrics.synonym_groups import parse_groups, synonym_group_score


def test_the_released_example_to_the_last_digit(data: Path) -> None:
    folder = data / "mer" / "mer2024_ov"
    answers = []
    for name in ("check-openset.csv", "predict-openset.csv"):
        with (folder / name).open(encoding="utf8", newline="") as file:
            answers.append({row["name"]: parse_labels_mer2024(row["openset"]) for row in csv.DictReader(file)})
    gold, predicted = answers
    groups = {
        name: parse_groups(text)
        for name, text in json.loads((folder / "openset-synonym.json").read_text("utf8")).items()
    }
    score = synonym_group_score(list(gold.values()), [predicted[n] for n in gold], [groups[n] for n in gold])
    # As printed in the released scorer's own comment (MERTools, MER2024/main-ov.py).
    assert (score.accuracy, score.recall, score.mean) == (0.581777108433735, 0.4977911646586345, 0.5397841365461847)
    # Summed in another order the last bit differs.
    golden = json.loads((folder / "golden.json").read_text("utf8"))
    assert [score.accuracy, score.recall] == pytest.approx([golden["accuracy"], golden["recall"]], abs=2e-16)
    assert score.mean == golden["mean"]
    assert (score.kept, score.skipped) == (332, 0)


def test_synonyms_count_as_one_word() -> None:
    groups = [[["glad", "merry"], ["blue", "sad"]]]
    score = synonym_group_score([["merry", "glad", "calm"]], [["glad", "blue", "sad", "odd"]], groups)
    assert (score.accuracy, score.recall) == (1 / 3, 1 / 2)


def test_no_answer_scores_nothing_and_no_gold_is_skipped() -> None:
    score = synonym_group_score([["sad"], [], ["sad"]], [[], ["sad"], ["sad"]], [[], [], [["sad"]]])
    assert (score.accuracy, score.recall, score.kept, score.skipped) == (0.5, 0.5, 2, 1)


@pytest.mark.parametrize(
    ("gold", "predicted", "groups", "message"),
    [
        ([["sad"]], [["sad"]], [], "1 gold samples against 0"),
        ([["sad"]], [], [[]], "1 gold samples against 0"),
        ([], [], [], "no samples"),
        ([[]], [["sad"]], [[]], "no sample has a gold label"),
        (["sad"], [["sad"]], [[]], "not text"),
    ],
)
def test_what_cannot_be_scored_is_one_line(gold: Any, predicted: Any, groups: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=message):
        synonym_group_score(gold, predicted, groups)


@pytest.mark.parametrize("text", ["", "sad", "['sad']", "[['sad'", "open('x')"])
def test_what_is_no_list_of_groups_is_refused(text: str) -> None:
    with pytest.raises(ScoreError, match="not a list of groups"):
        parse_groups(text)
