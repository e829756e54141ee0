"""Tree edit distance against every mapping there is, the unit cases of the specification, and the reward."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.errors import ScoreError
from sentio.metrics.tree_edit import Tree, tree_edit_distance, tree_reward

leaves = st.builds(Tree, st.sampled_from("abc"))
trees = st.recursive(
    leaves, lambda below: st.builds(Tree, st.sampled_from("abc"), st.lists(below, max_size=3).map(tuple)), max_leaves=4
)


def tree(label: str, *children: Tree) -> Tree:
    return Tree(label, children)


A, B, C = Tree("a"), Tree("b"), Tree("c")

Node = tuple[str, tuple[int, ...]]


def walk(node: Tree, path: tuple[int, ...] = ()) -> Iterator[Node]:
    yield node.label, path
    for index, child in enumerate(node.children):
        yield from walk(child, (*path, index))


def relation(one: Node, other: Node) -> str:
    """Where one node of a tree stands to another: above, below, left or right of it."""
    p, q = one[1], other[1]
    if q[: len(p)] == p:
        return "above"
    if p[: len(q)] == q:
        return "below"
    return "left" if p < q else "right"


def cheapest_mapping(first: list[Node], second: list[Node], pairs: tuple[tuple[Node, Node], ...] = ()) -> int:
    """Tai's definition tried out in full: one to one, keeping ancestors and order; what is not mapped costs 1."""
    if not first:
        return len(second) - len(pairs) + sum(x[0] != y[0] for x, y in pairs)
    node, rest = first[0], first[1:]
    costs = [1 + cheapest_mapping(rest, second, pairs)]
    for other in second:
        fits = all(y != other and relation(x, node) == relation(y, other) for x, y in pairs)
        if fits:
            costs.append(cheapest_mapping(rest, second, (*pairs, (node, other))))
    return min(costs)


@settings(max_examples=60)
@given(trees, trees)
def test_no_mapping_is_cheaper(first: Tree, second: Tree) -> None:
    left, right = list(walk(first)), list(walk(second))
    if len(left) * len(right) <= 36:
        assert tree_edit_distance(first, second) == cheapest_mapping(left, right)


@given(trees, trees, trees)
def test_it_is_a_metric(first: Tree, second: Tree, third: Tree) -> None:
    between = tree_edit_distance(first, second)
    assert between == tree_edit_distance(second, first)
    assert (between == 0) == (first == second)
    assert between <= tree_edit_distance(first, third) + tree_edit_distance(third, second)
    assert between <= len(list(walk(first))) + len(list(walk(second)))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (tree("a", B, C), tree("a", B, C), 0),
        (tree("a", B, C), tree("a", B), 1),
        (tree("a", B, C), tree("a", C, B), 2),
        (tree("a", B), tree("c", B), 1),
        # A node between parent and children comes or goes alone.
        (tree("a", tree("d", B, C)), tree("a", B, C), 1),
        (A, tree("b", C), 2),
        # The example of Zhang and Shasha's paper, figure 4.
        (tree("f", tree("d", A, tree("c", B)), Tree("e")), tree("f", tree("c", tree("d", A, B)), Tree("e")), 2),
        (Tree("Raised  Brow "), Tree("raised brow"), 0),
    ],
)
def test_known_distances(first: Tree, second: Tree, expected: int) -> None:
    assert tree_edit_distance(first, second) == expected


def test_the_reward_falls_by_the_edit() -> None:
    gold = tree("person", Tree("smile"), Tree("joy"), Tree("daylight"))
    edits = [
        gold,
        tree("person", Tree("frown"), Tree("joy"), Tree("daylight")),
        tree("person", Tree("frown"), Tree("anger"), Tree("daylight")),
        tree("person", Tree("frown"), Tree("anger")),
    ]
    raw = [tree_reward(gold, t, decay=0.1, normalised=False) for t in edits]
    assert [round(r, 6) for r in raw] == [1, 0.904837, 0.818731, 0.740818]
    normalised = [tree_reward(gold, t) for t in edits]
    assert normalised == pytest.approx([1, np.exp(-1 / 8), np.exp(-2 / 8), np.exp(-3 / 7)])


@given(trees, trees)
def test_the_reward_is_one_only_for_equal_trees(first: Tree, second: Tree) -> None:
    reward = tree_reward(first, second)
    assert 1 / np.e <= reward <= 1
    assert (reward == 1) == (first == second)


def test_depth_does_not_matter() -> None:
    deep = A
    for _ in range(3000):
        deep = tree("a", deep)
    assert tree_edit_distance(deep, tree("b", A)) == 3000


@pytest.mark.parametrize("decay", [0, -1, float("nan"), float("inf")])
def test_a_decay_that_rewards_nothing(decay: float) -> None:
    with pytest.raises(ScoreError, match="decay"):
        tree_reward(A, B, decay=decay)
