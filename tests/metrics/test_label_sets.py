"""Sets of labels as bits against Python's own sets."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.label_sets import Vocabulary, as_bits, check_paired, label_lists, overlaps

WORDS = [f"word {number}" for number in range(90)]
lists = st.lists(st.lists(st.sampled_from(WORDS), max_size=6), min_size=1, max_size=8)
names = st.lists(st.one_of(st.none(), st.sampled_from(WORDS)), min_size=len(WORDS), max_size=len(WORDS))


@given(lists, lists, st.dictionaries(st.sampled_from("ABC"), names, min_size=1))
def test_overlaps_are_those_of_sets_of_names(
    gold: Sequence[list[str]], predicted: Sequence[list[str]], named: dict[str, list[str | None]]
) -> None:
    """More than 64 names a grouping, so that sets span several words of bits."""
    size = min(len(gold), len(predicted))
    vocabulary = Vocabulary()
    for word in WORDS:
        vocabulary[word]
    wanted, given_ = (label_lists(side[:size], vocabulary) for side in (gold, predicted))
    bits = as_bits(named)
    for grouping, found in overlaps(wanted, given_, bits).items():
        name = dict(zip(WORDS, named[grouping], strict=True))
        sets = [[{name[label] for label in labels} - {None} for labels in side[:size]] for side in (gold, predicted)]
        assert found.common.tolist() == [len(g & p) for g, p in zip(*sets, strict=True)]
        assert found.gold.tolist() == [len(g) for g in sets[0]]
        assert found.predicted.tolist() == [len(p) for p in sets[1]]
        assert bits.mapped(grouping).tolist() == [one is not None for one in named[grouping]]


@given(lists, st.sets(st.sampled_from(WORDS)))
def test_shares_and_counts_are_those_of_a_loop(samples: Sequence[list[str]], chosen: set[str]) -> None:
    vocabulary = Vocabulary()
    lists_ = label_lists(samples, vocabulary)
    marked = np.array([word in chosen for word in vocabulary.words], dtype=bool)
    assert lists_.count(marked).tolist() == [len(set(labels) & chosen) for labels in samples]
    flat = [label in chosen for labels in samples for label in labels]
    assert lists_.share(marked) == pytest.approx(np.mean(flat) if flat else np.nan, nan_ok=True)


@given(st.lists(st.text(alphabet=" aAbB", max_size=4).filter(str.strip)))
def test_a_vocabulary_numbers_words_whatever_their_case_and_margins(labels: list[str]) -> None:
    vocabulary = Vocabulary()
    words = [vocabulary.words[vocabulary[label]] for label in labels]
    assert words == [label.strip().lower() for label in labels]
    assert vocabulary.words == list(dict.fromkeys(words))


def test_samples_are_paired_lists_of_words() -> None:
    for gold, predicted in (([["a"]], []), ([], []), (None, [["a"]]), ([["a"]], 3)):
        with pytest.raises(ScoreError):
            check_paired(gold, predicted)  # type: ignore[arg-type]
    for samples in (["sad"], [["sad", " "]], [["sad", None]], [[["sad"]]], [None], [3]):
        with pytest.raises(ScoreError):
            label_lists(samples, Vocabulary())  # type: ignore[arg-type]
