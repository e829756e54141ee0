"""The flags of every verb that takes files with conversations and writes what it finds in them."""

from dataclasses import dataclass, fields
from inspect import Parameter as Argument
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentio.files import Columns

Format = Literal["table", "jsonl", "csv", "parquet", "html"]
_COLUMNS = Group("Columns of CSV, TSV, JSONL and Parquet input (found by name unless given)")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Flags:
    """What to read of the inputs, where to write, and how.

    Parameters
    ----------
    format
        How to write: table, jsonl, csv, parquet, html. By default what the suffix of --out says, else table.
    out
        The file to write; standard output (-) by default.
    limit
        Stop after this many conversations.
    resume
        Go on with a jsonl or csv output that an earlier call left incomplete.
    quiet
        No progress. What was skipped, and why, is told all the same.
    input_format
        The format of the input, where it is not recognised by itself (`sentio ls files`).
    text_column
        The column with the words.
    speaker_column
        The column with the speaker's name.
    conversation_column
        The column that tells conversations apart.
    """

    format: Format | None = None
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None
    resume: Annotated[bool, Parameter(negative="")] = False
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False
    input_format: str | None = None
    text_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None
    speaker_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None
    conversation_column: Annotated[str | None, Parameter(group=_COLUMNS)] = None

    @property
    def target(self) -> Path | None:
        """The file to write, None for standard output."""
        from sentio.cli import STREAM

        return None if self.out == Path(STREAM) else self.out

    @property
    def columns(self) -> "Columns":
        """The columns that were named."""
        from sentio import files

        return files.Columns(text=self.text_column, speaker=self.speaker_column, conversation=self.conversation_column)


DEFAULT = Flags()


def own(command: "Callable[..., object]") -> list[str]:
    """The flags of a command, as they are written, without those of the systems it loads.

    >>> def shout(*inputs: str, loudness: int = 1, flags: Flags = DEFAULT, **options: str) -> None: ...
    >>> own(shout)[:4]
    ['--loudness', '--format', '--out', '--limit']
    """
    names: list[str] = []
    for name, argument in signature(command).parameters.items():
        if argument.kind is Argument.KEYWORD_ONLY:
            names += [field.name for field in fields(Flags)] if argument.annotation is Flags else [name]
    return [f"--{name.replace('_', '-')}" for name in names]
