"""What `causes` answers: for each emotional utterance the utterances and the words that caused it.

>>> effect = Effect(utterance="1", emotion="sadness", causes=(Cause(utterance="0", span="no cake", probability=0.9),))
>>> Effect.model_validate_json(effect.model_dump_json()) == effect
True
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, overload

from pydantic import BaseModel, ConfigDict, Field

from sentio.conversation import Conversation

if TYPE_CHECKING:
    import polars

CauseType = Literal["no-context", "inter-personal", "self-contagion", "hybrid", "latent"]
"""The cause types of RECCON (Poria et al., Cognitive Computation 2021, section 3)."""


class Cause(BaseModel):
    """An utterance that caused an emotion, itself or an earlier one.

    `span` are the causing words, a substring of the utterance's text, "" where none are named. `probability` is how
    sure the system is that this utterance is a cause, 0..1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    utterance: str
    span: str = ""
    probability: Annotated[float, Field(ge=0, le=1)]


class Effect(BaseModel):
    """An emotional utterance and what caused its emotion, in the order it was said; nothing where nobody says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    utterance: str
    emotion: str
    causes: tuple[Cause, ...] = ()


class CausedConversation(BaseModel):
    """A conversation and its emotional utterances, in the order they were spoken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: Conversation
    effects: tuple[Effect, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One flat object a cause, and one whose cause fields are None for an emotion without any: the keys of the
        JSONL output, in its order. `distance` counts utterances back, 0 for the emotional utterance itself."""
        place = {utterance.id: index for index, utterance in self.conversation.indexed()}
        said = {utterance.id: utterance for utterance in self.conversation.utterances}
        speakers = {utterance.id: utterance.speaker for utterance in self.conversation.utterances}
        for effect in self.effects:
            kinds = " ".join(types_of(effect, speakers))
            for cause in effect.causes or (None,):
                yield {
                    "conversation": self.conversation.id,
                    "utterance": effect.utterance,
                    "index": place[effect.utterance],
                    "speaker": said[effect.utterance].speaker,
                    "text": said[effect.utterance].text,
                    "emotion": effect.emotion,
                    "type": kinds,
                    "cause": cause and cause.utterance,
                    "cause_index": cause and place[cause.utterance],
                    "distance": cause and place[effect.utterance] - place[cause.utterance],
                    "cause_speaker": cause and said[cause.utterance].speaker,
                    "span": cause and cause.span,
                    "probability": cause and cause.probability,
                }


def cause_types(conversation: Conversation, effect: Effect) -> tuple[CauseType, ...]:
    """The types of an emotion's causes, by who said them and when.

    In the emotional utterance itself: no-context; said before by others: inter-personal; said before by the same
    speaker: self-contagion; by both: hybrid; by nobody: latent (definitions of RECCON, section 3).

    >>> from sentio.conversation import Utterance
    >>> chat = Conversation(id="k", utterances=(
    ...     Utterance(id="0", speaker="Ada", text="No cake?"), Utterance(id="1", speaker="Bo", text="I am sorry.")))
    >>> cause_types(chat, Effect(utterance="1", emotion="sadness", causes=(Cause(utterance="0", probability=1),)))
    ('inter-personal',)
    """
    return types_of(effect, {utterance.id: utterance.speaker for utterance in conversation.utterances})


def types_of(effect: Effect, speaker: Mapping[str, str]) -> tuple[CauseType, ...]:
    """See `cause_types`; `speaker` says by utterance id who speaks."""
    if not effect.causes:
        return ("latent",)
    before = {speaker[cause.utterance] for cause in effect.causes if cause.utterance != effect.utterance}
    own = speaker[effect.utterance] in before
    others = bool(before - {speaker[effect.utterance]})
    found: list[CauseType] = []
    if any(cause.utterance == effect.utterance for cause in effect.causes):
        found.append("no-context")
    if own or others:
        found.append("hybrid" if own and others else "self-contagion" if own else "inter-personal")
    return tuple(found)


class Causes(Sequence[Effect]):
    """What `sentio.find_causes` returns: a sequence of `Effect`; `conversations` keeps the grouping."""

    def __init__(self, conversations: Sequence[CausedConversation]) -> None:
        self.conversations = tuple(conversations)
        self._flat = tuple(effect for done in self.conversations for effect in done.effects)

    @overload
    def __getitem__(self, index: int) -> Effect: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Effect, ...]: ...
    def __getitem__(self, index: int | slice) -> Effect | tuple[Effect, ...]:
        return self._flat[index]

    def __len__(self) -> int:
        return len(self._flat)

    def __repr__(self) -> str:
        return f"Causes({len(self)} emotional utterances in {len(self.conversations)} conversations)"

    def to_polars(self) -> "polars.DataFrame":
        """One row a cause; an emotional utterance without any has one with nulls."""
        import polars

        return polars.DataFrame([row for done in self.conversations for row in done.rows()], infer_schema_length=None)
