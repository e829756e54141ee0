"""One call of `sentio recognize`: inputs through a recogniser into a writer or a report.

A conversation that cannot be read is told and skipped; a file that cannot be read is told and the
others are done. Only when nothing at all could be read does the job fail, and then it leaves an
earlier output as it was.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sentio import files
from sentio.cli import DONE, SKIPPED
from sentio.cli.progress import Progress
from sentio.cli.resuming import Resumed
from sentio.conversation import Conversation
from sentio.errors import InputError, OutputError
from sentio.labels import LabelSpace
from sentio.recognition import Moods, Recognizer, recognize_stream
from sentio.results import RecognizedConversation


@dataclass
class Job:
    """What to read and where to write; `out` None is standard output.

    `limit` counts conversations over all inputs.
    """

    inputs: tuple[str, ...]
    input_format: str | None
    columns: files.Columns
    limit: int | None
    format: str
    out: Path | None
    progress: Progress

    def __post_init__(self) -> None:
        self._problems = 0
        self._read = 0

    def run(self, recognizer: Recognizer, space: LabelSpace, resume: bool) -> int:
        """Do it; the exit code says whether something was skipped.

        Raises the `InputError` of the last unreadable input when nothing could be read, and
        `OutputError` where the output is one of the inputs, cannot be written or cannot be resumed.
        """
        self._keep_inputs()
        if self.format == "html":
            if resume:
                raise OutputError("html output cannot be resumed, only jsonl and csv can be; start it afresh")
            self._report(self._recognized(recognizer, space, files.Progress()))
        elif resume:
            with files.open_writer(self.format, self.out, space, resume=True) as writer:
                for done in self._recognized(recognizer, space, writer.progress):
                    writer.write(done)
        else:
            self._write(self._recognized(recognizer, space, files.Progress()), space)
        return SKIPPED if self._problems else DONE

    def _keep_inputs(self) -> None:
        """Raise `OutputError` where the output is one of the inputs, which writing would destroy."""
        if self.out is None or not self.out.is_file():
            return
        there = self.out.stat()
        for source in self.inputs:
            with suppress(OSError):  # an input that is not there is told when it is read
                if os.path.samestat(there, os.fstat(0) if source == "-" else os.stat(source)):
                    raise OutputError(f"{self.out}: is the output and an input; name another file with --out")

    def _write(self, recognized: Iterator[RecognizedConversation], space: LabelSpace) -> None:
        # Opening empties an earlier output: not before there is something to put in its place.
        first = next(recognized)
        with files.open_writer(self.format, self.out, space) as writer:
            for done in chain([first], recognized):
                writer.write(done)

    def _report(self, recognized: Iterable[RecognizedConversation]) -> None:
        from sentio import report
        from sentio.files.writers.output import Output

        done = list(recognized)
        if self.out is None:
            output = Output(None)
            output.write(f"{report.render(done)}\n".encode())
            output.close()
        else:
            report.write(done, self.out)

    def _recognized(
        self, recognizer: Recognizer, space: LabelSpace, written: files.Progress
    ) -> Iterator[RecognizedConversation]:
        resumed = Resumed(self.out, written)
        for number, source in enumerate(self.inputs, start=1):
            if self._read == self.limit:
                break
            # Speakers' moods are kept by file: two files may use the same names for other people.
            moods = Moods()
            conversations = self._conversations(source, last=number == len(self.inputs))
            for done in recognize_stream(recognizer, resumed.rest(conversations, moods), space, moods):
                self.progress.advance(source, len(done.recognitions))
                yield done
        if not self._read:
            raise InputError("no conversation could be read")
        resumed.finish()

    def _conversations(self, source: str, last: bool) -> Iterator[Conversation]:
        """The conversations of an input up to its end, to the limit, or to where it cannot be read on.

        An error ends the iteration quietly: raised, it would take with it the conversations that a
        recogniser has read ahead. Only when nothing was read, so that nothing is lost, it is raised.
        """
        seen: set[str] = set()
        stream = files.stream(source, format=self.input_format, columns=self.columns, on_error=self._problem)
        try:
            for conversation in stream:
                if conversation.id not in seen:
                    if self._read == self.limit:
                        return
                    self._read += 1
                    if self.limit is not None:  # without one, a million names would be kept for nothing
                        seen.add(conversation.id)
                yield conversation
        except InputError as error:
            if last and not self._read:
                raise
            self._problem(error)

    def _problem(self, error: InputError) -> None:
        self._problems += 1
        self.progress.note(f"sentio: skipped: {error}")
