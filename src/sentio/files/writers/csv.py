"""A table with one row an utterance, for spreadsheets and data frames:

    conversation,utterance,index,speaker,text,labels,emotion,valence,arousal,dominance,shift,p_positive,p_neutral,p_negative
    kitchen,0,0,Ada,You baked a cake?,sentiment3,positive,0.6,0.1,0.2,false,0.7,0.2,0.1
    kitchen,1,1,Bo,"I forgot the ""sugar"".",sentiment3,negative,-0.6,0.1,-0.4,false,0.1,0.2,0.7

Multi-label spaces add `active`, the active labels with a space between them. RFC 4180: lines end with
"\\r\\n", a field with a comma, a quote or a line end is quoted. UTF-8; half of a surrogate pair becomes
U+FFFD. Texts are written as they are: one that begins with "=" is a formula to a spreadsheet, so open
texts of strangers with formulas switched off.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sentio.card import Card
from sentio.errors import OutputError
from sentio.files.writers.base import Progress, Writer, Written
from sentio.files.writers.output import Output, encodable, reported
from sentio.labels import LabelSpace
from sentio.results import RecognizedConversation

card = Card(
    title="CSV",
    summary="a table with one row an utterance and one column a label; can be resumed",
    suffixes=(".csv",),
)

COLUMNS = [
    "conversation",
    "utterance",
    "index",
    "speaker",
    "text",
    "labels",
    "emotion",
    "valence",
    "arousal",
    "dominance",
    "shift",
]
FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n"]*))(?:,|\r\n)')


class CsvWriter(Writer):
    """Writes a conversation's rows in one piece."""

    def __init__(self, output: Output, space: LabelSpace, progress: Progress) -> None:
        self._output, self._space, self.progress = output, space, progress

    def write(self, done: RecognizedConversation) -> None:
        self._output.write(encoded(self._fields(done)))

    def close(self) -> None:
        self._output.close()

    def _fields(self, done: RecognizedConversation) -> Iterator[list[object]]:
        name = done.conversation.id
        for (index, utterance), mood in zip(done.conversation.indexed(), done.recognitions, strict=True):
            fields = [name, utterance.id, index, utterance.speaker, utterance.text, mood.space, mood.emotion]
            fields += mood.valence, mood.arousal, mood.dominance, "true" if mood.shift else "false"
            fields += map(mood.probabilities.__getitem__, self._space.labels)
            if self._space.multi_label:
                fields.append(" ".join(mood.active or ()))
            yield fields


def create(out: Path | None, space: LabelSpace) -> CsvWriter:
    """Start an output with its header; an existing file is overwritten. Raises `OutputError`."""
    output = Output(out)
    try:
        output.write(_header(space))
    except BaseException:
        output.close()
        raise
    return CsvWriter(output, space, Progress())


def resume(out: Path, space: LabelSpace) -> CsvWriter:
    """Go on after the complete rows of `out`; raises `OutputError` where its header is not ours."""
    header = _header(space)
    with reported(out):
        if not out.exists():
            return create(out, space)
        with out.open("rb") as file:
            start = file.read(len(header))
        if start != header[: len(start)]:
            raise OutputError(f"{out}: other columns than {space.name} has; name another file, or start it afresh")
        if start != header:
            return create(out, space)
        rows, size, labels = _complete(out)
    if labels not in (None, space.name):
        raise OutputError(f"{out}: holds {labels} labels, not {space.name}; name another file, or use the same labels")
    return CsvWriter(Output(out, keep=size), space, Progress(rows, Rows(out, size)))


@dataclass(frozen=True)
class Rows:
    """The turns in the first `size` bytes of an output."""

    path: Path
    size: int

    def __iter__(self) -> Iterator[Written]:
        with reported(self.path), self.path.open("rb") as file:
            read = 0
            for number, record in enumerate(records(file)):
                read += len(record)
                if read > self.size:
                    return
                if number == 0:
                    continue
                fields = split(record)
                if len(fields) < len(COLUMNS):
                    raise OutputError(f"{self.path}: row {number} is not sentio's; repair or remove the file")
                yield Written(fields[0], fields[3], fields[6])


def _header(space: LabelSpace) -> bytes:
    active = ["active"] if space.multi_label else []
    return encoded([[*COLUMNS, *(f"p_{label}" for label in space.labels), *active]])


def encoded(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as the bytes of a table, each ended; half of a surrogate pair becomes U+FFFD."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    try:
        return text.getvalue().encode()
    except UnicodeEncodeError:
        return encodable(text.getvalue()).encode()


def records(file: BinaryIO) -> Iterator[bytes]:
    """The complete rows of a file: a line end counts where the quotes before it are even."""
    lines: list[bytes] = []
    odd = 0
    for line in file:
        lines.append(line)
        odd ^= line.count(b'"') & 1
        if not odd and line.endswith(b"\r\n"):
            yield b"".join(lines)
            lines.clear()


def split(record: bytes) -> list[str]:
    r"""The fields of a row.

    >>> split(b'1,"a ""b"", c",\r\n')
    ['1', 'a "b", c', '']
    """
    # Not csv.reader: its limit on a field's length is one for the whole process, and texts may be longer.
    return [quoted.replace('""', '"') or bare for quoted, bare in FIELD.findall(record.decode("utf-8", "replace"))]


def _complete(out: Path) -> tuple[int, int, str | None]:
    """How many complete rows there are, where the last of them ends, and the label space of the first."""
    rows, size, labels = -1, 0, None
    with out.open("rb") as file:
        for rows, record in enumerate(records(file)):
            size += len(record)
            if rows == 1:
                labels = dict(zip(COLUMNS, split(record), strict=False)).get("labels", "other")
    return rows, size, labels
