"""A random field over the labels of a dialogue: each depends on the speaker's own last label and on the other's.

SkipCRF of EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6). An inertia
edge skips at most one run of another speaker, so the label of the current turn and the last label of the run before
are all that the future asks about the past: sums and maxima over all label sequences are exact in O(t K³).

The recursion is the same at every turn. With A[i, k] = state[i, k] inside a run and its transpose where a run begins,

    state'[i, y] = Σ_k A[i, k] · inertia[k, y] · contagion[i, y] · exp(emission[y])

where a turn without an inertia edge sums over k and one without a contagion edge keeps i. Before the second run there
is no run before, and its label stands at 0: nothing has to be said about monologues. The released code forgets some of
a monologue's sequences (139 of 139 log-likelihoods wrong); here they are all counted.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sentio.nn.dialogue_edges import DialogueEdges
from sentio.nn.dialogue_network import NO_LABEL


class SkipCRF(nn.Module):
    """Scores label sequences y of a dialogue, emissions e of shape (b, t, labels) given:

        start[y_0] + Σ_t e_t[y_t] + Σ_inertia own[y_p(t), y_t] + Σ_contagion other[y_(t-1), y_t] + end[y_last]

    Computes in 64 bits, whatever the emissions are in, and in the probability domain with one scale a turn, which makes
    a step one small matrix product. Exact while transitions and `start`, `end` stay within ±300; emissions may have
    any finite size.
    """

    def __init__(self, labels: int) -> None:
        super().__init__()
        # Uniform between ±0.1: released code.
        self.start = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.own = nn.Parameter(torch.empty(labels, labels).uniform_(-0.1, 0.1))
        self.other = nn.Parameter(torch.empty(labels, labels).uniform_(-0.1, 0.1))

    def log_likelihood(self, emissions: Tensor, labels: Tensor, edges: DialogueEdges, mask: Tensor) -> Tensor:
        """Natural logarithm of the probability of the known `labels`, (b, t) with -1 for none; shape (b,).

        What is not labelled is unobserved: the probability is summed over all labels it might have.
        """
        # One pass over twice the dialogues costs less than two passes: a step is mostly overhead.
        twice = DialogueEdges(**{name: torch.cat([each, each]) for name, each in vars(edges).items()})
        nothing = torch.full_like(labels, NO_LABEL)
        sums = self.log_partition(
            torch.cat([emissions, emissions]), twice, torch.cat([mask, mask]), torch.cat([labels, nothing])
        )
        observed, free = sums.chunk(2)
        return observed - free

    def log_partition(
        self, emissions: Tensor, edges: DialogueEdges, mask: Tensor, labels: Tensor | None = None
    ) -> Tensor:
        """log Σ_y exp(score(y)) over the sequences that agree with `labels` where they are known; shape (b,)."""

    def marginals(self, emissions: Tensor, edges: DialogueEdges, mask: Tensor) -> Tensor:
        """Probability of each label at each turn, shape (b, t, labels), zero at padding. Carries no gradient."""

    def viterbi(self, emissions: Tensor, edges: DialogueEdges, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The label sequence of the highest score, (b, t) with -1 at padding, and that score, (b,)."""
