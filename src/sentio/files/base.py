"""What a reader is: a file's text in, turns of conversations out.

A reader is a module in `sentio.files.readers` (or one that another package registers under the entry
point group `sentio.files.readers`) with three names: `card`, `sniff` and `read`. It hands on one
`Turn` an utterance, in file order; grouping turns into conversations, numbering them and cutting long
ones into parts is the same for all formats and is done in `sentio.files.parts`.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from sentio.card import Card
from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.files.source import Source

Report = Callable[[InputError], None]
"""Told of each bad line or conversation; it raises, or notes the error so that reading goes on."""


class Columns(BaseModel):
    """Names of columns (or JSON keys) given by the user; None leaves one to be found by its name.

    Those of recordings, `audio` and `video`, are found by their names only.

    >>> Columns(text="body").text
    'body'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: str | None = None
    utterance: str | None = None
    speaker: str | None = None
    text: str | None = None
    start: str | None = None
    end: str | None = None


class Turn(NamedTuple):
    """One utterance as a reader found it.

    `conversation` None stands for the file's own name, `id` None for the index in the conversation.
    `audio` and `video` are paths as they stand in the file; relative ones are those of its folder.
    """

    speaker: str
    text: str
    id: str | None = None
    conversation: str | None = None
    start: float | None = None
    end: float | None = None
    audio: str | None = None
    video: str | None = None


Piece = Turn | Conversation
"""What readers yield: a turn, or a whole conversation where the format has one with more than turns."""


class Reader(Protocol):
    """One input format. Binary formats use `Source.path` or `Source.raw()`, text formats `Source.lines()`."""

    card: Card

    def sniff(self, source: Source) -> float:
        """How much the opening of the file looks like this format: 0 not at all, 1 beyond doubt.

        Asked when the file's suffix does not settle the format.
        """
        ...

    def read(self, source: Source, columns: Columns, report: Report) -> Iterator[Piece]:
        """Turns in file order, read lazily. A bad line goes to `report` and is skipped; a file that
        cannot be read at all raises `InputError`."""
        ...
