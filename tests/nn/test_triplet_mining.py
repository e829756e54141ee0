"""Triplets: anchor and positive share the label, the negative does not, classes come alike, miners keep their word."""

from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sentio.nn.triplet_mining import MINERS, Miner, class_uniform_pairs, mined_negatives, miner_of

labels_of_clips = st.lists(st.integers(0, 3), min_size=0, max_size=12)


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(labels=labels_of_clips, miner=st.sampled_from(MINERS), seed=st.integers(0, 99))
def test_anchor_and_positive_share_the_label_and_the_negative_does_not(
    labels: list[int], miner: Miner, seed: int
) -> None:
    of = torch.tensor(labels, dtype=torch.long)
    anchors, positives = class_uniform_pairs(of, 20, dice(seed))
    possible = len(set(labels)) > 1 and any(labels.count(label) > 1 for label in labels)
    assert len(anchors) == len(positives) == (20 if possible else 0)
    if possible:
        vectors = torch.randn(len(labels), 3, generator=dice(seed))
        negatives = mined_negatives(vectors, of, anchors, positives, miner, dice(seed))
        assert bool((of[anchors] == of[positives]).all())
        assert bool((anchors != positives).all())
        assert bool((of[anchors] != of[negatives]).all())


def test_classes_are_drawn_uniformly_however_rare() -> None:
    """900, 90 and 10 clips: each class gets a third of 30,000 anchors; 0.01 is 3.7 standard deviations."""
    labels = torch.tensor([0] * 900 + [1] * 90 + [2] * 10)[torch.randperm(1000, generator=dice(1))]
    anchors, positives = class_uniform_pairs(labels, 30_000, dice())
    shares = torch.bincount(labels[anchors]) / 30_000
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), atol=0.01, rtol=0)
    rare = torch.nonzero(labels == 2).flatten()
    pairs = torch.stack([anchors, positives], 1)[torch.isin(anchors, rare)]
    assert len(torch.unique(pairs, dim=0)) == 10 * 9


def test_classes_of_one_clip_give_no_anchor() -> None:
    labels = torch.tensor([5, 7, 7, 9])
    anchors, _ = class_uniform_pairs(labels, 50, dice())
    assert set(anchors.tolist()) == {1, 2}


@given(labels=labels_of_clips, seed=st.integers(0, 99))
def test_miners_choose_what_a_search_by_hand_chooses(labels: list[int], seed: int) -> None:
    of = torch.tensor(labels, dtype=torch.long)
    vectors = torch.randn(len(labels), 2, generator=dice(seed), dtype=torch.float64)
    anchors, positives = class_uniform_pairs(of, 10, dice(seed))
    semi, hardest = (
        mined_negatives(vectors, of, anchors, positives, miner, dice(seed)).tolist() if len(anchors) else []
        for miner in ("semi-hard", "hardest")
    )
    for n, (a, p) in enumerate(zip(anchors.tolist(), positives.tolist(), strict=True)):
        distance: dict[int, float] = {
            j: float((vectors[a] - vectors[j]).norm()) for j in range(len(labels)) if labels[j] != labels[a]
        }
        beyond = {j: d for j, d in distance.items() if d > float((vectors[a] - vectors[p]).norm())}
        assert hardest[n] == min(distance, key=distance.__getitem__)
        expected = min(beyond, key=beyond.__getitem__) if beyond else max(distance, key=distance.__getitem__)
        assert semi[n] == expected


def test_random_negatives_are_spread_over_all_others() -> None:
    labels = torch.tensor([0, 0, 1, 2, 3])
    pairs: tuple[Tensor, Tensor] = torch.zeros(3000, dtype=torch.long), torch.ones(3000, dtype=torch.long)
    negatives = mined_negatives(torch.zeros(5, 2), labels, *pairs, "random", dice())
    shares = torch.bincount(negatives, minlength=5) / 3000
    torch.testing.assert_close(shares, torch.tensor([0, 0, 1 / 3, 1 / 3, 1 / 3]), atol=0.04, rtol=0)


def test_the_miners_follow_one_another() -> None:
    assert get_args(Miner) == MINERS
    assert [miner_of(epoch, 60) for epoch in (0, 19, 20, 39, 40, 59)] == [
        "random", "random", "semi-hard", "semi-hard", "hardest", "hardest",
    ]  # fmt: skip
    assert miner_of(0, 1) == "random"
    assert miner_of(7, 3) == "hardest"


@pytest.mark.parametrize("miner", MINERS)
def test_the_same_dice_give_the_same_triplets(miner: Miner) -> None:
    labels, vectors = torch.arange(12) % 3, torch.randn(12, 4, generator=dice(3))
    drawn = []
    for _ in range(2):
        same = dice(7)
        anchors, positives = class_uniform_pairs(labels, 9, same)
        drawn.append(
            torch.stack([anchors, positives, mined_negatives(vectors, labels, anchors, positives, miner, same)])
        )
    assert torch.equal(*drawn)
