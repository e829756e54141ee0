"""A table in text: CSV, TSV, or with semicolons or bars, one utterance a row, a header first:

    Sr No.,Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID,StartTime,EndTime
    1,"Wait, you sold the couch?",Monica,surprise,0,0,"00:04:11,250","00:04:12,793"
    2,It’s only a couch.,Joey,neutral,0,1,"00:04:13,500","00:04:14,920"

Columns are found by name (`sentio.files.columns`), the delimiter by which of them makes sense of the
header. Fields may hold newlines inside quotes. Without a conversation column the file is one conversation.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Literal

from sentio.card import Card
from sentio.files.base import Columns, Report, Turn
from sentio.files.columns import Found, find, missing, seconds
from sentio.files.records import Form, records
from sentio.files.source import Source

card = Card(
    title="CSV, TSV",
    summary="one utterance a row; columns found by name or given by flags",
    suffixes=(".csv", ".tsv", ".tab", ".psv"),
)

_DELIMITERS = ",;\t|"


def sniff(source: Source) -> float:
    """Sure when the first line has a column for the text and one for the speaker."""
    _, header = _header(iter(source.opening.split("\n")))
    names = _split(header, _delimiter(header, Columns()))
    return 0.8 if missing(find(names, Columns()), names, Columns()) is None else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Turn]:
    """Rows as turns. Raises `InputError` when a needed column is missing; rows that do not fit the
    header or name no speaker are reported."""
    lines = source.lines()
    skipped, first = _header(lines)
    delimiter = _delimiter(first, columns)
    form = Form(delimiter, _quoting(delimiter, source.opening), skipped)
    rows = records(chain([first], lines), form, source, report)
    _, header = next(rows, (0, []))
    names = [name.strip() for name in header]
    found = find(names, columns)
    if cause := missing(found, names, columns):
        raise source.error(cause, skipped + 1)
    wanted = _Row(found, names, columns)
    for number, record in rows:
        if len(record) != len(names) and (len(record) < len(names) or any(record[len(names) :])):
            report(source.error(f"this row has {len(record)} fields, the header {len(names)}", number))
        elif not (speaker := record[wanted.speaker].strip()):
            report(source.error("no speaker in this row", number))
        else:
            try:
                yield wanted.turn(speaker, record)
            except ValueError as error:
                report(source.error(str(error), number))


class _Row:
    """Takes a row's fields by position."""

    def __init__(self, found: Found, names: list[str], columns: Columns) -> None:
        at = {name: names.index(name) for name in names}
        self.speaker, self.text = at[found.speaker or ""], at[found.text or ""]
        self.conversation = at.get(found.conversation) if found.conversation is not None else None
        self.utterance = at.get(found.utterance) if found.utterance is not None else None
        self.start = at.get(found.start) if found.start is not None else None
        self.end = at.get(found.end) if found.end is not None else None
        self.audio = at.get(found.audio) if found.audio is not None else None
        self.video = at.get(found.video) if found.video is not None else None
        self.times_given = (columns.start is not None, columns.end is not None)

    def turn(self, speaker: str, record: list[str]) -> Turn:
        """Raises `ValueError` for an unreadable time in a column the user named; in one that was only
        guessed from its name, the time is left out."""
        conversation = None if self.conversation is None else record[self.conversation].strip() or None
        id = None if self.utterance is None else record[self.utterance].strip() or None
        start = None if self.start is None else _time(record[self.start], self.times_given[0])
        end = None if self.end is None else _time(record[self.end], self.times_given[1])
        audio = None if self.audio is None else record[self.audio]
        video = None if self.video is None else record[self.video]
        return Turn(speaker, record[self.text], id, conversation, start, end, audio, video)


def _time(field: str, given: bool) -> float | None:
    value = seconds(field)
    if value is None and given and field.strip():
        raise ValueError(f"{field[:40]!r} is no time; expected seconds or HH:MM:SS")
    return value


def _header(lines: Iterator[str]) -> tuple[int, str]:
    """The first line that is not blank and not Excel's `sep=;`, and how many stand before it."""
    for skipped, line in enumerate(lines):
        if line.strip() and not line.lower().startswith("sep="):
            return skipped, line
    return 0, ""


def _delimiter(header: str, columns: Columns) -> str:
    """The one under which most wanted columns are found, then the one that makes most fields."""

    def sense(delimiter: str) -> tuple[int, int]:
        names = [name.strip() for name in _split(header, delimiter)]
        return sum(name is not None for name in find(names, columns)), len(names)

    return max(_DELIMITERS, key=sense)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _quoting(delimiter: str, opening: str) -> Literal[0, 3]:
    """Whether quotes mean anything. Many TSV files have none, and words that begin with a quote."""
    if delimiter == "\t":
        # What stands after the last line end is nothing, or a line cut short.
        rows = [line.split("\t") for line in opening.split("\n")[:-1]]
        fields = [field for row in rows for field in row if field.startswith('"')]
        unclosed = any(len(field) < 2 or not field.endswith('"') for field in fields)
        # A quoted field over several lines is unclosed, too, but its lines have too few fields.
        if unclosed and fields[0] not in rows[0] and len({len(row) for row in rows}) == 1:
            return csv.QUOTE_NONE
    return csv.QUOTE_MINIMAL
