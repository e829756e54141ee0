"""Rows of a table in text, each with the line it begins on; fields in quotes may hold newlines.

A quote that nobody closes would swallow all that follows. So the lines of the row at hand are kept, and
when the quote closes nowhere, too late or in the middle of a word, its first line is reported and the
others are parsed again.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Literal, NamedTuple

from sentio.files.base import Report
from sentio.files.source import Source

_LONGEST_FIELD = 1 << 24
"""Characters in a field on one line; the standard library's limit is meant for smaller things."""
_MOST_LINES = 1_000
_MOST_CHARACTERS = 1 << 20
"""A row that is longer goes on over no further line; far beyond any utterance."""


class Form(NamedTuple):
    """How the file is written; `skipped` counts the lines before the header."""

    delimiter: str
    quoting: Literal[0, 3]
    skipped: int


def records(lines: Iterator[str], form: Form, source: Source, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it begins on; what cannot be read is reported."""
    kept = _Lines(lines)
    rows = csv.reader(kept, delimiter=form.delimiter, quoting=form.quoting)
    number = form.skipped + 1
    while True:
        cause = "a quote that opens in this row is never closed"
        # The limit is the interpreter's, not the reader's: it is changed for one row at a time.
        limit = csv.field_size_limit(_LONGEST_FIELD)
        try:
            row = next(rows, None)
            closed = not kept.unclosed and (len(kept.record) < 2 or _is_strict(kept.record, form))
        except csv.Error as error:
            cause, row, closed = f"this row cannot be read: {error}", [], False
        finally:
            csv.field_size_limit(limit)
        if row is None:
            return
        if closed and any(row):
            yield number, row
        elif not closed:
            report(source.error(cause, number))
        number += kept.next_record(parse_again=not closed)


class _Lines:
    """Lines for the parser. `record` holds those of the row at hand; `unclosed` says that it has no end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._again = lines, deque[str]()
        self.record: list[str] = []
        self.unclosed = False
        self._characters = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.record) >= _MOST_LINES or self._characters >= _MOST_CHARACTERS:
            self.unclosed = True
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            # Only inside a quoted field does the parser ask for more lines than there are.
            self.unclosed = bool(self.record)
            raise StopIteration
        self.record.append(line)
        self._characters += len(line)
        return line

    def next_record(self, parse_again: bool) -> int:
        """Go on behind the row at hand, or behind its first line; returns by how many lines."""
        done = 1 if parse_again else len(self.record)
        self._again.extendleft(reversed(self.record[done:]))
        self.record, self.unclosed, self._characters = [], False, 0
        return done


def _is_strict(lines: list[str], form: Form) -> bool:
    """Whether quotes stand at the ends of fields only; for rows over several lines, where one that does
    not is the next row's. On one line anything goes."""
    try:
        list(csv.reader(lines, delimiter=form.delimiter, quoting=form.quoting, strict=True))
    except csv.Error:
        return False
    return True
