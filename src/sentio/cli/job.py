"""One call of `sentio recognize`: inputs through a recogniser into a writer or a report.

A conversation that cannot be read is told and skipped; a file that cannot be read is told and the
others are done. Only when nothing at all could be read does the job fail, and then it leaves an
earlier output as it was.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sentio import files
from sentio.cli import DONE, SKIPPED
from sentio.cli.inputs import Inputs
from sentio.cli.outputs import send
from sentio.cli.progress import Progress
from sentio.cli.resuming import Resumed
from sentio.errors import OutputError
from sentio.labels import LabelSpace
from sentio.recognition import Moods, Recognizer, recognize_stream, tails_for
from sentio.results import RecognizedConversation


@dataclass
class Job:
    """What to read and where to write; `out` None is standard output."""

    inputs: Inputs
    format: str
    out: Path | None
    progress: Progress

    def run(self, recognizer: Recognizer, space: LabelSpace, resume: bool) -> int:
        """Do it; the exit code says whether something was skipped.

        Raises the `InputError` of the last unreadable input when nothing could be read, and
        `OutputError` where the output cannot be written or cannot be resumed.
        """
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
        return SKIPPED if self.inputs.problems else DONE

    def _write(self, recognized: Iterator[RecognizedConversation], space: LabelSpace) -> None:
        # Opening empties an earlier output: not before there is something to put in its place.
        first = next(recognized)
        with files.open_writer(self.format, self.out, space) as writer:
            for done in chain([first], recognized):
                writer.write(done)

    def _report(self, recognized: Iterable[RecognizedConversation]) -> None:
        from sentio import report

        send(report.render(list(recognized)), self.out)

    def _recognized(
        self, recognizer: Recognizer, space: LabelSpace, written: files.Progress
    ) -> Iterator[RecognizedConversation]:
        resumed = Resumed(self.out, written)
        for source in self.inputs.sources():
            # Kept by file: two files may use the same names for other people and conversations.
            moods, tails = Moods(), tails_for(recognizer)
            rest = resumed.rest(self.inputs.parts(), moods, tails)
            for found in recognize_stream(recognizer, rest, space, moods, tails):
                done = resumed.fresh(found)
                self.progress.advance(source, len(done.recognitions))
                yield done
        resumed.finish()
