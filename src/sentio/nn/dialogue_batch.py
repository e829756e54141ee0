"""Several dialogues as one block of tensors: what every layer and network over dialogues reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


@dataclass(frozen=True)
class Dialogue:
    """One dialogue of t turns: `vectors` (t, width) and `present` (t,) of each modality, `speakers` (t,); as in a
    batch, but without padding."""

    vectors: Mapping[str, Tensor]
    present: Mapping[str, Tensor]
    speakers: Tensor


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

    @classmethod
    def of(cls, dialogues: Sequence[Dialogue], device: torch.device | None = None) -> "DialogueBatch":
        """These dialogues, which have the same modalities, side by side on a device.

        >>> ann = Dialogue({"text": torch.ones(2, 3)}, {"text": torch.tensor([True, False])}, torch.tensor([0, 1]))
        >>> bob = Dialogue({"text": torch.ones(1, 3)}, {"text": torch.tensor([True])}, torch.tensor([0]))
        >>> batch = DialogueBatch.of([ann, bob])
        >>> batch.vectors["text"].shape, batch.speakers.tolist(), batch.mask.tolist()
        (torch.Size([2, 2, 3]), [[0, 1], [0, -1]], [[True, True], [True, False]])
        """
        modalities = dialogues[0].vectors

        def block(rows: Sequence[Tensor], padding: float) -> Tensor:
            return pad_sequence(list(rows), batch_first=True, padding_value=padding).to(device)

        speakers = block([each.speakers for each in dialogues], -1)
        return cls(
            vectors={name: block([each.vectors[name] for each in dialogues], 0.0) for name in modalities},
            present={name: block([each.present[name] for each in dialogues], False) for name in modalities},
            speakers=speakers,
            mask=speakers >= 0,
        )
