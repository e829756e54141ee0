"""Plain text, one turn a line, with or without times:

    [21:40] Nitin: Switched off. Must be the battery.
    [21:41] Bhavna: It is nine forty.
    Class finishes at seven only.

A line that does not begin with a name (`sentio.files.names` has the rule) belongs to the turn before
it; blank lines separate nothing; lines before the first turn, such as a title, are skipped. A leading
time with hours, minutes and seconds becomes the turn's start. One with two numbers does not: nobody
can tell whether 21:40 is a time of day or minutes and seconds.
"""

import re
from collections.abc import Iterator

from sentio.card import Card
from sentio.errors import InputError
from sentio.files.base import Columns, Report, Turn
from sentio.files.columns import seconds
from sentio.files.names import CLOCK, split
from sentio.files.source import Source

card = Card(
    title="Plain text",
    summary="`Name: words`, one turn a line, with or without times",
    suffixes=(".txt",),
)

_DATE = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[T\s]\s*)"
_STAMP = rf"({_DATE}?{CLOCK})\s*(?:[AaPp][Mm])?"
_TIME = re.compile(rf"\s*(?:[\[(]\s*{_STAMP}\s*[\])]|{_STAMP}(?=[\s\-–—]))\s*[-–—]?\s*")


def sniff(source: Source) -> float:
    """Up to 0.5: any prose has a colon here and there, so stricter formats win."""
    lines = [line for line in source.opening.splitlines()[:200] if line.strip()]
    turns = sum(_turn(line) is not None for line in lines)
    return turns / len(lines) / 2 if lines else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Turn]:
    """Turns of the one conversation in the file; raises `InputError` when no line names a speaker."""
    current: Turn | None = None
    more: list[str] = []
    try:
        for line in source.lines():
            if (turn := _turn(line)) is not None:
                if current is not None:
                    yield _with(current, more)
                current, more = turn, []
            elif rest := line.strip():
                more.append(rest)
    except InputError:
        if current is not None:
            yield _with(current, more)
        raise
    if current is None:
        raise source.error("no line names a speaker; expected lines like `Name: words`")
    yield _with(current, more)


def _turn(line: str) -> Turn | None:
    time = _TIME.match(line)
    parts = split(line[time.end() :] if time else line)
    if parts is None:
        return None
    clock = (time[1] or time[2]) if time else ""
    # With a date before it, this is no time that `seconds` reads.
    return Turn(*parts, start=seconds(clock) if clock.count(":") == 2 else None)


def _with(turn: Turn, more: list[str]) -> Turn:
    return turn._replace(text="\n".join([turn.text, *more] if turn.text else more)) if more else turn
