"""A vote, one line of a votes file:

{"conversation": "w4-fa-01", "utterance": "3", "annotator": "ann", "kind": "person", "label": "fear",
 "of": "5fd924625f6ab16a", "seconds": 4.2}

`of` is the hash of the text that was labelled; a line written by hand may do without it. Who goes back on the page and
decides otherwise adds a line with `instead_of`, the label that is withdrawn. A language model's votes have a `model`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sentio.errors import InputError
from sentio.prompts.fingerprint import fingerprint
from sentio.prompts.message import Message

AnnotatorKind = Literal["person", "language model"]
Kind = Literal["author", "person", "language model"]
AUTHOR = "author"
"""What the annotator is called who labelled first, with the intention in mind."""

_BEGIN = b'{"conversation": '
"""How every line begins that is ours: of a last line without an end, it tells what a kill has cut."""


def digest(text: str) -> str:
    """A short hash of an utterance's text.

    >>> digest("We won!")
    '1bdbe6bc8c3e19a5'
    """
    return fingerprint([Message("user", text)])


class Vote(BaseModel):
    """What an annotator says of an utterance. `seconds` is how long a person looked at it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: str
    utterance: str
    annotator: Annotated[str, Field(min_length=1)]
    kind: Kind
    label: str
    instead_of: str | None = None
    of: str = ""
    model: str | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _held_together(self) -> "Vote":
        if (self.kind == AUTHOR) != (self.annotator == AUTHOR):
            raise ValueError(f"the annotator {AUTHOR!r}, and no other, has the kind {AUTHOR!r}")
        if self.instead_of == self.label:
            raise ValueError("a label cannot take its own place")
        return self

    def line(self) -> bytes:
        """The vote as a line of the file; what is not said is left out."""
        told = json.dumps(self.model_dump(exclude_defaults=True), ensure_ascii=False)
        return told.encode("utf8", "replace") + b"\n"


def read(path: Path) -> Iterator[tuple[int, Vote]]:
    """The votes of a file, each with its line, from 1.

    A last line that a kill has cut is passed over. Raises `InputError` for a file that cannot be read and for any
    other line that is no vote.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            vote = _vote(line, path, number)
            if vote is None:
                return
            yield number, vote


def cut(lines: bytes) -> int:
    """How many bytes of a votes file are whole lines: all but a last one that a kill has cut."""
    end = lines.rfind(b"\n") + 1
    rest = lines[end:]
    return end if _is_cut(rest) else len(lines)


def _vote(line: bytes, path: Path, number: int) -> Vote | None:
    """The vote of a line, None of one that was cut."""
    try:
        return Vote.model_validate_json(line)
    except ValidationError as error:
        if not line.endswith(b"\n") and _is_cut(line):
            return None
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        cause = f"{place}: {first['msg']}" if place else first["msg"]
        raise InputError(f"no vote ({cause}); remove the line", path=path, line=number) from error


def _is_cut(line: bytes) -> bool:
    """Whether a line without an end is the beginning of a vote and no vote."""
    if not _BEGIN.startswith(line[: len(_BEGIN)]):
        return False
    try:
        Vote.model_validate_json(line)
    except ValidationError as error:
        return error.errors()[0]["type"] == "json_invalid"
    return False
