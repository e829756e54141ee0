"""JSON lines: one utterance, or one conversation, a line:

    {"conversation": "7", "speaker": "Bhavna", "text": "Did you call him?"}

    {"id": "8", "utterances": [{"speaker": "Nitin", "text": "Switched off."}]}

Keys are found like the columns of a table; sentio's own output can be read back. A conversation without
an id is named by the file and the line.
"""

import json
import re
from collections.abc import Iterator

from sentio.card import Card
from sentio.files.base import Columns, Piece, Report
from sentio.files.objects import Objects, like_a_line
from sentio.files.source import HEAD, Source

card = Card(
    title="JSON lines",
    summary="one utterance or one conversation a line; sentio's own output, too",
    suffixes=(".jsonl", ".ndjson", ".json"),
)


_KEY = re.compile(r'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*')


def sniff(source: Source) -> float:
    """Sure when the first line is a whole object and the second begins another one; likely when it is cut
    off by the window and begins like one of many."""
    lines = [line for line in source.opening.split("\n") if line.strip()][:2]
    if not lines or not lines[0].lstrip().startswith("{"):
        return 0.0
    if "\n" not in source.opening.strip() and len(source.head) >= HEAD:
        return 0.7 if like_a_line(_keys(lines[0])) else 0.0
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return 0.0
    return 0.9 if lines[1:] and lines[1].lstrip().startswith("{") else 0.5


def _keys(cut: str) -> list[str]:
    """The keys at the beginning of an object that is cut off somewhere."""
    keys: list[str] = []
    decode = json.JSONDecoder().raw_decode
    at = cut.index("{") + 1
    try:
        while key := _KEY.match(cut, at):
            keys.append(json.loads(key[1]))
            _, at = decode(cut, key.end())
    except (ValueError, RecursionError):
        pass  # Here the window ends.
    return keys


def read(source: Source, columns: Columns, report: Report) -> Iterator[Piece]:
    """Turns and conversations, line by line; a broken line is reported with its number."""
    objects = Objects(source, columns, report)
    decode = json.JSONDecoder().decode
    for number, line in enumerate(source.lines(), start=1):
        if line.isspace():
            continue
        try:
            value = decode(line.rstrip("\n"))
            turn = objects.row(value) if isinstance(value, dict) else None
        except json.JSONDecodeError as error:
            report(source.error(f"broken JSON: {error.msg} at column {error.colno}", number))
            continue
        except (ValueError, RecursionError) as error:
            report(source.error(str(error), number))
            continue
        if turn is not None:
            yield turn
        else:
            yield from objects.pieces(value, f"{source.stem}-{number}", number)
