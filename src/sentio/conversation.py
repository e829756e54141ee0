"""The unit of input everywhere: a conversation, its utterances and its speakers.

>>> chat = Conversation(id="kitchen", utterances=[
...     Utterance(id="0", speaker="Ada", text="You baked a cake?"),
...     Utterance(id="1", speaker="Bo", text="I forgot the sugar."),
... ])
>>> chat.speakers
('Ada', 'Bo')
>>> Conversation.model_validate_json(chat.model_dump_json()) == chat
True
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Speaker(BaseModel):
    """Who speaks: a name as it stands in the file, and what is known about the person.

    `traits` holds named scores or words, for example `{"openness": 0.7, "age": "elderly"}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    gender: str | None = None
    traits: dict[str, float | str] = {}


class Utterance(BaseModel):
    """One turn of one speaker. `start` and `end` are seconds from the beginning of the conversation;
    `audio` and `video` are paths of the clip, absent when there is only text. The text may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    speaker: str
    text: str
    start: Annotated[float, Field(allow_inf_nan=False)] | None = None
    end: Annotated[float, Field(allow_inf_nan=False)] | None = None
    audio: str | None = None
    video: str | None = None


class Conversation(BaseModel):
    """Utterances in the order they were spoken.

    `offset` is the index of the first utterance within the whole conversation. It is 0 except in a
    *part*: readers hand a very long conversation on in parts, so that memory stays bounded.
    `profiles` says more about some of the speakers, by name; a speaker needs no profile.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    utterances: tuple[Utterance, ...]
    profiles: dict[str, Speaker] = {}
    offset: Annotated[int, Field(ge=0)] = 0

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names of those who speak, in order of first appearance."""
        return tuple(dict.fromkeys(u.speaker for u in self.utterances))

    def __len__(self) -> int:
        return len(self.utterances)

    def indexed(self) -> Iterator[tuple[int, Utterance]]:
        """Utterances with their index in the whole conversation."""
        return enumerate(self.utterances, start=self.offset)
