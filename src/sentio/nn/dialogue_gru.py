"""A recurrent layer with two memories: what the speaker felt last, and what the other one has just shown.

DiaGRU of EmotionIC (Liu et al., SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6).
"""

import torch
from torch import Tensor, nn

from sentio.nn.dialogue_edges import DialogueEdges


class DialogueGRU(nn.Module):
    """Reads a dialogue turn by turn; a turn's state depends on no later one.

    With x the utterance, s the state of the speaker's own last turn and o that of the turn before, if somebody else's,
    each times its edge's weight and zero where there is no edge:

        r = σ(W_r x + U_r o), m = σ(W_m x + U_m s), z = σ(W_z x + U_o o + U_s s)
        n = tanh(W_n x + r ∘ (V_o o) + m ∘ (V_s s)),  h = (1 - z) ∘ n + z ∘ s
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.inputs = nn.Linear(width, 4 * hidden)  # r, z, m, n
        self.own = nn.Linear(hidden, 3 * hidden)  # z, m, n
        self.other = nn.Linear(hidden, 3 * hidden)  # r, z, n
        # Orthogonal weights, biases uniform between ±1/√hidden: released code.
        for linear in (self.inputs, self.own, self.other):
            for block in linear.weight.detach().chunk(linear.out_features // hidden):
                nn.init.orthogonal_(block)
            nn.init.uniform_(linear.bias, -(hidden**-0.5), hidden**-0.5)

    def forward(self, x: Tensor, edges: DialogueEdges) -> Tensor:
        """States of shape (b, t, hidden) for utterances x of shape (b, t, width)."""
        own_weights = (edges.own_weight * edges.inertia).to(x.dtype).T[..., None].unbind()
        other_weights = (edges.other_weight * edges.contagion).to(x.dtype).T[..., None].unbind()
        # Inside a run the speaker's last state is the current one, after it that of the run before: two suffice.
        current = before = x.new_zeros(len(x), self.own.in_features)
        states = []
        turns = zip(self.inputs(x).unbind(1), edges.contagion.T[..., None], own_weights, other_weights, strict=True)
        for projected, begins, own_weight, other_weight in turns:
            own = torch.where(begins, before, current) * own_weight
            before = torch.where(begins, current, before)
            current = self._step(projected, own, current * other_weight)
            states.append(current)
        return torch.stack(states, 1)

    def _step(self, projected: Tensor, own: Tensor, other: Tensor) -> Tensor:
        x_r, x_z, x_m, x_n = projected.chunk(4, 1)
        o_r, o_z, o_n = self.other(other).chunk(3, 1)
        s_z, s_m, s_n = self.own(own).chunk(3, 1)
        r, m = torch.sigmoid(x_r + o_r), torch.sigmoid(x_m + s_m)
        new = torch.tanh(x_n + r * o_n + m * s_n)
        # Not `lerp`, which takes no two precisions: under autocast what comes from a matrix has fewer bits.
        return new + torch.sigmoid(x_z + o_z + s_z) * (own - new)
