"""The page on the curriculum: its examples run, and its figures are those of the train corpora."""

import doctest
import re
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sentio import corpora, curriculum, labels
from sentio.gold import AnnotatedConversation

PAGE = Path(__file__).parents[2] / "docs" / "curriculum.md"
TEXT = PAGE.read_text("utf8")
SCHEMES = ("es", "wes", "two-way", "algorithm-1")
CORPORA = ("meld_json", "iemocap")

Items = list[AnnotatedConversation]


def rows(first: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    lines = TEXT[TEXT.index(first) :].splitlines()
    table = lines[2 : next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def scores(items: Items, name: str, scheme: curriculum.SchemeName = "two-way") -> NDArray[np.float64]:
    n_labels = len(labels.space("meld" if name == "meld_json" else "iemocap6"))
    return np.array(curriculum.difficulties(items, "emotion", n_labels, scheme))


@pytest.fixture(scope="module")
def train(data: Path) -> dict[str, Items]:
    return {name: list(corpora.load(name, data).conversations("train")) for name in CORPORA}


def test_the_examples_run() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted == 6
    assert found.failed == 0


def test_the_schemes_have_the_shown_difficulty() -> None:
    spoken = ["neutral", "surprise", "joy", "neutral", "anger", "anger", "sadness"]
    shown = {row[0].split("`")[1]: float(row[2]) for row in rows("| `scheme`")}
    assert shown == {s: round(curriculum.difficulty(spoken, list("ABAABCB"), 7, s), 6) for s in shown}  # type: ignore[arg-type]
    assert set(shown) == set(curriculum.SCHEMES)


def test_the_distribution_is_that_of_the_corpora(train: dict[str, Items]) -> None:
    edges = np.arange(12) / 10
    for column, name, per_mark in ((1, "meld_json", 10), (3, "iemocap", 1)):
        counted = np.histogram(scores(train[name], name) + 1e-9, edges)[0].tolist()
        shown = rows("| difficulty |")
        assert [int(row[column]) for row in shown] == counted
        assert [row[column + 1].count("#") for row in shown] == [ceil(n / per_mark) for n in counted]
        assert sum(counted) == len(train[name])


def test_the_rank_correlations_are_those_of_the_corpora(train: dict[str, Items]) -> None:
    stats = pytest.importorskip("scipy.stats")
    shown = rows("| | `es`")
    for name in CORPORA:
        found = [scores(train[name], name, scheme) for scheme in SCHEMES]  # type: ignore[arg-type]
        for i, j in [(i, j) for i in range(4) for j in range(4) if (i > j) == (name == "meld_json") and i != j]:
            assert float(shown[i][j + 1]) == round(float(stats.spearmanr(found[i], found[j]).statistic), 2)


def test_the_shares_are_those_of_the_corpora(train: dict[str, Items]) -> None:
    neutral: list[float] = []
    kept: dict[str, list[int]] = {"es": [], "wes": []}
    for name in CORPORA:
        items, sizes = train[name], [len(item.conversation) for item in train[name]]
        buckets = curriculum.dialogue_buckets(scores(items, name).tolist(), sizes, 2)
        for bucket in buckets:
            spoken = [label for i in bucket for label in items[i].gold["emotion"].values()]
            neutral.append(round(100 * spoken.count("neutral") / len(spoken), 1))
        for scheme, shares in kept.items():
            easy = curriculum.dialogue_buckets(scores(items, name, scheme).tolist(), sizes, 2)[0]  # type: ignore[arg-type]
            shares.append(round(100 * len(set(easy.tolist()) & set(buckets[0].tolist())) / len(buckets[0])))
    assert neutral == [float(share) for share in re.findall(r"(\d\d\.\d) %", TEXT)]
    shown = [int(share) for share in re.findall(r"(\d\d) %", TEXT[TEXT.index("of the conversations in the easy") :])]
    assert shown == [*kept["es"], *kept["wes"]]


def test_length_has_almost_nothing_to_do_with_it(train: dict[str, Items]) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = [
        round(
            float(stats.spearmanr(scores(train[name], name), [len(i.conversation) for i in train[name]]).statistic), 2
        )
        for name in CORPORA
    ]
    assert f"rank correlation {found[0]:.2f} on MELD, −{-found[1]:.2f} on IEMOCAP" in TEXT
