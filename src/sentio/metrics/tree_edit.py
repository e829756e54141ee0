"""Distance between two ordered labelled trees, and the reward VidEmo's training gives for it.

VidEmo (arXiv 2511.02712) reads a caption as a tree, attribute to expression to emotion, and rewards R = exp(-λ TED).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentio.errors import ScoreError


@dataclass(frozen=True)
class Tree:
    """A node: its label and its children, in order."""

    label: str
    children: tuple["Tree", ...] = ()


def tree_edit_distance(first: Tree, second: Tree) -> int:
    """The fewest nodes to insert, delete or relabel that turn one ordered tree into the other, each at cost 1.

    A deleted node's children take its place. Labels are equal without regard to case and runs of white space.
    Zhang and Shasha, "Simple fast algorithms for the editing distance between trees", SIAM J. Comput. 18(6), 1989;
    symmetric, a metric, from 0 to the size of both trees together.

    >>> brow, smile = Tree("raised brow"), Tree("smile")
    >>> tree_edit_distance(Tree("joy", (brow, smile)), Tree("Joy", (smile,)))
    1
    """
    left, right = _PostOrder(first), _PostOrder(second)
    relabel = (left.labels[:, None] != right.labels[None, :]).astype(np.int64)
    subtrees = np.zeros(relabel.shape, dtype=np.int64)
    for i in left.keyroots:
        for j in right.keyroots:
            _forest_distances(left, right, (i, j), relabel, subtrees)
    return int(subtrees[-1, -1])


def tree_reward(gold: Tree, predicted: Tree, *, decay: float = 1.0, normalised: bool = True) -> float:
    """exp(-decay · distance), range 0..1, 1 for equal trees.

    The distance is divided by the size of both trees together, so that `decay` means the same for short and long
    captions; `normalised=False` takes it as it is. The paper states neither λ nor the costs: both defaults are ours.
    Raises `ScoreError` for a decay that is not positive and finite.

    >>> round(tree_reward(Tree("joy"), Tree("fear"), decay=0.1, normalised=False), 6)
    0.904837
    """
    if not (np.isfinite(decay) and decay > 0):
        raise ScoreError(f"decay must be positive, not {decay}")
    distance = tree_edit_distance(gold, predicted)
    size = sum(1 for tree in (gold, predicted) for _ in _nodes(tree)) if normalised else 1
    return float(np.exp(-decay * distance / size))


class _PostOrder:
    """A tree as arrays in post-order: labels, and for each node the leftmost leaf below it."""

    def __init__(self, tree: Tree) -> None:
        nodes = list(_nodes(tree))[::-1]
        self.labels = np.array([" ".join(node.label.casefold().split()) for node in nodes], dtype=object)
        self.leftmost = np.zeros(len(nodes), dtype=np.int64)
        waiting: list[int] = []
        for index, node in enumerate(nodes):
            first = len(waiting) - len(node.children)
            self.leftmost[index] = waiting[first] if node.children else index
            del waiting[first:]
            waiting.append(int(self.leftmost[index]))
        # The root, and every node with a sibling to its left: the last node of each leftmost leaf.
        self.keyroots = sorted({int(leaf): index for index, leaf in enumerate(self.leftmost)}.values())


def _nodes(tree: Tree) -> Iterator[Tree]:
    """Every node, parents first and children from the right: post-order backwards. A stack bears any depth."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.children)


def _forest_distances(
    left: _PostOrder,
    right: _PostOrder,
    roots: tuple[int, int],
    relabel: NDArray[np.int64],
    subtrees: NDArray[np.int64],
) -> None:
    """Fill in the distances of all subtrees on the left paths of two keyroots."""
    i0, j0 = int(left.leftmost[roots[0]]), int(right.leftmost[roots[1]])
    rows, columns = roots[0] - i0 + 1, roots[1] - j0 + 1
    forest = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    forest[:, 0], forest[0, :] = np.arange(rows + 1), np.arange(columns + 1)
    for row in range(1, rows + 1):
        i = i0 + row - 1
        for column in range(1, columns + 1):
            j = j0 + column - 1
            either = min(forest[row - 1, column], forest[row, column - 1]) + 1
            if left.leftmost[i] == i0 and right.leftmost[j] == j0:
                forest[row, column] = min(either, forest[row - 1, column - 1] + relabel[i, j])
                subtrees[i, j] = forest[row, column]
            else:
                before = forest[left.leftmost[i] - i0, right.leftmost[j] - j0]
                forest[row, column] = min(either, before + subtrees[i, j])
