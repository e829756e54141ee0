"""Several dialogues as one block of tensors: what every layer and network over dialogues reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class DialogueBatch:
    """b dialogues of at most t turns, padded at the end.

    `vectors`: of each modality, shape (b, t, width), 32 bits. `present`: of each modality, shape (b, t), true where an
    utterance has it; where it is false the vector is zero and must not be read. `speakers`: shape (b, t), numbered
    from 0 in the order in which they first speak in their dialogue, -1 at padding. `mask`: shape (b, t), true at turns.
    """

    vectors: Mapping[str, Tensor]
    present: Mapping[str, Tensor]
    speakers: Tensor
    mask: Tensor
