"""One call of `sentio recognize`: inputs through a recogniser into a writer or a report.

A conversation that cannot be read is told and skipped; a file that cannot be read is told and the
others are done. Only when nothing at all could be read does the job fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sentio import files
from sentio.cli.progress import Progress
from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.labels import LabelSpace
from sentio.recognition import Moods, Recognizer, recognize_stream
from sentio.results import RecognizedConversation

DONE, SKIPPED = 0, 1


@dataclass
class Job:
    """What to read. `limit` counts conversations over all inputs."""

    inputs: tuple[str, ...]
    input_format: str | None
    columns: files.Columns
    limit: int | None
    progress: Progress

    def __post_init__(self) -> None:
        self._problems = 0
        self._read = 0

    def run(self, recognizer: Recognizer, space: LabelSpace, format: str, out: Path | None, resume: bool) -> int:
        """Do it; the exit code says whether something was skipped.

        Raises the `InputError` of the last unreadable input when nothing could be read.
        """
        if format == "html":
            self._report(recognizer, space, out)
        else:
            with files.open_writer(format, out, space, resume=resume) as writer:
                for done in self._recognized(recognizer, space, writer.progress):
                    writer.write(done)
        return SKIPPED if self._problems else DONE

    def _report(self, recognizer: Recognizer, space: LabelSpace, out: Path | None) -> None:
        from sentio import report

        done = list(self._recognized(recognizer, space, files.Progress()))
        if out is None:
            print(report.render(done))
        else:
            report.write(done, out)

    def _recognized(
        self, recognizer: Recognizer, space: LabelSpace, written: files.Progress
    ) -> Iterator[RecognizedConversation]:
        skip = Skip(iter(written.turns))
        for number, source in enumerate(self.inputs, start=1):
            # Speakers' moods are kept by file: two files may use the same names for other people.
            moods = Moods()
            try:
                rest = skip.rest(self._conversations(source), moods)
                for done in recognize_stream(recognizer, rest, space, moods):
                    self.progress.advance(source, len(done.recognitions))
                    yield done
            except InputError as error:
                if number == len(self.inputs) and not self._read:
                    raise
                self._problem(error)
        if not self._read:
            raise InputError("no conversation could be read")

    def _conversations(self, source: str) -> Iterator[Conversation]:
        stream = files.stream(source, format=self.input_format, columns=self.columns, on_error=self._problem)
        for conversation in stream:
            if conversation.offset == 0:
                if self.limit is not None and self._read >= self.limit:
                    return
                self._read += 1
            yield conversation

    def _problem(self, error: InputError) -> None:
        self._problems += 1
        self.progress.note(f"sentio: skipped: {error}")


class Skip:
    """Drops the utterances that an earlier run has written, and remembers how their speakers felt."""

    def __init__(self, written: Iterator[files.Written]) -> None:
        self._written = written

    def rest(self, conversations: Iterator[Conversation], moods: Moods) -> Iterator[Conversation]:
        """The conversations without the utterances that are done, whose moods go into `moods`."""
        for conversation in conversations:
            done = 0
            for turn in islice(self._written, len(conversation)):
                moods.turn(turn.conversation, turn.speaker, turn.emotion)
                done += 1
            if done == 0:
                yield conversation
            elif done < len(conversation):
                yield conversation.model_copy(
                    update={"offset": conversation.offset + done, "utterances": conversation.utterances[done:]}
                )
