"""What features are, and what gives them: one vector an utterance, and whether the utterance has one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sentio.conversation import Conversation
from sentio.errors import InputError


@dataclass(frozen=True, eq=False)
class Features:
    """What a modality says in a conversation of u utterances.

    `vectors`: shape (u, width), float32. `present`: shape (u,), false where an utterance has nothing of this modality
    (no recording, no word); there the vector is zero, and must not be read as one that was measured.
    """

    vectors: NDArray[np.float32]
    present: NDArray[np.bool_]

    @classmethod
    def of(cls, conversation: Conversation, vectors: NDArray[Any], present: NDArray[np.bool_]) -> "Features":
        """Vectors (u, width) of any numbers, made 32 bits wide, and zero where they are not `present` (u,).

        Raises `InputError` that names the utterance whose vector holds NaN or an infinity, and `ValueError` where the
        shapes are not those of the conversation.

        >>> from sentio import Utterance
        >>> said = Utterance(id="0", speaker="Ada", text="You baked a cake?")
        >>> chat = Conversation(id="kitchen", utterances=(said,))
        >>> Features.of(chat, np.array([[0.5, np.nan]]), np.array([True]))
        Traceback (most recent call last):
        sentio.errors.InputError: conversation 'kitchen', utterance '0': its features hold NaN or an infinity
        """
        if vectors.ndim != 2 or not len(vectors) == len(present) == len(conversation):
            raise ValueError(f"{len(conversation)} utterances, vectors {vectors.shape}, present {present.shape}")
        with np.errstate(over="ignore"):  # what does not fit is an infinity, and told below
            told = np.where(present[:, None], vectors, 0).astype(np.float32)
        broken = ~np.isfinite(told).all(axis=1)
        if broken.any():
            utterance = conversation.utterances[int(broken.argmax())].id
            where = f"conversation {conversation.id!r}, utterance {utterance!r}"
            raise InputError(f"{where}: its features hold NaN or an infinity")
        return cls(told, present.astype(bool))


class FeatureSource(Protocol):
    """Gives the features of one modality. `width` is the length of a vector; `version` is a hash of what decides the
    vectors: what was learned from one version must not read those of another, where both come from an encoder."""

    @property
    def width(self) -> int: ...
    @property
    def version(self) -> str: ...

    def read(self, conversations: Iterable[Conversation]) -> Iterator[Features]:
        """The features of each conversation, in order, as a stream: a bounded number of conversations is read ahead.

        Raises `InputError` for NaN and infinities, and where not one utterance of all these conversations has any.
        """
        ...


def groups(conversations: Iterable[Conversation], ahead: int) -> Iterator[list[Conversation]]:
    """Some conversations together, of `ahead` utterances or a few more: what a source reads at once."""
    group: list[Conversation] = []
    utterances = 0
    for conversation in conversations:
        group.append(conversation)
        utterances += len(conversation)
        if utterances >= ahead:
            yield group
            group, utterances = [], 0
    if group:
        yield group
