"""A chat exported from WhatsApp, by Android or by iOS, in any language:

    12/31/23, 9:15 PM - Messages and calls are end-to-end encrypted.
    12/31/23, 9:15 PM - Mara: Happy new year!
    To all of you
    [31.12.23, 21:16:03] Jonas: <Media omitted>

Further lines belong to the message before them. Notices (somebody joined, the encryption note) have no
author and are skipped; iOS writes some of them under the chat's name, told by an invisible mark before
an unusual length. `<Media omitted>` stays as the text of its message. Dates become no start times: the
order of day and month cannot be told, and most exports stop at the minute.
"""

import re
from collections.abc import Iterator

from sentio.card import Card
from sentio.errors import InputError
from sentio.files.base import Columns, Report, Turn
from sentio.files.source import Source

card = Card(
    title="WhatsApp export",
    summary="a chat exported from WhatsApp on Android or iOS, in any language",
    suffixes=(".txt",),
)

# Invisible marks of writing direction, which the app puts before dates, names and attachments.
_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
# Between date and time, and after the time, languages differ ("um", "klo", "a. m.", "午後"): anything short goes.
_STAMP = re.compile(
    rf"[{_MARKS}]*(?P<ios>\[)?"
    r"\d{1,4}(?:[./\-]|\.\s|\s?[年년]\s?)\d{1,2}(?:[./\-]|\.\s|\s?[月월]\s?)\d{1,4}[日일]?"
    r"[^\d\[\]\n:]{1,12}\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[^\d\[\]\n:\-–—,]{0,14}"
    r"(?(ios)\]\s*|(?:\s?[-–—]\s|,\s))"
)
_MESSAGE = re.compile(rf"[{_MARKS}]*(?:~\s*)?([^\"“”„«»\n]{{1,100}}?)[{_MARKS}]*\s?:(?:\s+|$)(.*)", re.DOTALL)
_LONGEST_MARKED = 60
"""Characters of the longest attachment mark, such as "image omitted"; notices are longer."""


def sniff(source: Source) -> float:
    """Nearly certain when a dated line stands among the first."""
    lines = [line for line in source.opening.split("\n")[:40] if line.strip()]
    return 0.95 if any(_STAMP.match(line) for line in lines[:10]) else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Turn]:
    """Messages of the one chat in the file; raises `InputError` when there is none."""
    current: Turn | None = None
    lines: list[str] = []
    found = False
    try:
        for line in source.lines():
            stamp = _STAMP.match(line)
            if stamp is None:
                lines.append(line.rstrip("\n"))
                continue
            if current is not None:
                yield _with(current, lines)
            current, lines = _message(line[stamp.end() :].rstrip("\n")), []
            found = found or current is not None
    except InputError:
        if current is not None:
            yield _with(current, lines)
        raise
    if not found:
        raise source.error("no message found; expected lines like `31/12/23, 21:15 - Name: words`")
    if current is not None:
        yield _with(current, lines)


def _message(line: str) -> Turn | None:
    """The message after a stamp; None for a notice, whose further lines are skipped with it."""
    parts = _MESSAGE.match(line)
    if parts is None:
        return None
    text = parts[2]
    bare = text.lstrip("\u200e\u200f")
    if bare != text and len(bare) > _LONGEST_MARKED:
        return None
    return Turn(parts[1].strip(), bare.strip()) if parts[1].strip() else None


def _with(turn: Turn, lines: list[str]) -> Turn:
    return turn._replace(text="\n".join([turn.text, *lines]).strip()) if lines else turn
