"""Recordings that tables and JSON name: whose they are, where they lie, and what is none."""

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import polars
import pytest

from sentio import corpora
from sentio.conversation import Conversation, Utterance
from sentio.files import Columns, read
from sentio.files.columns import find

NAMES = ("speaker", "text", "Audio", "video", "start", "end")
ROWS = (
    ("Ada", "You baked a cake?", "clips/0.wav", "0.mp4", "0", "1.5"),
    ("Bo", "I forgot the sugar.", "/far/1.wav", "", "1.5", "3"),
    ("Ada", "", "", " ", "3", "4"),
)

Write = Callable[[Path, Sequence[str], Sequence[Sequence[str]]], Path]


def delimited(folder: Path, names: Sequence[str], rows: Sequence[Sequence[str]], suffix: str = "csv") -> Path:
    path = folder / f"talk.{suffix}"
    with path.open("w", encoding="utf8", newline="") as file:
        csv.writer(file, delimiter="\t" if suffix == "tsv" else ",").writerows([names, *rows])
    return path


def tabbed(folder: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    return delimited(folder, names, rows, "tsv")


def json_lines(folder: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "talk.jsonl"
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), "utf8")
    return path


def document(folder: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "talk.json"
    path.write_text(json.dumps({"messages": [dict(zip(names, row, strict=True)) for row in rows]}), "utf8")
    return path


def parquet(folder: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "talk.parquet"
    polars.DataFrame(list(rows), schema=list(names), orient="row").write_parquet(path)
    return path


FORMATS = (delimited, tabbed, json_lines, document, parquet)


def recordings(path: Path, columns: Columns | None = None) -> list[tuple[str | None, str | None]]:
    (chat,) = read(path, columns=columns)
    return [(said.audio, said.video) for said in chat.utterances]


@pytest.mark.parametrize("write", FORMATS)
def test_paths_are_relative_to_the_file_absolute_ones_stay_and_blank_ones_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    (tmp_path / "calls").mkdir()
    path = write(tmp_path / "calls", NAMES, ROWS)
    folder = str(tmp_path / "calls")
    expected = [(f"{folder}/clips/0.wav", f"{folder}/0.mp4"), ("/far/1.wav", None), (None, None)]
    assert recordings(path) == expected
    (chat,) = read(path)
    assert [(said.start, said.end) for said in chat.utterances] == [(0, 1.5), (1.5, 3), (3, 4)]
    monkeypatch.chdir(tmp_path)
    assert recordings(Path("calls", path.name))[:2] == [("calls/clips/0.wav", "calls/0.mp4"), ("/far/1.wav", None)]
    monkeypatch.chdir(tmp_path / "calls")
    assert recordings(Path(path.name))[0] == ("clips/0.wav", "0.mp4")


@pytest.mark.parametrize("write", FORMATS)
def test_a_table_without_such_columns_names_none(tmp_path: Path, write: Write) -> None:
    assert recordings(write(tmp_path, NAMES[:2], [row[:2] for row in ROWS])) == [(None, None)] * 3


@pytest.mark.parametrize("write", [delimited, json_lines])
def test_recordings_are_those_of_the_same_table_as_a_corpus(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path, ("conversation", *NAMES), [("talk", *row) for row in ROWS])
    (item,) = corpora.load(str(path), None).conversations("all")
    (chat,) = read(path)
    assert [(u.audio, u.video) for u in chat.utterances] == [
        (u.audio, u.video and u.video.strip()) for u in item.conversation.utterances
    ]


def test_a_compressed_table_has_its_recordings_beside_it(tmp_path: Path) -> None:
    plain = delimited(tmp_path, NAMES, ROWS)
    path = tmp_path / "talk.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert recordings(path) == recordings(plain)


def test_those_of_standard_input_are_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.BytesIO(delimited(tmp_path, NAMES, ROWS).read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(piped))
    assert recordings(Path("-")) == [("clips/0.wav", "0.mp4"), ("/far/1.wav", None), (None, None)]


def test_our_own_conversations_keep_their_paths_to_the_letter(tmp_path: Path) -> None:
    said = Utterance(id="0", speaker="Ada", text="Hi", audio="clips/0.wav", video=" odd.mp4")
    chat = Conversation(id="kitchen", utterances=(said,))
    path = tmp_path / "talk.jsonl"
    path.write_text(chat.model_dump_json() + "\n")
    assert read(path) == [chat]


@pytest.mark.parametrize("held", [{"id": "audio_1", "data": "UklGRg=="}, ["0.wav"], 7, True, None])
def test_a_key_that_holds_no_path_is_none(tmp_path: Path, held: object) -> None:
    path = tmp_path / "talk.json"
    path.write_text(json.dumps([{"role": "assistant", "content": "Oh no.", "audio": held}]))
    assert recordings(path) == [(None, None)]


@pytest.mark.parametrize("held", [b"RIFF", {"bytes": b"RIFF", "path": "0.wav"}, [0.5, -0.5], 7])
def test_a_parquet_column_that_holds_no_paths_is_none(tmp_path: Path, held: object) -> None:
    path = tmp_path / "talk.parquet"
    frame = polars.DataFrame({"speaker": ["Ada"], "text": ["Hi"], "audio": [held], "video": ["0.mp4"]})
    frame.write_parquet(path)
    assert recordings(path) == [(None, f"{tmp_path}/0.mp4")]
    frame.with_columns(audio=polars.Series(["a.wav"], dtype=polars.Categorical)).write_parquet(path)
    assert recordings(path) == [(f"{tmp_path}/a.wav", f"{tmp_path}/0.mp4")]


def test_a_column_the_user_wants_for_its_words_names_no_recordings(tmp_path: Path) -> None:
    path = delimited(tmp_path, ("speaker", "audio"), [("Ada", "Hi")])
    (chat,) = read(path, columns=Columns(text="audio"))
    assert (chat.utterances[0].text, chat.utterances[0].audio) == ("Hi", None)


@pytest.mark.parametrize("header", ["audio,video,text,speaker", "video,transcript,audio,role", "audio,who,body,id"])
def test_recordings_take_no_other_column(header: str) -> None:
    names = header.split(",")
    others = find([name for name in names if name not in ("audio", "video")], Columns())
    found = find(names, Columns())
    assert found._replace(audio=None, video=None) == others
    assert {found.audio, found.video} - {None} == {"audio", "video"} & set(names)


def test_damage_in_a_path_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text('{"speaker": "Ada", "text": "Hi", "audio": "\\u00000.wav", "video": "\\u0000"}\n')
    assert recordings(path) == [(f"{tmp_path}/0.wav", None)]
