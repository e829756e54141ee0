"""Answers that were recorded: an experiment that runs again without its model, to the letter.

A recording is JSONL, one answer a line, with the question's key and the name of the model that gave it. It is made
by `Recorded(model, path)` and answers under `replay/FILE`.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentio.card import Card
from sentio.errors import InputError, OutputError
from sentio.llms.address import Address
from sentio.llms.base import Answer, LanguageModel, Question
from sentio.llms.cache import closed
from sentio.llms.records import key, record, restored

card = Card(title="Recorded answers", summary="Replays the answers of a recording (replay/FILE, JSONL).")

BEGIN = '{"key": "'
"""How every line begins: what does not was not cut by a kill, and is not ours to remove."""


def load(address: Address, concurrency: int) -> "Replay":
    """The recording at the address. Raises `InputError` where it cannot be read."""
    return read(Path(address.model))


@dataclass(frozen=True)
class Replay:
    """Records by key. `name` is that of the model that was recorded: its answers are these answers."""

    name: str
    path: Path
    records: dict[str, dict[str, Any]]

    def close(self) -> None:
        """Nothing to let go of."""

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`; answers come in order. A question that was not recorded has an error."""
        for question in questions:
            found = self.records.get(key(question))
            if found is None:
                error = f"not recorded in {self.path}; record this question with the model, {self.name}"
                yield Answer(question, attempts=0, error=error)
            else:
                yield restored(question, found)


def read(path: Path) -> Replay:
    """A recording. Of a key that was recorded twice the last counts; a torn last line, of a killed recording, is
    left out. Raises `InputError` where it cannot be read or names more than one model."""
    if path.exists() and not path.is_file():
        raise InputError("is no regular file; name a recording, JSONL as written by `Recorded`", path=path)
    records: dict[str, dict[str, Any]] = {}
    names: set[str] = set()
    try:
        lines = path.read_text("utf8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "is no UTF-8 text"
        raise InputError(f"{cause}; name a recording, JSONL as written by `Recorded`", path=path) from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            restored(Question("", ()), row)
            records[row["key"]] = row
            names.add(row["model"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if number == len(lines) and not line.endswith("\n") and BEGIN.startswith(line[: len(BEGIN)]):
                break
            raise InputError("is no recorded answer", path=path, line=number) from error
    if len(names) > 1:
        raise InputError(f"holds answers of several models: {', '.join(sorted(names))}", path=path)
    return Replay(names.pop() if names else f"replay/{path.name}", path, records)


@dataclass(frozen=True)
class Recorded:
    """A model whose answers are written down as they come, added to what the file holds; errors are not."""

    model: LanguageModel
    path: Path

    @property
    def name(self) -> str:
        return self.model.name

    def close(self) -> None:
        """Close the model."""
        self.model.close()

    def ask(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """See `LanguageModel.ask`. Raises `OutputError` where the recording cannot be written or is another model's,
        `InputError` where the file is no recording; before anything is asked."""
        if self.path.exists():
            self._go_on()
        with closed(self.model.ask(questions)) as answers:
            for answer in answers:
                if answer.error is None:
                    self._write(answer)
                yield answer

    def _go_on(self) -> None:
        """Cut off the last line that a kill has torn, or end it where it is whole."""
        recorded = read(self.path)
        if recorded.records and recorded.name != self.name:
            raise OutputError(f"{self.path}: holds answers of {recorded.name}, not {self.name}; name another file")
        with _told(self.path), self.path.open("r+b") as file:
            content = file.read()
            begin = content.rfind(b"\n") + 1
            if last := content[begin:]:
                if _is_record(last):
                    file.write(b"\n")
                else:
                    file.truncate(begin)

    def _write(self, answer: Answer) -> None:
        row = {"key": key(answer.question), "model": self.name, **record(answer)}
        with _told(self.path), self.path.open("a", encoding="utf8") as file:
            file.write(json.dumps(row) + "\n")


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the disk refuses within, as one line."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}; the recording so far is kept") from error
