"""MER2024's metric on its released files, and by hand."""

import csv
import json
from ast import literal_eval
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.open_vocabulary_labels import parse_labels_mer2024
from sentio.metrics.synonym_groups import synonym_group_score


def test_the_released_example_to_the_last_digit(data: Path) -> None:
    folder = data / "mer" / "mer2024_ov"
    answers = []
    for name in ("check-openset.csv", "predict-openset.csv"):
        with (folder / name).open(encoding="utf8", newline="") as file:
            answers.append({row["name"]: parse_labels_mer2024(row["openset"]) for row in csv.DictReader(file)})
    gold, predicted = answers
    groups = {
        name: literal_eval(text)
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
        ([["sad"]], [None], [[]], "list of words"),
        ([["sad"]], [["sad"]], [["sad"]], "lists of words"),
        ([["sad"]], [["sad"]], [None], "lists of words"),
        ([["sad"]], [[["sad"]]], [[]], "list of words"),
    ],
)
def test_what_cannot_be_scored_is_one_line(gold: Any, predicted: Any, groups: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ScoreError, match=message):
        synonym_group_score(gold, predicted, groups)


words = st.sampled_from(["glad", "merry", "sad", "blue", "calm", "odd"])
lists = st.lists(words, min_size=1, max_size=5)
partitions = st.permutations(["glad", "merry", "sad", "blue", "calm", "odd"]).flatmap(
    lambda order: st.lists(st.integers(0, 6), max_size=3).map(
        lambda cuts: [order[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 6], strict=True)]
    )
)


@given(st.lists(st.tuples(lists, lists, partitions), min_size=1, max_size=5))
def test_grouped_scores_are_those_of_the_groups_as_sets(samples: list[tuple[list[str], list[str], list[Any]]]) -> None:
    """Whatever stands for a group, only which groups are named counts; gold and prediction change places."""
    gold, predicted, groups = map(list, zip(*samples, strict=True))
    score = synonym_group_score(gold, predicted, groups)
    named = [
        [{i for i, group in enumerate(each) if set(side) & set(group)} for side in (wanted, given_)]
        for wanted, given_, each in samples
    ]
    assert score.accuracy == pytest.approx(np.mean([len(g & y) / len(y) for g, y in named]))
    assert score.recall == pytest.approx(np.mean([len(g & y) / len(g) for g, y in named]))
    other = synonym_group_score(predicted, gold, groups)
    assert (other.accuracy, other.recall) == (score.recall, score.accuracy)
    turned = [[group[::-1] for group in each] for each in groups]
    assert synonym_group_score(gold, predicted, turned) == score
    assert synonym_group_score(gold, gold, groups).mean == 1
