"""Graph convolutions over the turns near each other, as in DialogueGCN (Ghosal et al., EMNLP 2019).

An edge leads to each turn from those at most 10 before and 10 after it, and from itself. The neighbours of a turn are a
band around the diagonal: gathered as (b, t, 21, width) they take a few matrix products, and memory that grows with the
turns and not with their square. `torch_geometric`, a dependency with compiled parts, would hold the same edges as lists
and gain nothing where every node has the same ones.
"""

import torch
from torch import Tensor, nn

SPAN = 10
"""Turns before and after with an edge to a turn (DialogueGCN)."""
RELATIONS = 4
"""Same or other speaker, times earlier or later."""


def neighbours(x: Tensor, span: int) -> Tensor:
    """Of each turn the turns from `span` before to `span` after it, shape (b, t, 2·span + 1, …) for x (b, t, …).

    Beyond the row stands 0.

    >>> neighbours(torch.tensor([[1, 2, 3]]), span=1).tolist()
    [[[0, 1, 2], [1, 2, 3], [2, 3, 0]]]
    """
    blank = x.new_zeros(x.shape[0], span, *x.shape[2:])
    windows: Tensor = torch.cat([blank, x, blank], dim=1).unfold(1, 2 * span + 1, 1)
    return windows.movedim(-1, 2)


def relations(speakers: Tensor, span: int = SPAN) -> Tensor:
    """The relation of each turn to its neighbours, shape (b, t, 2·span + 1), -1 where there is no edge.

    0: same speaker, earlier; 1: same, later; 2: other, earlier; 3: other, later; a turn is to itself as to a later
    one of its own. The paper tells apart which speaker has either turn, 2P² relations for P speakers
    numbered alike in all dialogues. Ours are what remains of these if nothing may depend on the numbers.

    >>> relations(torch.tensor([[0, 1, 0]]), span=1).tolist()
    [[[-1, 1, 3], [2, 1, 3], [2, 1, -1]]]
    """
    other = neighbours(speakers + 1, span) - 1
    later = torch.arange(-span, span + 1, device=speakers.device) >= 0
    kind = 2 * (other != speakers[..., None]) + later
    return kind.masked_fill((other < 0) | (speakers < 0)[..., None], -1)


class EdgeWeights(nn.Module):
    """How much of a turn's neighbourhood each neighbour is: a softmax over xᵢ · W xⱼ (paper)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """Weights, shape (b, t, n), for x (b, t, width) and edges (b, t, n); they sum to 1, at padding they are 0."""
        near = neighbours(self.linear(x), edges.shape[2] // 2)
        scores = torch.einsum("btd,btnd->btn", x, near).float()
        there = edges >= 0
        weights = scores.masked_fill(~there, torch.finfo(scores.dtype).min).softmax(-1)
        return (weights * there).to(x.dtype)


class RelationalConvolution(nn.Module):
    """Each turn's neighbours, weighted and mapped by their relation, and the turn itself (paper)."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.own, self.near = nn.Linear(width, out), nn.Linear(RELATIONS * width, out, bias=False)

    def forward(self, x: Tensor, weights: Tensor, edges: Tensor) -> Tensor:
        """Shape (b, t, out), for x (b, t, width), weights and relations (b, t, n)."""
        by_relation = weights[..., None] * (edges[..., None] == torch.arange(RELATIONS, device=edges.device))
        near = torch.einsum("btnr,btnd->btrd", by_relation, neighbours(x, edges.shape[2] // 2))
        convolved: Tensor = torch.relu(self.own(x) + self.near(near.flatten(2)))
        return convolved


class GraphConvolution(nn.Module):
    """The mean of each turn's neighbours, mapped, and the turn itself (the paper has a sum).

    A sum would make the states of a long dialogue 20 times those of a short one (ours).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.own, self.near = nn.Linear(width, width), nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """Shape (b, t, width), for x (b, t, width) and relations (b, t, n)."""
        there = (edges >= 0).to(x.dtype)
        there = there / there.sum(-1, keepdim=True).clamp(min=1)
        near = torch.einsum("btn,btnd->btd", there, neighbours(x, edges.shape[2] // 2))
        convolved: Tensor = torch.relu(self.own(x) + self.near(near))
        return convolved
