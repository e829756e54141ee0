"""Broad learning: one wide layer of nodes instead of many deep ones, and a head in closed form.

After Chen and Liu, "Broad Learning System: An Effective and Efficient Incremental Learning System Without the Need for
Deep Architecture", IEEE TNNLS 29, 2018: feature nodes Z = tanh(X W_e + b_e), enhancement nodes H = tanh(Z W_h + b_h),
a head on [Z | H]; sections III-B and III-C add rows and nodes without fitting again. Their sparse autoencoder for W_e
is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

FEATURES, ENHANCEMENTS = 200, 200
"""Feature nodes, ten groups of twenty as one matrix, and enhancement nodes, one group: our design."""
NODES = FEATURES + ENHANCEMENTS


class BroadNodes(nn.Module):
    """[Z | H] of vectors of `width`: NODES numbers between −1 and 1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.features = nn.Linear(width, FEATURES)
        self.enhancements = nn.Linear(FEATURES, ENHANCEMENTS)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (…, width) to (…, nodes)."""
        features = self.features(x).tanh()
        return torch.cat([features, self.enhancements(features).tanh()], dim=-1)


@dataclass(frozen=True)
class Ridge:
    """A head in closed form, W = (AᵀRA + λI)⁻¹ AᵀRY, and what it takes to go on from it.

    A are nodes (rows, nodes), Y targets (rows, labels), R weights of the rows. `weights`: W, shape (nodes, labels).
    `inverse`: (AᵀRA + λI)⁻¹, shape (nodes, nodes). `penalty`: λ > 0. All in 64 bits: 32 would lose what is added.
    """

    weights: Tensor
    inverse: Tensor
    penalty: float

    @classmethod
    def fit(cls, nodes: Tensor, targets: Tensor, penalty: float, row_weights: Tensor | None = None) -> "Ridge":
        """The head of these rows; `row_weights` ≥ 0 of shape (rows,), 1 by default, stand in for class weights.

        >>> head = Ridge.fit(torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [3.0]]), penalty=1.0)
        >>> round(float(head.weights), 6)
        1.166667
        """
        nodes, targets = _weighed(nodes, targets, row_weights)
        size = nodes.shape[1]
        gram = nodes.T @ nodes + penalty * torch.eye(size, dtype=nodes.dtype, device=nodes.device)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
        return cls(inverse @ (nodes.T @ targets), inverse, penalty)

    def __call__(self, nodes: Tensor) -> Tensor:
        """Scores A W, shape (rows, labels), in 64 bits."""
        return nodes.double() @ self.weights

    def with_rows(self, nodes: Tensor, targets: Tensor, row_weights: Tensor | None = None) -> "Ridge":
        """The head of the rows so far and these (Woodbury): as many rows as come cost, not those that were."""
        nodes, targets = _weighed(nodes, targets, row_weights)
        reached = self.inverse @ nodes.T
        inner = torch.eye(len(nodes), dtype=nodes.dtype, device=nodes.device) + nodes @ reached
        gain = torch.cholesky_solve(reached.T, torch.linalg.cholesky(inner)).T
        inverse = self.inverse - gain @ reached.T
        weights = self.weights + gain @ (targets - nodes @ self.weights)
        return Ridge(weights, (inverse + inverse.T) / 2, self.penalty)

    def with_nodes(self, nodes: Tensor, added: Tensor, targets: Tensor, row_weights: Tensor | None = None) -> "Ridge":
        """The head with `added` nodes, shape (rows, new), behind the `nodes` of the same rows (block inverse)."""
        new, targets_weighed = _weighed(added, targets, row_weights)
        nodes, _ = _weighed(nodes, targets, row_weights)
        across = self.inverse @ (nodes.T @ new)
        own = new.T @ new + self.penalty * torch.eye(new.shape[1], dtype=new.dtype, device=new.device)
        rest = own - (new.T @ nodes) @ across
        corner = torch.cholesky_inverse(torch.linalg.cholesky((rest + rest.T) / 2))
        side = -across @ corner
        inverse = torch.cat([torch.cat([self.inverse - side @ across.T, side], 1), torch.cat([side.T, corner], 1)], 0)
        below = corner @ (new.T @ (targets_weighed - nodes @ self.weights))
        return Ridge(torch.cat([self.weights - across @ below, below]), inverse, self.penalty)


class DeepBroad(nn.Module):
    """Nodes of a state and their sum, of `width` again, all trained."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.nodes, self.dropout, self.outputs = BroadNodes(width), nn.Dropout(dropout), nn.Linear(NODES, width)

    def forward(self, states: Tensor, vectors: Tensor) -> Tensor:
        """Shape (…, width) of states of that shape; the vectors they come from are not looked at."""
        out: Tensor = self.outputs(self.dropout(self.nodes(states)))
        return out


class ClassicBroad(nn.Module):
    """Fixed random nodes of the vectors, a head in closed form, and a linear layer, alone trained, that reads its
    scores. Until it is fitted the scores are 0. The nodes are those of torch's seed at the time of making."""

    head: Tensor

    def __init__(self, width: int, labels: int, out: int) -> None:
        super().__init__()
        self.nodes, self.outputs = BroadNodes(width).requires_grad_(False), nn.Linear(labels, out)
        self.register_buffer("head", torch.zeros(NODES, labels))

    def forward(self, states: Tensor, vectors: Tensor) -> Tensor:
        """Shape (…, out) of vectors (…, width); the states made of them are not looked at."""
        out: Tensor = self.outputs(self.nodes(vectors) @ self.head)
        return out

    def fit(self, rows: Iterable[tuple[Tensor, Tensor]], heavy: Tensor, penalty: float) -> None:
        """Fit the head to one-hot labels of vectors (rows, width) and labels (rows,), which come some rows at a time.

        `heavy`, shape (labels,), is the weight of a row of each label.
        """
        ridge = None
        for vectors, labels in rows:
            nodes, targets, weights = self.nodes(vectors), one_hot(labels, len(heavy)), heavy[labels]
            ridge = ridge.with_rows(nodes, targets, weights) if ridge else Ridge.fit(nodes, targets, penalty, weights)
        if ridge is not None:
            self.head.copy_(ridge.weights)


def _weighed(nodes: Tensor, targets: Tensor, row_weights: Tensor | None) -> tuple[Tensor, Tensor]:
    """Rows in 64 bits, times the root of their weights: a plain fit of these is the weighted one."""
    nodes, targets = nodes.double(), targets.double()
    if row_weights is None:
        return nodes, targets
    root = row_weights.double().sqrt().unsqueeze(-1)
    return nodes * root, targets * root
