"""Diversity: samples are of equal size and by the seed, and the figures are those of the definitions."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora.diversity import Texts, compare, measure, sample, texts_of
from sentio.errors import InputError, ScoreError
from sentio.gold import AnnotatedConversation

TALKS = st.lists(
    st.lists(st.lists(st.sampled_from("a b c d e f".split()), min_size=1, max_size=7), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


def chat(name: str, *texts: str) -> AnnotatedConversation:
    turns = tuple(Utterance(id=str(i), speaker="", text=text) for i, text in enumerate(texts))
    return AnnotatedConversation(conversation=Conversation(id=name, utterances=turns))


def test_what_has_no_words_is_left_out() -> None:
    talks = texts_of([chat("a", "", "👍", "So it goes."), chat("b", "…"), chat("c", "你好")])
    assert talks == [[["so", "it", "goes"]], [["你", "好"]]]


def test_the_figures_are_those_of_the_definitions() -> None:
    found = measure([["so", "it", "goes"], ["so", "it", "went"], ["no"]])
    assert (found.utterances, found.vocabulary) == (3, 5)
    assert found.length == pytest.approx(7 / 3)
    assert (found.distinct_1, found.distinct_2) == (5 / 7, 3 / 4)
    # Two texts have two of three words and one of two pairs elsewhere, "no" nothing.
    assert found.self_bleu_2 == pytest.approx(100 * 2 * (2 / 3 * 1 / 2) ** 0.5 / 3)


@given(TALKS, st.integers(1, 60), st.integers(0, 9))
def test_a_sample_is_whole_conversations_but_for_its_end(talks: list[Texts], tokens: int, seed: int) -> None:
    drawn = sample(talks, tokens, Random(seed))
    everything = sum(len(text) for talk in talks for text in talk)
    assert sum(map(len, drawn)) == min(tokens, everything)
    assert all(drawn)
    rest = Random(seed).sample(talks, len(talks))
    flat = [word for talk in rest for text in talk for word in text]
    assert [word for text in drawn for word in text] == flat[:tokens]


def test_corpora_are_compared_at_the_size_of_the_smallest() -> None:
    small = texts_of([chat("a", "one two three", "four five six")])
    large = texts_of([chat(str(n), f"he said word{n} again", "no no no") for n in range(30)])
    found = compare([small, large], samples=4, seed=1)
    assert found.tokens == 6
    assert found.scores["distinct_1"][0].mean == 1
    assert found.scores["distinct_1"][0].sd == 0
    assert found.scores["self_bleu_2"][0].sd == 0
    assert found.scores["distinct_1"][1].n == 4
    assert found.scores["distinct_1"][1].mean < 1
    assert found == compare([small, large], samples=4, seed=1)


def test_more_of_the_same_is_not_less_diverse() -> None:
    """Distinct-2 of all of it falls with size; at equal size it does not."""
    random = Random(0)
    talks = [[[f"w{min(int(random.paretovariate(0.7)), 900)}" for _ in range(8)]] for _ in range(600)]
    part = talks[:100]
    whole, cut = measure([text for talk in talks for text in talk]), measure([text for talk in part for text in talk])
    assert whole.distinct_2 < 0.8 * cut.distinct_2
    of_part, of_whole = compare([part, talks]).scores["distinct_2"]
    assert of_whole.mean == pytest.approx(of_part.mean, abs=0.03)


def test_what_cannot_be_measured_is_told() -> None:
    with pytest.raises(InputError, match="without words"):
        compare([[], texts_of([chat("a", "so it goes", "on")])])
    with pytest.raises(ScoreError, match="at least two"):
        compare([texts_of([chat("a", "so it goes")])])


def test_everyday_is_at_least_as_diverse_as_meld(data: Path) -> None:
    """The English conversations beside MELD's training text at equal size, by every figure: docs/everyday.md."""
    everyday, meld = corpora.load("everyday"), corpora.load("meld", data)
    items = [item for split in everyday.splits for item in everyday.conversations(split)]
    english = texts_of(item for item in items if item.facts["language"] == "en")
    found = compare([english, texts_of(meld.conversations("train"))], samples=2).scores
    for name in ("vocabulary", "distinct_1", "distinct_2"):
        ours, theirs = found[name]
        assert ours.min > theirs.max
    for name in ("self_bleu_2", "self_bleu_3", "self_bleu_4"):
        ours, theirs = found[name]
        assert ours.max < theirs.min
