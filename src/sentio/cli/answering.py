"""One call of a verb that gives rows about whole conversations: inputs through a system into a writer or a page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

from sentio.cli import DONE, SKIPPED
from sentio.cli.flags import Flags
from sentio.cli.inputs import Inputs
from sentio.cli.outputs import format_of, send
from sentio.conversation import Conversation
from sentio.files.rows import Lines, Row, RowWriter, open_rows, resume_rows
from sentio.files.writers.terminal import Terminal
from sentio.results.columns import Columns

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

Done = TypeVar("Done")


@dataclass(frozen=True)
class Verb(Generic[Done]):
    """What a verb does with conversations, and the forms in which it is written.

    `fault` says why a conversation cannot be done. `left` takes the conversations out that an earlier call has done.
    `page` is asked after all that `answer` gave. `shown` is the text for a terminal of so many columns.
    """

    answer: Callable[[Iterator[Conversation]], Iterator[Done]]
    columns: Columns
    rows: Callable[[Done], Sequence[Row]]
    shown: Callable[[Done, int], "RenderableType"]
    page: Callable[[Sequence[Done]], str]
    left: Callable[[Iterator[Conversation], Lines, "Path | None"], Iterator[Conversation]]
    fault: Callable[[Conversation], str | None]


def run(verb: Verb[Done], inputs: Inputs, flags: Flags) -> int:
    """Do it; the exit code says whether something was skipped.

    Raises the `InputError` of the last unreadable input when nothing could be read, and `OutputError` where the
    output cannot be written or cannot be resumed.
    """
    format, out = format_of(flags), flags.target
    conversations = inputs.whole(verb.fault)
    if flags.resume:
        with resume_rows(format, out, verb.columns) as writer:
            for done in verb.answer(verb.left(conversations, writer, out)):
                writer.write(verb.rows(done))
    elif format == "html":
        answered = list(verb.answer(conversations))
        send(verb.page(answered), out)
    else:
        _write(verb, format, verb.answer(conversations), out)
    return SKIPPED if inputs.problems else DONE


def _write(verb: Verb[Done], format: str, answered: Iterator[Done], out: "Path | None") -> None:
    # Opening empties an earlier output: not before there is something to put in its place.
    for first in answered:
        if format == "table":
            _print(verb, chain([first], answered), out)
        else:
            with open_rows(format, out, verb.columns) as writer:
                _fill(verb, chain([first], answered), writer)


def _fill(verb: Verb[Done], answered: Iterable[Done], writer: RowWriter) -> None:
    for done in answered:
        writer.write(verb.rows(done))


def _print(verb: Verb[Done], answered: Iterable[Done], out: "Path | None") -> None:
    terminal = Terminal(out)
    try:
        for done in answered:
            terminal.print(verb.shown(done, terminal.width))
    finally:
        terminal.close()
