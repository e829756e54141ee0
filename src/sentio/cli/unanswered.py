"""Which conversations are left to do where an earlier call has written rows about some of them.

Conversations are done in the order of the input, so all up to the last one with rows are done: also those without
any, in which nobody feels anything. The rows of the last one may be cut off anywhere; it is done anew.
"""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from sentio.cli.resuming import foreign
from sentio.conversation import Conversation
from sentio.errors import OutputError
from sentio.files.rows import Kept, Lines, Row
from sentio.files.writers.output import encodable

Place = tuple[str, int, int]
"""A cause among all of an output: its conversation, the emotional utterance's index and its own, -1 for none."""


def unanswered(conversations: Iterator[Conversation], writer: Lines, out: Path | None) -> Iterator[Conversation]:
    """Those without a row, of which each conversation has one.

    Raises `OutputError` where a row is not of the conversation that the input has at its place.
    """
    count = 0
    for count, kept in enumerate(writer.kept, start=1):
        name = next(conversations, None)
        if name is None:
            raise foreign(out, f"holds {count} replies or more, the input only {count - 1} conversations")
        if kept.row["conversation"] != encodable(name.id) and kept.row["conversation"] != name.id:
            raise foreign(
                out, f"row {count} is a reply in {kept.row['conversation']!r}, the input has {name.id!r} there"
            )
    yield from conversations


def unexplained(conversations: Iterator[Conversation], writer: Lines, out: Path | None) -> Iterator[Conversation]:
    """Those after the last that has rows, and that one, whose rows are then written anew; a row is a cause.

    Raises `OutputError` where the rows are not all of this input.
    """
    done, last = _ends(writer, out)
    if last:
        writer.cut(last[0].begin)
    rows = chain((kept.row for kept in islice(writer.kept, done)), (kept.row for kept in last))
    row, number = next(rows, None), 0
    for conversation in conversations:
        before, first = None, number
        while row is not None and _is_of(row, conversation, before, out):
            before = _place(row, out)
            row, number = next(rows, None), number + 1
        if first >= done and (number > first or row is None):
            yield conversation
    if row is not None:
        raise foreign(out, f"row {number + 1} is about {row['conversation']!r}, which the input has not there")


def _ends(writer: Lines, out: Path | None) -> tuple[int, list[Kept]]:
    """How many rows there are before those of the last conversation, and these."""
    done, last, before = 0, list[Kept](), None
    for kept in writer.kept:
        place = _place(kept.row, out)
        if before is None or _begins_another(place, before):
            done, last = done + len(last), []
        last.append(kept)
        before = place
    return done, last


def _place(row: Row, out: Path | None) -> Place:
    try:
        index, cause = row["index"], row["cause_index"]
        return encodable(row["conversation"]), int(index), -1 if cause in (None, "") else int(cause)
    except (ValueError, TypeError, AttributeError) as error:
        raise OutputError(f"{out}: has a row that is not sentio's; repair or remove the file") from error


def _begins_another(place: Place, before: Place) -> bool:
    """Within a conversation places rise; a conversation of the same name may follow."""
    return place[0] != before[0] or place <= before


def _is_of(row: Row, conversation: Conversation, before: Place | None, out: Path | None) -> bool:
    place = _place(row, out)
    index = place[1] - conversation.offset
    if place[0] != encodable(conversation.id) or not 0 <= index < len(conversation):
        return False
    if before is not None and _begins_another(place, before):
        return False
    said = conversation.utterances[index]
    return (encodable(row["speaker"]), encodable(row["text"])) == (encodable(said.speaker), encodable(said.text))
