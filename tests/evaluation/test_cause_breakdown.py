"""Found causes by distance and by type, on the corpus and counted by hand."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.corpora.reccon_folds import fold1
from sentio.evaluation.cause_breakdown import by_distance, by_type, types_agree
from sentio.gold import AnnotatedConversation, GoldCause
from sentio.metrics.extractive import EntailmentScores

KINDS = ("inter-personal", "latent")
ITEM = AnnotatedConversation(
    conversation=Conversation(
        id="k",
        utterances=(
            Utterance(id="1", speaker="A", text="Rain !"),
            Utterance(id="2", speaker="B", text="And hail !"),
            Utterance(id="3", speaker="A", text="What a pity ."),
        ),
    ),
    gold={
        "emotion": {"1": "neutral", "2": "neutral", "3": "sadness"},
        "released emotion": {"1": "neutral", "2": "neutral", "3": "sad"},
    },
    causes=(
        GoldCause(target="3", evidence="2", span="hail", kinds=KINDS),
        GoldCause(target="3", evidence=None, kinds=KINDS),
    ),
)


def test_rows_are_counted_where_they_belong() -> None:
    found = {("k", "3", "1"): True, ("k", "3", "2"): True, ("k", "3", "3"): False}
    nothing, right, wrong = EntailmentScores(0, 0, 0, 1), EntailmentScores(1, 0, 0, 0), EntailmentScores(0, 1, 0, 0)
    assert by_distance([ITEM], found) == {0: nothing, 1: right, 2: wrong}
    assert by_type([ITEM], found) == dict.fromkeys(KINDS, EntailmentScores(1, 1, 0, 1))


def test_a_cause_that_nobody_says_beside_another_is_not_read_off() -> None:
    assert list(types_agree([ITEM])) == [(("inter-personal",), ("inter-personal", "latent"))]


@pytest.mark.parametrize(
    ("split", "causes"),
    [("train", (2655, 2242, 966, 457, 369, 580)), ("validation", (136, 116, 41, 26, 12, 16))],
)
def test_the_corpus_has_the_counts_that_were_measured(data: Path, split: str, causes: tuple[int, ...]) -> None:
    items = list(corpora.load("reccon", data).conversations(split))
    found = {(row.dialogue, row.target, row.candidate): True for row in fold1(items)}
    parts = by_distance(items, found)
    assert tuple(parts[back].true_positives for back in range(6)) == causes
    assert sum(part.false_positives for part in parts.values()) == {"train": 20_646, "validation": 838}[split]


@pytest.mark.parametrize(
    ("split", "agree", "kinds"),
    [("train", (4373, 4562), (2575, 1880, 661, 570, 351)), ("validation", (199, 200), (127, 90, 32, 15, 5))],
)
def test_types_are_read_off_the_causes(data: Path, split: str, agree: tuple[int, int], kinds: tuple[int, ...]) -> None:
    pairs = list(types_agree(list(corpora.load("reccon", data).conversations(split))))
    assert (sum(ours == theirs for ours, theirs in pairs), len(pairs)) == agree
    counts = Counter(kind for _, theirs in pairs for kind in theirs)
    names = ("no-context", "inter-personal", "hybrid", "self-contagion", "latent")
    assert tuple(counts[name] for name in names) == kinds
    # Only latent causes beside spoken ones, and two that are said later, are not to be seen.
    apart = [set(theirs) - set(ours) for ours, theirs in pairs if ours != theirs]
    assert Counter(map(frozenset, apart)).most_common(1)[0][0] == {"latent"}
