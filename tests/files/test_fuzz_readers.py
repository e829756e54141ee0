"""Whatever the bytes, readers answer with conversations or `InputError`; what was written is read back."""

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentio.conversation import Conversation
from sentio.errors import InputError
from sentio.files import read
from sentio.registry import components

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".srt", ".vtt", ".parquet", ".xyz")
# Pieces of every format, so that the bytes get past the first look.
CRUMBS = (
    *("speaker,text\n", "Ada,", '"', "\t", ";", "Ada: hi\n", "[09:12] Bo: ", "\n", "\r", "\0", "\x85", "\ufeff", "é"),
    *('{"speaker": "A", "text": ', '"x"}', "[", "]", "{", "}", '{"messages": [', "1e999", "NaN", "\\ud800", "null"),
    *("WEBVTT\n\n", "00:01 --> 00:02\n", "99:99:99,999 --> 00:00\n", "<v Ada>", "- ", "1\n", "&#0;", "&#55296;"),
    *("12/31/23, 9:15 PM - ", "[31.12.23, 21:15:03] Ada: ", "\u200e", "PAR1", "sep=;\n", "start,end,id,conversation"),
    *('{"id": "x", "utterances": [{"id": "0", "speaker": "', '\\u0000", "text": "a\\u0000"}]}', "\x81", '"\n""'),
)
crumbs = st.lists(st.sampled_from(CRUMBS) | st.text(max_size=5), max_size=20).map(
    lambda parts: "".join(parts).encode("utf8", "surrogatepass")
)
encoded = crumbs | crumbs.map(lambda data: data.decode("utf8", "replace").encode("utf-16"))


def read_bytes(data: bytes, suffix: str, format: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz" + suffix)
        path.write_bytes(data)
        errors: list[InputError] = []
        chats: list[Conversation] = []
        try:
            chats = read(path, format=format, on_error=errors.append)
        except InputError as error:
            errors.append(error)
        assert chats or errors
        assert all(u.speaker and "\0" not in u.text for chat in chats for u in chat.utterances)
        assert all(str(error).startswith(str(path)) and "\n" not in str(error) for error in errors)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400) | encoded, suffix=st.sampled_from(SUFFIXES))
@example(data=b"\x1f\x8b" + bytes(20), suffix=".txt")
@example(data=b"\xff\xfe\x00", suffix=".txt")
def test_arbitrary_bytes_raise_input_errors_only(data: bytes, suffix: str) -> None:
    read_bytes(data, suffix)


@pytest.mark.parametrize("format", sorted(components("files.readers")))
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200) | encoded)
@example(data=b'"""\n\x01"')
def test_every_reader_survives_any_bytes(format: str, data: bytes) -> None:
    read_bytes(data, ".xyz", format)


KEYS = st.sampled_from(
    ["id", "text", "speaker", "speakers", "sentences", "messages", "utterances", "content", "role", "start"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(value=VALUES, suffix=st.sampled_from([".json", ".jsonl"]))
def test_any_json_value_is_read_or_refused(value: object, suffix: str) -> None:
    read_bytes(json.dumps(value).encode(), suffix)


# A text may hold anything but what reading mends: NUL, C1 controls, halves of pairs, foreign line ends.
words = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t,;|\"'"), max_size=30)
names = st.text(st.characters(categories=("L", "N", "So")), min_size=1, max_size=12)
turns = st.lists(st.tuples(st.sampled_from(["c1", "c2"]), names, words), min_size=1, max_size=12)
Rows = list[tuple[str, str, str]]


def read_back(path: Path) -> Rows:
    return sorted((chat.id, u.speaker, u.text) for chat in read(path) for u in chat.utterances)


@settings(max_examples=100, deadline=None)
@given(rows=turns, delimiter=st.sampled_from(",;\t|"), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_tables_round_trip(rows: Rows, delimiter: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "talk.csv")
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writerows([("conversation", "speaker", "text"), *rows])
        assert read_back(path) == sorted(rows)


@settings(max_examples=100, deadline=None)
@given(rows=turns, ascii=st.booleans())
def test_json_lines_round_trip(rows: Rows, ascii: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "talk.jsonl")
        objects = [dict(zip(("conversation", "speaker", "text"), row, strict=True)) for row in rows]
        path.write_text("".join(json.dumps(o, ensure_ascii=ascii) + "\n" for o in objects), "utf8")
        assert read_back(path) == sorted(rows)


plain = st.text(st.characters(categories=("L", "N", "P", "So", "Zs")), max_size=30).map(str.strip)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(names, plain), min_size=1, max_size=12), times=st.booleans())
def test_text_round_trips(rows: list[tuple[str, str]], times: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "talk.txt")
        lines = [
            f"{f'[{n // 60:02}:{n % 60:02}] ' if times else ''}{who}: {what}\n" for n, (who, what) in enumerate(rows)
        ]
        path.write_text("".join(lines), "utf8")
        (chat,) = read(path, format="text")
        assert [(u.speaker, u.text) for u in chat.utterances] == rows
