"""Labels as a tree of their tokens: what labels begin with alike is computed once.

Behind one prefix all labels are scored in one pass: every inner node of the tree is one input token that sees the
prefix and its own ancestors, at the position it has in its label. The root is the prefix's last token.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logprobs = NDArray[np.float64]


@dataclass(frozen=True)
class LabelTree:
    """The tree of k labels with m inner nodes, the root first.

    `nodes` are the tokens of a label up to and with each node, () for the root; `tokens` (m,) the last of them (the
    root's is a place-holder: each prefix has its own), `depths` (m,) how
    far each stands behind the root, `sees` (m, m) which nodes a node attends to: its ancestors and itself.
    `parents` and `targets` (e,) are the edges: after node `parents[i]` the token `targets[i]`. `paths` (k, longest)
    are the edges of each label, -1 behind its end.
    """

    nodes: tuple[tuple[int, ...], ...]
    tokens: NDArray[np.int64]
    depths: NDArray[np.int64]
    sees: NDArray[np.bool_]
    parents: NDArray[np.int64]
    targets: NDArray[np.int64]
    paths: NDArray[np.int64]


def label_tree(labels: Sequence[Sequence[int]]) -> LabelTree:
    """The tree of labels given by their tokens; every label needs one at least.

    >>> tree = label_tree([(7, 2), (7, 8, 2), (9, 2)])  # two begin with 7
    >>> tree.tokens.tolist(), tree.depths.tolist()
    ([0, 7, 8, 9], [0, 1, 2, 1])
    >>> tree.paths.tolist()
    [[0, 1, -1], [0, 2, 3], [4, 5, -1]]
    """
    edges: dict[tuple[tuple[int, ...], int], int] = {}
    for label in labels:
        for at, token in enumerate(label):
            edges.setdefault((tuple(label[:at]), token), len(edges))
    nodes = {node: i for i, node in enumerate(dict.fromkeys([(), *(before for before, _ in edges)]))}
    paths = np.full((len(labels), max(map(len, labels))), -1, np.int64)
    for row, label in zip(paths, labels, strict=True):
        row[: len(label)] = [edges[tuple(label[:at]), token] for at, token in enumerate(label)]
    return LabelTree(
        nodes=tuple(nodes),
        tokens=np.array([node[-1] if node else 0 for node in nodes]),
        depths=np.array([len(node) for node in nodes]),
        sees=np.array([[node[: len(other)] == other for other in nodes] for node in nodes]),
        parents=np.array([nodes[before] for before, _ in edges]),
        targets=np.array([token for _, token in edges]),
        paths=paths,
    )


def reduced(logprobs: Logprobs, *, mean: bool) -> Logprobs:
    """One score a label from the log-probabilities of its tokens: their sum, or their mean.

    `logprobs` are (prompts, labels, tokens) with NaN behind a label's end; the scores (prompts, labels). A label
    whose tokens are all NaN has the score NaN.

    >>> reduced(np.log([[[0.5, 0.5], [0.5, np.nan]]]), mean=True).round(4)  # two tokens weigh as one
    array([[-0.6931, -0.6931]])
    """
    tokens = (~np.isnan(logprobs)).sum(2)
    total = np.where(tokens > 0, np.nansum(logprobs, axis=2), np.nan)
    return total / np.maximum(tokens, 1) if mean else total
