"""Difficulties and buckets of the train splits of IEMOCAP and MELD, to the last digit of what was measured."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from sentio import corpora, curriculum, labels
from sentio.curriculum import Curriculum, SchemeName
from sentio.curriculum.difficulty import cross_speaker_shifts, same_speaker_shifts
from sentio.gold import AnnotatedConversation


class Train(NamedTuple):
    """A train split and the difficulty of each of its conversations."""

    items: list[AnnotatedConversation]
    ids: list[str]
    sizes: list[int]
    difficulties: NDArray[np.float64]


def load(name: str, data: Path, scheme: SchemeName = "two-way") -> Train:
    corpus = corpora.load(name, data)
    items = list(corpus.conversations("train"))
    n_labels = len(labels.space(corpus.card.spaces["emotion"]))
    scores = np.array(curriculum.difficulties(items, "emotion", n_labels, scheme))
    return Train(items, [item.id for item in items], [len(item.conversation) for item in items], scores)


def shifts(train: Train) -> tuple[int, int]:
    turns = [[(u.speaker, str(i.gold["emotion"][u.id])) for u in i.conversation.utterances] for i in train.items]
    same = sum(1 for dialogue in turns for _ in same_speaker_shifts(dialogue))
    return same, sum(1 for dialogue in turns for _ in cross_speaker_shifts(dialogue))


@pytest.fixture(scope="module")
def iemocap(data: Path) -> Train:
    return load("iemocap", data)


@pytest.fixture(scope="module")
def meld(data: Path) -> Train:
    """The release that PRC-Emo reads."""
    return load("meld_json", data)


def test_iemocap(iemocap: Train) -> None:
    scores, ids = iemocap.difficulties, iemocap.ids
    assert (ids[scores.argmin()], round(scores.min(), 4)) == ("Ses03M_impro06", 0.0364)
    assert (ids[scores.argmax()], round(scores.max(), 4)) == ("Ses03M_impro07", 1.0441)
    assert round(scores.mean(), 4) == 0.4073
    assert round(scores[ids.index("Ses03F_impro06")], 6) == 0.118788
    assert shifts(iemocap) == (1460, 1906)


def test_meld(meld: Train) -> None:
    scores, ids = meld.difficulties, meld.ids
    assert (ids[scores.argmin()], round(scores.min(), 4)) == ("937", 0.1250)
    assert (ids[scores.argmax()], round(scores.max(), 4)) == ("65", 0.9340)
    assert round(scores.mean(), 4) == 0.5765
    assert [round(scores[ids.index(i)], 6) for i in "012"] == [0.455357, 0.580952, 0.812519]
    assert meld.sizes.count(1) == 70
    assert set(scores[np.array(meld.sizes) == 1]) == {0.5}
    assert shifts(meld) == (4001, 4454)


def test_the_releases_of_meld_differ_in_one_conversation(meld: Train, data: Path) -> None:
    # The last line of 556 is Joey's in the tables and Ross's in the JSON, whose one-hot `genders` say Joey, too.
    tables = load("meld", data)
    differing = [i for i, a, b in zip(meld.ids, meld.difficulties, tables.difficulties, strict=True) if a != b]
    assert differing == ["556"]
    place = meld.ids.index("556")
    assert (round(meld.difficulties[place], 4), round(tables.difficulties[place], 4)) == (0.6286, 0.6730)
    assert round(tables.difficulties.mean(), 4) == 0.5765
    assert shifts(tables) == (4001, 4455)


def test_our_buckets_keep_conversations_whole(iemocap: Train, meld: Train) -> None:
    for train, cuts in ((iemocap, [(54, 2572), (54, 2591)]), (meld, [(539, 4987), (499, 5002)])):
        buckets = curriculum.dialogue_buckets(train.difficulties.tolist(), train.sizes, 2)
        assert [(len(b), sum(train.sizes[i] for i in b)) for b in buckets] == cuts
    easy, hard = curriculum.dialogue_buckets(meld.difficulties.tolist(), meld.sizes, 2)
    assert (round(meld.difficulties[easy[-1]], 4), round(meld.difficulties[hard[0]], 4)) == (0.5905, 0.5909)


@pytest.mark.parametrize(("name", "most"), [("iemocap", 0), ("meld_json", 4)])
def test_the_comparison_at_random_has_as_many_conversations_and_utterances(name: str, most: int, data: Path) -> None:
    train = load(name, data)
    ours = curriculum.dialogue_buckets(train.difficulties.tolist(), train.sizes, 2)
    for seed in range(42, 47):
        drawn = curriculum.at_random(ours, seed, train.sizes)
        assert [len(bucket) for bucket in drawn] == [len(bucket) for bucket in ours]
        off = sum(train.sizes[i] for i in drawn[0]) - sum(train.sizes[i] for i in ours[0])
        assert abs(off) <= most
        assert len(np.intersect1d(drawn[0], ours[0])) < 0.65 * len(ours[0])


@pytest.mark.parametrize(
    ("name", "lengths", "cut", "straddles"),
    [("iemocap", [2581, 2582], 0.4004, "Ses01F_impro07"), ("meld_json", [4994, 4995], 0.5909, "206")],
)
def test_official_buckets_cut_through_a_conversation(
    name: str, lengths: list[int], cut: float, straddles: str, data: Path
) -> None:
    train = load(name, data)
    easy, hard = curriculum.sample_buckets(train.difficulties.tolist(), train.sizes, 2, compat="official")
    assert [len(easy), len(hard)] == lengths
    owners = np.repeat(np.arange(len(train.sizes)), train.sizes)
    both = set(owners[easy].tolist()) & set(owners[hard].tolist())
    assert [train.ids[i] for i in both] == [straddles]
    assert {round(train.difficulties[i], 4) for i in both} == {cut}


def test_the_plan_of_iemocap(iemocap: Train) -> None:
    plan = curriculum.plan(iemocap.items, "emotion", 6, Curriculum(), 42, "samples")
    assert [len(epoch) for epoch in plan] == [2572, 5163, 5163, 5163]
    assert all(len(np.unique(epoch)) == len(epoch) for epoch in plan)
    assert curriculum.plan(iemocap.items, "emotion", 6, Curriculum(), 42, "samples")[3].tolist() == plan[3].tolist()


@pytest.mark.parametrize(("name", "expected"), [("iemocap", 0.16), ("meld_json", 0.67)])
def test_algorithm_1_of_the_paper_is_another_curriculum(name: str, expected: float, data: Path) -> None:
    stats = pytest.importorskip("scipy.stats")
    ours, theirs = load(name, data).difficulties, load(name, data, "algorithm-1").difficulties
    assert round(float(stats.spearmanr(ours, theirs).statistic), 2) == expected
