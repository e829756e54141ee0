"""What `recognize` answers.

>>> mood = Recognition(space="sentiment3", emotion="positive", valence=0.6, arousal=0.1, dominance=0.2,
...                    probabilities={"positive": 0.7, "neutral": 0.2, "negative": 0.1}, shift=False)
>>> Recognition.model_validate_json(mood.model_dump_json()) == mood
True
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from pydantic import BaseModel, ConfigDict

from sentio.conversation import Conversation

if TYPE_CHECKING:
    import polars


class Recognition(BaseModel):
    """What one utterance's speaker feels.

    `probabilities` is a distribution over the label space `space` (sums to 1) and `emotion` its most
    probable label. `valence`, `arousal` and `dominance` lie in -1..1 and are the distribution's mean
    over the labels' coordinates (`sentio.labels.vad`). `shift` is true where the emotion differs from
    the same speaker's previous one. In a multi-label space `active` names the labels whose own
    probability passes their threshold; elsewhere it is None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str
    emotion: str
    probabilities: dict[str, float]
    valence: float
    arousal: float
    dominance: float
    shift: bool
    active: tuple[str, ...] | None = None


class RecognizedConversation(BaseModel):
    """A conversation, or a part of one, with one `Recognition` an utterance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: Conversation
    recognitions: tuple[Recognition, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One flat object an utterance: the keys of the JSONL output, in its order."""
        for (index, utterance), mood in zip(self.conversation.indexed(), self.recognitions, strict=True):
            row = {
                "conversation": self.conversation.id,
                "utterance": utterance.id,
                "index": index,
                "speaker": utterance.speaker,
                "text": utterance.text,
                "labels": mood.space,
                "emotion": mood.emotion,
                "probabilities": mood.probabilities,
                "valence": mood.valence,
                "arousal": mood.arousal,
                "dominance": mood.dominance,
                "shift": mood.shift,
            }
            if mood.active is not None:
                row["active"] = list(mood.active)
            yield row


class Recognitions(Sequence[Recognition]):
    """What `sentio.recognize` returns: recognitions of all utterances, grouped by conversation.

    Behaves as a sequence of `Recognition`; `conversations` keeps the grouping.
    """

    def __init__(self, conversations: Sequence[RecognizedConversation]) -> None:
        self.conversations = tuple(conversations)
        self._flat = tuple(mood for done in self.conversations for mood in done.recognitions)

    @overload
    def __getitem__(self, index: int) -> Recognition: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Recognition, ...]: ...
    def __getitem__(self, index: int | slice) -> Recognition | tuple[Recognition, ...]:
        return self._flat[index]

    def __len__(self) -> int:
        return len(self._flat)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recognitions) and self.conversations == other.conversations

    __hash__ = None  # type: ignore[assignment]  # holds dictionaries

    def __repr__(self) -> str:
        return f"Recognitions({len(self)} utterances in {len(self.conversations)} conversations)"

    def to_polars(self) -> "polars.DataFrame":
        """One row an utterance; `probabilities` is a struct with one field a label."""
        import polars

        return polars.DataFrame([row for done in self.conversations for row in done.rows()], infer_schema_length=None)
