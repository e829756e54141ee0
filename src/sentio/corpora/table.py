"""A table of your own: CSV, TSV or JSON lines, an utterance a row, with its emotion where you know it.

    conversation,speaker,text,emotion
    call-17,Agent,How can I help?,neutral
    call-17,Customer,It broke again!,anger

Columns are found by their names; further ones say which split a conversation is of, where the recordings are, relative
to the table, and where in them an utterance is. A file of the same name that ends in .toml, beside the table, says what
they hold where the names do not, which label space the labels are of, and what yours mean in it:

    space = "ekman"
    [columns]
    text = "what was said"
    [labels]
    furious = "anger"
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import seconds
from sentio.errors import InputError, SentioError, UnknownName
from sentio.gold import AnnotatedConversation, Item, Value
from sentio.labels import SPACES, space

card = CorpusCard(
    title="Your own table",
    summary="a CSV, TSV or JSON-lines file of yours, an utterance a row, one emotion each",
    licence="yours",
    languages=("und",),
    tasks=("emotion",),
    obtain="name a file of yours that ends in .csv, .tsv or .jsonl in the place of the corpus",
    files={"all": ("table.csv",)},
    layers={"emotion": ()},
)

Purpose = Literal["text", "speaker", "conversation", "utterance", "emotion", "split", "audio", "video", "start", "end"]
NAMES: dict[Purpose, tuple[str, ...]] = {
    "text": ("text", "utterance", "message", "content", "sentence", "transcript"),
    "speaker": ("speaker", "author", "role", "name", "from", "sender"),
    "conversation": ("conversation", "conversationid", "dialogue", "dialogueid", "dialogid", "chat", "callid"),
    "utterance": ("utteranceid", "turnid", "messageid", "turn", "id"),
    "emotion": ("emotion", "label", "feeling", "mood", "sentiment"),
    "split": ("split",),
    "audio": ("audio",),
    "video": ("video",),
    "start": ("start", "starttime"),
    "end": ("end", "endtime"),
}
"""What a column may be called, in order of preference; case, spaces and punctuation do not count."""


TIMES: tuple[Purpose, Purpose] = ("start", "end")


class Sidecar(BaseModel):
    """What the file beside a table says; all of it may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str | None = None
    columns: dict[Purpose, str] = {}
    labels: dict[str, str] = {}


@dataclass(frozen=True)
class Row:
    """A row of the table by what it holds; None where nothing is said."""

    line: int
    conversation: str | None
    utterance: str | None
    speaker: str
    text: str
    emotion: str | None
    split: str | None
    audio: str | None
    video: str | None
    start: float | None
    end: float | None


def card_of(path: Path) -> CorpusCard:
    """The card of a table: its splits, its labels, and their space.

    The space is the sidecar's. Without one it is guessed: the smallest that holds every label of the table, of
    several the first in `sentio ls labels`; where none does, the labels are the table's own in lower case, in
    alphabetical order. `guess` tells which. Raises `InputError` naming file and line where the table or its sidecar
    cannot be read.
    """
    sidecar = path.with_suffix(".toml")
    names = (path.name, sidecar.name) if sidecar.is_file() else (path.name,)
    found = card.model_copy(update={"title": path.name, "files": {"all": names}})
    files = CorpusFolder(path.parent, found)
    name = _sidecar(files).space
    rows = list(_rows(files))
    labels = sorted({row.emotion for row in rows if row.emotion is not None})
    splits = dict.fromkeys(["all", *(row.split for row in rows if row.split)], names)
    if name is None:
        fitting = [known for known in SPACES.values() if set(labels) <= set(known.labels)]
        name = min(fitting, key=len).name if fitting and labels else None
    spaces = {"emotion": name} if name else {}
    layers = {"emotion": space(name).labels if name else tuple(labels)}
    return found.model_copy(update={"layers": layers, "spaces": spaces, "files": splits})


def guess(path: Path, labels: tuple[str, ...]) -> str | None:
    """What is to be said of the labels of a table's card; None where the file beside it names their space.

    >>> guess(Path("moods.csv"), SPACES["ekman"].labels)
    'labels: ekman, guessed; say space = "..." in moods.toml'
    """
    beside = path.with_suffix(".toml")
    names = (path.name, beside.name) if beside.is_file() else (path.name,)
    if _sidecar(CorpusFolder(path.parent, card.model_copy(update={"files": {"all": names}}))).space:
        return None
    name = next((known.name for known in SPACES.values() if known.labels == labels), None)
    how = f"{name}, guessed" if name else "the table's own, no label space holds them"
    return f'labels: {how}; say space = "..." in {beside.name}'


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The conversations of a table. A row that names none is one of its own, called "line 7" by where it begins.

    Utterances without an id are numbered from 0. Rows of a conversation stand together: one that comes
    back after another is an error, and so is one in two splits.
    """
    path = files.path / files.card.files[split][0]
    seen: set[str] = set()
    # By the line, too, where there is no name: the next row may be of a conversation called like this one.
    for (name, alone), rows in groupby(_rows(files), key=_of_conversation):
        conversation = f"line {alone}" if name is None else name
        utterances: dict[str, Utterance] = {}
        gold: dict[str, Value] = {}
        of: str | None = None
        for row in rows:
            if conversation in seen:
                raise InputError(f"conversation {conversation!r} goes on after another one", path=path, line=row.line)
            id = str(len(utterances)) if row.utterance is None else row.utterance
            if id in utterances:
                raise InputError(f"conversation {conversation!r} has two utterances {id!r}", path=path, line=row.line)
            if utterances and row.split != of:
                raise InputError(f"conversation {conversation!r} is in two splits", path=path, line=row.line)
            of = row.split
            utterances[id] = _utterance(id, row, files.path)
            if row.emotion is not None:
                gold[id] = row.emotion
        seen.add(conversation)
        if split not in ("all", of):
            continue
        yield AnnotatedConversation(
            conversation=Conversation(id=conversation, utterances=tuple(utterances.values())), gold={"emotion": gold}
        )


def _utterance(id: str, row: Row, folder: Path) -> Utterance:
    """What a row says; its recordings are beside the table unless their path is absolute."""
    audio, video = (str(folder / path) if path else None for path in (row.audio, row.video))
    return Utterance(id=id, speaker=row.speaker, text=row.text, start=row.start, end=row.end, audio=audio, video=video)


def _of_conversation(row: Row) -> tuple[str | None, int | None]:
    return row.conversation, row.line if row.conversation is None else None


def _rows(files: CorpusFolder) -> Iterator[Row]:
    name, *_ = files.card.files["all"]
    sidecar = _sidecar(files)
    label = _Labels(sidecar)
    # The objects of a JSON-lines file need not have the same keys.
    known: dict[tuple[str, ...], dict[Purpose, str]] = {}
    for line, cells in _cells(files, name):
        header = tuple(cells)
        if header not in known:
            known[header] = _columns(header, sidecar, files.path / name, line)
        with files.at(name, line):
            given: dict[Purpose, str] = {purpose: _text(cells.get(column)) for purpose, column in known[header].items()}
            emotion = label(given.get("emotion", ""))
            recorded = _given(given.get("audio")) or _given(given.get("video"))
            # Of a text nobody asks when it was said, and its clock may be of any kind.
            start, end = (_seconds(given.get(purpose, "")) if recorded else None for purpose in TIMES)
        yield Row(
            line=line,
            conversation=_given(given.get("conversation")),
            utterance=_given(given.get("utterance")),
            speaker=given.get("speaker", ""),
            text=given["text"],
            emotion=emotion,
            split=_given(given.get("split")),
            audio=_given(given.get("audio")),
            video=_given(given.get("video")),
            start=start,
            end=end,
        )


def _cells(files: CorpusFolder, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    match Path(name).suffix.lower():
        case ".jsonl":
            yield from files.json_lines(name)
        case ".tsv":
            yield from files.rows(name, delimiter="\t")
        case _:
            yield from files.rows(name)


def _columns(header: tuple[str, ...], sidecar: Sidecar, path: Path, line: int) -> dict[Purpose, str]:
    """Purpose -> column: the sidecar's, else the first that has a known name and is not taken."""
    beside = path.with_suffix(".toml")
    chosen = dict(sidecar.columns)
    for purpose, column in chosen.items():
        left_out = purpose == "emotion" and path.suffix.lower() == ".jsonl"
        if column not in header and not left_out:
            raise InputError(f"no column {column!r}, which {beside.name} names for the {purpose}", path=path, line=line)
    plain = {"".join(filter(str.isalnum, column)).casefold(): column for column in reversed(header)}
    for purpose, names in NAMES.items():
        free = (plain[name] for name in names if name in plain and plain[name] not in chosen.values())
        if purpose not in chosen and (found := next(free, None)) is not None:
            chosen[purpose] = found
    if "text" not in chosen:
        raise InputError(f"no column for the text; name it under [columns] in {beside.name}", path=path, line=line)
    return chosen


class _Labels:
    """From the table's labels to those of the space, or to their lower case where there is none."""

    def __init__(self, sidecar: Sidecar) -> None:
        self.mapped = {mine.strip().casefold(): label for mine, label in sidecar.labels.items()}
        self.known = {label.casefold(): label for label in space(sidecar.space).labels} if sidecar.space else None

    def __call__(self, cell: str) -> str | None:
        """The label of a cell, None of an empty one; raises `ValueError` for one that is not in the space."""
        mine = cell.strip()
        if not mine:
            return None
        label = self.mapped.get(mine.casefold(), mine)
        if self.known is None:
            return label.lower()
        if label.casefold() not in self.known:
            raise ValueError(UnknownName("label", label, self.known.values()))
        return self.known[label.casefold()]


def _given(id: str | None) -> str | None:
    return id if id and not id.isspace() else None


def _seconds(cell: str) -> float | None:
    """A time as a number of seconds or a clock, None of an empty cell; raises `ValueError` for what is neither.

    >>> _seconds("1.5"), _seconds("00:00:01,500"), _seconds(" ")
    (1.5, 1.5, None)
    """
    if not cell.strip():
        return None
    time = seconds(cell.strip()) if ":" in cell else float(cell)
    if not isfinite(time):
        raise ValueError(f"{cell!r} is no time")
    return time


def _text(cell: object) -> str:
    if isinstance(cell, dict | list):
        raise TypeError(f"{cell!r:.40} is no text")
    return "" if cell is None else str(cell)


def _sidecar(files: CorpusFolder) -> Sidecar:
    beside = next((name for name in files.card.files["all"] if name.endswith(".toml")), None)
    if beside is None:
        return Sidecar()
    path = files.file(beside)
    text = "\n".join(line for _, line in files.lines(beside))
    try:
        sidecar = Sidecar.model_validate(tomllib.loads(text))
        if sidecar.space:
            space(sidecar.space)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", path=path) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", path=path) from error
    except SentioError as error:
        raise InputError(str(error), path=path) from error
    return sidecar
