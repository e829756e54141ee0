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

    def forward(self, x: Tensor, edges: DialogueEdges) -> Tensor:
        """States of shape (b, t, hidden) for utterances x of shape (b, t, width)."""
        raise NotImplementedError
