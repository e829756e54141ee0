"""The recordings of a conversation's utterances, and what becomes of those that cannot be read."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError

AHEAD = 64
"""Utterances whose recordings are held together: enough to batch sounds of like length, 40 MB at most."""


@dataclass(frozen=True)
class Clip:
    """A recording, or the stretch of it from `start` to `end` in seconds, of one utterance of a conversation."""

    conversation: str
    utterance: str
    path: Path
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Remark:
    """An utterance whose recording could not be read, and why; it counts as one that has none."""

    conversation: str
    utterance: str
    cause: str


Remarked = Callable[[Remark], None]
T = TypeVar("T")


def clips(conversation: Conversation, modality: Literal["audio", "video"]) -> list[Clip | None]:
    """The clip of each utterance, None where it has none.

    Sound is taken from the video where there is no audio. A file that only one utterance names is its clip; one that
    several name is the recording of the conversation, in which `start` and `end` say where an utterance is. Raises
    `InputError` where they do not.

    >>> from sentio import Utterance
    >>> said = [Utterance(id="0", speaker="Ada", text="You baked a cake?", audio="kitchen.wav", start=0, end=1.5),
    ...         Utterance(id="1", speaker="Bo", text="I forgot the sugar.", audio="kitchen.wav", start=1.5, end=3)]
    >>> [(clip.start, clip.end) for clip in clips(Conversation(id="kitchen", utterances=said), "audio") if clip]
    [(0.0, 1.5), (1.5, 3.0)]
    """
    paths = [_path(said, modality) for said in conversation.utterances]
    shared = {path for path, count in Counter(paths).items() if path is not None and count > 1}
    found: list[Clip | None] = []
    for said, path in zip(conversation.utterances, paths, strict=True):
        if path is None:
            found.append(None)
        elif path not in shared:
            found.append(Clip(conversation.id, said.id, Path(path)))
        elif said.start is None or said.end is None:
            where = f"conversation {conversation.id!r}, utterance {said.id!r}"
            raise InputError(f"{where}: shares the recording with others, and start and end are missing", path=path)
        else:
            found.append(Clip(conversation.id, said.id, Path(path), said.start, said.end))
    return found


def read_each(some: Sequence[Clip | None], read: Callable[[Clip], T], remarked: Remarked) -> Iterator[tuple[int, T]]:
    """What `read` makes of each clip and its place in `some`; a clip that cannot be read is remarked on and left out,
    by its utterance, so that those behind it keep their places."""
    for place, clip in enumerate(some):
        if clip is None:
            continue
        try:
            found = read(clip)
        except InputError as error:
            remarked(Remark(clip.conversation, clip.utterance, str(error)))
        else:
            yield place, found


def _path(said: Utterance, modality: Literal["audio", "video"]) -> str | None:
    return said.video if modality == "video" else said.audio or said.video
