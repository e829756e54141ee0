"""Records on disk as they come, so that a killed job goes on where it was and asks nothing twice."""

import errno
import os
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO, cast

from sentio.errors import OutputError
from sentio.files.lock import lock
from sentio.files.writers.output import reported
from sentio.knowledge.items import Item, Key, Kind, Wanted, digest
from sentio.knowledge.records import Record, read

SYNC_RECORDS, SYNC_SECONDS = 64, 5.0
"""So often the disk is waited for: a machine that loses power costs no more questions than that."""


class Journal:
    """A knowledge file that is written to by one process.

    Each record is with the operating system when `write` returns: killing the process loses nothing.
    """

    def __init__(self, path: Path, corpus: str, model: str, wanted: Wanted) -> None:
        """Open a new file, or go on with one that has answers of the same model to the same questions.

        A last line that a kill has cut is removed. Raises `OutputError` where the file holds anything else, belongs
        to another process or cannot be written, `InputError` where it is no knowledge file.
        """
        # Where its server stands is no part of a model.
        self._path, self._corpus, self._model = path, corpus, model.partition("@http")[0]
        self.prompts: dict[Kind, str] = {kind: wanted.prompt(kind) for kind in wanted.kinds}
        self._asked: dict[Key, str] = {}
        with reported(path):
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise OutputError(f"{path}: is no regular file and cannot be gone on with; name one with --out")
            # Opened first and locked: nothing may come in between reading and writing.
            self._file = cast(BinaryIO, path.open("a+b", buffering=0))
        try:
            lock(self._file, path, "--out")
            self._go_on()
        except BaseException:
            self._file.close()
            raise
        self._since, self._synced = 0, monotonic()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with reported(self._path), self._file:
            os.fsync(self._file.fileno())

    def has(self, item: Item) -> bool:
        """Whether the item is answered, or a gap. Raises `OutputError` where the answer is to another question."""
        asked = self._asked.get(item.key)
        if asked is not None and asked != item.asked:
            raise self._foreign(f"the question about {item.key} was another one: other conversations or --context")
        return asked is not None

    def keep(
        self,
        item: Item,
        *,
        texts: tuple[str, ...] = (),
        attempts: int = 1,
        gap: str | None = None,
        error: str | None = None,
        raw: str = "",
    ) -> None:
        """Append what came of an item: the texts, or why there are none; all of it, or nothing and an `OutputError`."""
        record = Record(
            corpus=self._corpus,
            kind=item.key.kind,
            dialogue=item.key.dialogue,
            utterance=item.key.utterance,
            speaker=item.speaker,
            texts=texts,
            of=digest(*item.texts),
            model=self._model,
            prompt=self.prompts[item.key.kind],
            asked=item.asked,
            attempts=attempts,
            gap=gap,
            error=error,
            raw=raw,
        )
        self._write(record.line())
        if error is None:
            self._asked[item.key] = item.asked

    def _write(self, line: bytes) -> None:
        with reported(self._path):
            end = self._file.seek(0, os.SEEK_END)
            try:
                if self._file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except BaseException:
                self._file.truncate(end)
                raise
            self._since += 1
            if self._since >= SYNC_RECORDS or monotonic() - self._synced > SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._since, self._synced = 0, monotonic()

    def _go_on(self) -> None:
        end = 0
        for offset, length, record in read(self._path):
            self._refuse_strangers(record)
            if record.error is None:
                self._asked[record.key] = record.asked
            end = offset + length
        with reported(self._path):
            self._file.truncate(end)
            if end:
                self._end_line(end)

    def _end_line(self, end: int) -> None:
        """Write the last line end where an editor has left it out."""
        self._file.seek(end - 1)
        if self._file.read(1) != b"\n":
            self._file.write(b"\n")

    def _refuse_strangers(self, record: Record) -> None:
        if record.corpus != self._corpus:
            raise self._foreign(f"holds knowledge about {record.corpus!r}, not {self._corpus!r}")
        if record.model != self._model:
            raise self._foreign(f"was written by the model {record.model!r}, not {self._model!r}")
        prompt = self.prompts.get(record.kind, record.prompt)
        if record.prompt != prompt:
            raise self._foreign(
                f"answers {record.prompt}, not {prompt}: another wording, --history, --causal or labels"
            )

    def _foreign(self, difference: str) -> OutputError:
        return OutputError(f"{self._path}: {difference}; name another file with --out")
