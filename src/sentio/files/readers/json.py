"""A JSON document: chat messages, sentio's own conversations, or conversations by id:

    {"messages": [{"role": "user", "content": "I failed."}, {"role": "assistant", "content": "Oh no."}]}

    {"1039": {"sentences": ["You sold it?", "Why not?"], "speakers": ["Monica", "Joey"]}}

`sentio.files.objects` knows the shapes. A JSON document is read as a whole; for data larger than memory
there are JSON lines.
"""

import json
from collections.abc import Iterator

from sentio.card import Card
from sentio.files.base import Columns, Piece, Report
from sentio.files.objects import Objects
from sentio.files.source import Source

card = Card(
    title="JSON",
    summary="chat messages with role and content, sentio's conversations, or conversations by id",
    suffixes=(".json",),
)


def sniff(source: Source) -> float:
    """Likely when it begins with an object, or a list of objects or lists."""
    start = "".join(source.opening[:200].split())
    return 0.6 if start.startswith(("{", "[{", "[[")) else 0.0


def read(source: Source, columns: Columns, report: Report) -> Iterator[Piece]:
    """Conversations of the document; raises `InputError` where it is no valid JSON; a conversation
    without texts or speakers is reported."""
    try:
        document = json.loads("".join(source.lines()))
    except json.JSONDecodeError as error:
        hint = " (one value a line? then give --input-format jsonl)" if error.msg == "Extra data" else ""
        raise source.error(f"broken JSON: {error.msg} at column {error.colno}{hint}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise source.error(f"JSON that cannot be read: {error}") from error
    yield from Objects(source, columns, report).pieces(document, source.stem)
