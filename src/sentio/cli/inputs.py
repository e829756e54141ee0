"""The inputs of one call, read one after the other; what cannot be read is told and skipped."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from sentio import files
from sentio.cli import STREAM
from sentio.cli.flags import Flags
from sentio.cli.progress import Progress
from sentio.conversation import Conversation
from sentio.errors import InputError, OutputError, SentioError


class Inputs:
    """What is read of the files that were named, in their order.

    `problems` counts what was skipped and `read` the conversations that were not, over all inputs; `source` is the
    input at work. Raises `SentioError` where nothing is named and `OutputError` where the output is an input.
    """

    def __init__(self, names: tuple[str, ...], flags: Flags, progress: Progress) -> None:
        if not names:
            raise SentioError("no input; name a file, or - for standard input (see --help)")
        self.names = tuple("-" if name == STREAM else name for name in names)
        self.problems = self.read = 0
        self.source = ""
        self._flags, self._progress = flags, progress
        _keep(self.names, flags.target)

    def sources(self) -> Iterator[str]:
        """The inputs that are opened: those after the limit are not.

        Raises the `InputError` of the last unreadable input where nothing could be read from any.
        """
        for name in self.names:
            self.source = name
            if self.read == self._flags.limit:
                break
            yield self.source
        if not self.read:
            raise InputError("no conversation could be read")

    def parts(self) -> Iterator[Conversation]:
        """The conversations of the source at work, the long and the interleaved ones in parts.

        The limit counts conversations; one that goes on after it is cut there.
        """
        seen: set[str] = set()
        for conversation in self._readable(files.stream):
            if conversation.id not in seen:
                if self.read == self._flags.limit:
                    return
                self.read += 1
                if self._flags.limit is not None:  # without one, a million names would be kept for nothing
                    seen.add(conversation.id)
            yield conversation

    def whole(self, fault: Callable[[Conversation], str | None]) -> Iterator[Conversation]:
        """The conversations of all sources, each once and complete; one with a `fault` is told and skipped."""
        for _ in self.sources():
            for conversation in self._readable(files.whole):
                if self.read == self._flags.limit:
                    return
                self.read += 1
                if (cause := fault(conversation)) is None:
                    yield conversation
                else:
                    self.problem(InputError(f"conversation {conversation.id!r}: {cause}", path=self.source))

    def problem(self, error: SentioError, what: str = "skipped") -> None:
        """Tell what is skipped, or what else became of it."""
        from sentio.files.writers.terminal import literal

        self.problems += 1
        self._progress.note(literal(f"sentio: {what}: {error}"))

    def _readable(self, read: Callable[..., Iterator[Conversation]]) -> Iterator[Conversation]:
        """What `read` yields up to the end of the source at work, or to where it cannot be read on.

        An error ends the iteration quietly: raised, it would take with it the conversations that a system has read
        ahead. Only when nothing was read, so that nothing is lost, it is raised.
        """
        flags = self._flags
        try:
            yield from read(self.source, format=flags.input_format, columns=flags.columns, on_error=self.problem)
        except InputError as error:
            if self.source == self.names[-1] and not self.read:
                raise
            self.problem(error)


def _keep(names: tuple[str, ...], out: Path | None) -> None:
    """Raise `OutputError` where the output is one of the inputs, which writing would destroy."""
    if out is None or not out.is_file():
        return
    there = out.stat()
    for name in names:
        with suppress(OSError):  # an input that is not there is told when it is read
            if os.path.samestat(there, os.fstat(0) if name == "-" else os.stat(name)):
                raise OutputError(f"{out}: is the output and an input; name another file with --out")
