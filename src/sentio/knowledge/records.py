"""One line of a knowledge file: what was asked of which model, and what came back.

{"corpus": "kitchen", "kind": "interpretation", "dialogue": "kitchen", "utterance": "1", "speaker": "Bo",
 "texts": ["He pushes the question away.", "He would rather not be found out."], "of": "5fd924625f6ab16a",
 "model": "Qwen3-14B", "prompt": "interpretation-1/9d0c...", "asked": "41b7...", "attempts": 1}

`texts` are the explicit and the implicit reading of an utterance, or the characteristics of a speaker. Instead of them
stands a `gap`, which says what was wrong with the second answer too, or an `error`, when there was none: an item with
an error is asked again when the file is gone on with, and its last line holds.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.errors import InputError
from sentio.knowledge.items import Key, Kind


class Record(BaseModel):
    """What a language model said about an utterance or a speaker; see above.

    `of` is the hash of the utterance's text, or of all the dialogue's where there is no utterance. `prompt` names the
    wording, `asked` is the hash of the whole question. `raw` is the last answer of a gap.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    kind: Kind
    dialogue: str
    utterance: str | None = None
    speaker: str
    texts: tuple[str, ...] = ()
    of: str
    model: str
    prompt: str
    asked: str
    attempts: int = 1
    gap: str | None = None
    error: str | None = None
    raw: str = ""

    @property
    def key(self) -> Key:
        """Where it belongs."""
        return Key(self.kind, self.dialogue, self.utterance, self.speaker if self.utterance is None else None)

    def line(self) -> bytes:
        """The record as a line of the file; what a field is by default is left out."""
        return json.dumps(self.model_dump(exclude_defaults=True), ensure_ascii=False).encode("utf8", "replace") + b"\n"


def read(path: Path) -> Iterator[tuple[int, int, Record]]:
    """The records of a file, each with the byte at which it begins and its length with the line end.

    A last line that a kill has cut is passed over. Raises `InputError` for a file that cannot be read or any other
    line that is no record.
    """
    try:
        if not S_ISREG(path.stat().st_mode):
            raise InputError("is no regular file; name one of `sentio knowledge build`", path=path)
        with path.open("rb") as file:
            offset = 0
            for number, line in enumerate(file, start=1):
                try:
                    record = _record(line, path, number)
                except InputError:
                    if not line.endswith(b"\n") and _BEGIN.startswith(line[: len(_BEGIN)]):
                        return
                    raise
                yield offset, len(line), record
                offset += len(line)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error


_BEGIN = b'{"corpus": '
"""How every line begins: what does not was not cut by a kill, and is not ours to remove."""


def _record(line: bytes, path: Path, number: int) -> Record:
    try:
        return Record.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        cause = f"{where}: {first['msg'].lower()}" if where else first["msg"].lower()
        raise InputError(
            f"no record of knowledge ({cause}); remove the line or the file", path=path, line=number
        ) from error
