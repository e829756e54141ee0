"""One JSON object a line, one line an utterance:

    {"conversation":"kitchen","utterance":"0","index":0,"speaker":"Ada","text":"You baked a cake?",
     "labels":"sentiment3","emotion":"positive","probabilities":{"positive":0.7,"neutral":0.2,"negative":0.1},
     "valence":0.6,"arousal":0.1,"dominance":0.2,"shift":false}

(here on three lines). Multi-label spaces add "active". UTF-8, lines end with "\\n". Half of a
surrogate pair, which UTF-8 cannot hold, is written as its JSON escape and reads back the same.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from sentio.card import Card
from sentio.errors import OutputError
from sentio.files.writers.base import Progress, Writer, Written
from sentio.files.writers.output import Output, reported
from sentio.labels import LabelSpace
from sentio.results import RecognizedConversation

card = Card(
    title="JSON Lines",
    summary="one JSON object a line, one line an utterance; can be resumed",
    suffixes=(".jsonl", ".ndjson"),
)

KEYS = [
    "conversation",
    "utterance",
    "index",
    "speaker",
    "text",
    "labels",
    "emotion",
    "probabilities",
    "valence",
    "arousal",
    "dominance",
    "shift",
]
OPENING = b'{"conversation":"'
CHUNK = 1 << 20


class JsonlWriter(Writer):
    """Writes a conversation's lines in one piece."""

    def __init__(self, output: Output, progress: Progress) -> None:
        self._output, self.progress = output, progress

    def write(self, done: RecognizedConversation) -> None:
        self._output.write(b"".join(line_of(row) for row in done.rows()))

    def close(self) -> None:
        self._output.close()


def create(out: Path | None, space: LabelSpace) -> JsonlWriter:
    """Start an output; an existing file is overwritten. Raises `OutputError`."""
    return JsonlWriter(Output(out), Progress())


def resume(out: Path, space: LabelSpace) -> JsonlWriter:
    """Go on after the complete lines of `out`; raises `OutputError` where they are not ours."""
    with reported(out):
        if not out.exists():
            return create(out, space)
        _check(out, space)
        rows, size = _complete(out)
    return JsonlWriter(Output(out, keep=size), Progress(rows, Lines(out, size)))


@dataclass(frozen=True)
class Lines:
    """The turns in the first `size` bytes of an output."""

    path: Path
    size: int

    def __iter__(self) -> Iterator[Written]:
        with reported(self.path), self.path.open("rb") as file:
            read = 0
            for number, line in enumerate(file, start=1):
                read += len(line)
                if read > self.size:
                    return
                try:
                    row = json.loads(line)
                    turn = Written(row["conversation"], row["speaker"], row["emotion"])
                except (ValueError, TypeError, KeyError, RecursionError) as error:
                    where = f"{self.path}:{number}"
                    raise OutputError(f"{where}: not a line of sentio's; repair or remove the file") from error
                yield turn


def line_of(row: Mapping[str, Any]) -> bytes:
    """The object on a line; half of a surrogate pair becomes its JSON escape."""
    try:
        return to_json(row) + b"\n"
    except PydanticSerializationError:  # half of a surrogate pair
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace") + b"\n"


def _row(line: bytes) -> dict[str, Any] | None:
    """The object of a complete line, None where the line is cut off. Raises `ValueError` where it is not ours."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        if line.endswith(b"\n") or line[: len(OPENING)] != OPENING[: len(line)]:
            raise ValueError("not JSON") from error
        return None
    if not isinstance(row, dict) or list(row)[: len(KEYS)] != KEYS or not isinstance(row["probabilities"], dict):
        raise ValueError("not a row")
    return row


def _check(out: Path, space: LabelSpace) -> None:
    """Raise `OutputError` unless the first line is ours, in this label space, or the beginning of such a line."""
    with out.open("rb") as file:
        line = file.readline()
    try:
        row = _row(line)
    except ValueError as error:
        raise OutputError(f"{out}: not JSON lines of sentio's; name another file, or start it afresh") from error
    if row is not None and (row["labels"] != space.name or tuple(row["probabilities"]) != space.labels):
        raise OutputError(
            f"{out}: holds {row['labels']} labels, not {space.name}; name another file, or use the same labels"
        )


def _complete(out: Path) -> tuple[int, int]:
    """How many complete lines there are, and where the last of them ends."""
    rows = size = read = 0
    with out.open("rb") as file:
        while chunk := file.read(CHUNK):
            if lines := chunk.count(b"\n"):
                rows += lines
                size = read + chunk.rindex(b"\n") + 1
            read += len(chunk)
    return rows, size
