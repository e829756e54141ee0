"""What holds for all formats: detection, files that cannot be read, parts, standard input, laziness."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentio.conversation import Conversation, Utterance
from sentio.errors import InputError, UnknownFormat, UnknownName
from sentio.files import Columns, read, stream
from sentio.registry import components

TEXT = "Mara: You are up early.\nJonas: I couldn't sleep.\n"
ROWS = [{"conversation": "1", "speaker": "Mara", "text": "Hi"}, {"conversation": "1", "speaker": "Bo", "text": "Ho"}]
JSONL = "".join(json.dumps(row) + "\n" for row in ROWS)
CSV = "conversation,speaker,text\n1,Mara,Hi\n1,Bo,Ho\n"
SRT = "1\n00:00:01,000 --> 00:00:02,000\nMARA: Hi\n\n2\n00:00:03,000 --> 00:00:04,000\nBO: Ho\n"
CHAT = "31.12.23, 21:15 - Mara: Hi\n31.12.23, 21:16 - Bo: Ho\n"
MESSAGES = json.dumps([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}], indent=1)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", ["a.txt", "a.log", "a", "a.dat", "a.json"])
@pytest.mark.parametrize("content", [TEXT, JSONL, CSV, SRT, CHAT, MESSAGES, SRT.replace("1\n", "WEBVTT\n\n", 1)])
def test_the_content_tells_the_format_where_the_suffix_does_not(tmp_path: Path, name: str, content: str) -> None:
    (chat,) = read(write(tmp_path, name, content))
    assert len(chat) == 2
    assert all("{" not in u.text and "-->" not in u.text and u.speaker for u in chat.utterances)


def test_the_suffix_decides_where_only_one_reader_claims_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for the text among"):
        read(write(tmp_path, "a.csv", TEXT))


def test_format_overrules_suffix_and_content(tmp_path: Path) -> None:
    (chat,) = read(write(tmp_path, "a.csv", TEXT), format="text")
    assert chat.speakers == ("Mara", "Jonas")


def test_an_unknown_format_name_gets_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown input format 'jsnl'; did you mean 'jsonl'"):
        read(write(tmp_path, "a.txt", TEXT), format="jsnl")


def test_a_text_nobody_recognises_lists_the_formats(tmp_path: Path) -> None:
    path = write(tmp_path, "a.xyz", "nothing to see here\n")
    with pytest.raises(UnknownFormat) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: no known format; expected one of: delimited, json, jsonl, parquet, subtitles, text, whatsapp"
    )


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        ("\ufeff \n".encode("utf-16-le"), "the file is empty"),
        (bytes(range(256)) * 4, "binary file"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" * 9, "binary file"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json", "a.srt", "a"])
def test_empty_and_binary_files_are_named(tmp_path: Path, name: str, content: bytes, cause: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(InputError, match=cause) as caught:
        read(path, on_error=lambda error: None)
    assert str(caught.value).startswith(f"{path}: ")


def test_missing_file_and_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"chat\.txt: no such file"):
        read(tmp_path / "chat.txt")
    with pytest.raises(InputError, match="this is a directory, not a file"):
        read(tmp_path)
    with pytest.raises(InputError, match="null byte"):
        read("a\0b")
    with pytest.raises(InputError, match=r"Not a directory|no such file"):
        read(write(tmp_path, "a", "x") / "b.txt")


@pytest.mark.parametrize(("name", "content"), [("a.csv", "speaker,text\n"), ("a.vtt", "WEBVTT\n"), ("a.json", "[]")])
def test_a_file_without_utterances_is_an_error(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(InputError, match=r"no utterances|no cue"):
        read(write(tmp_path, name, content))


@pytest.mark.parametrize(("content", "id"), [(TEXT, "stdin"), (CSV, "1"), (JSONL, "1"), (MESSAGES, "stdin")])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, content: str, id: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    (chat,) = read("-")
    assert (chat.id, len(chat)) == (id, 2)
    assert not sys.stdin.buffer.closed


def test_messages_about_standard_input_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match=r"^standard input: the file is empty$"):
        read("-")


def test_gzip_is_unpacked_and_named_for_what_it_holds(tmp_path: Path) -> None:
    (chat,) = read(write(tmp_path, "kitchen.txt.gz", gzip.compress(TEXT.encode())))
    assert (chat.id, len(chat)) == ("kitchen", 2)


def test_a_cut_gzip_file_is_an_input_error(tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps([str(n) for n in range(9_000)]).encode())
    for cut in (5, 20, len(whole) - 4):
        with pytest.raises(InputError, match="cannot be read"):
            read(write(tmp_path, "a.json.gz", whole[:cut]))


class Endless(io.BytesIO):
    """JSON lines without end that count what was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0
        self._lines: Iterator[bytes] = (
            json.dumps({"conversation": n // 10, "speaker": "A", "text": f"line {n}"}).encode() + b"\n"
            for n in range(sys.maxsize)
        )

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "somebody asked for all of an endless stream"
        self.taken += (lines := size // 60)
        return b"".join(next(self._lines) for _ in range(lines))


def test_an_endless_stream_gives_its_first_conversations_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
    conversations = stream("-")
    assert [next(conversations).id for _ in range(50)] == [str(n) for n in range(50)]
    assert endless.taken < 10_000, "more was read than the window at the beginning and the lines asked for"


def test_a_long_conversation_comes_in_parts_of_bounded_size(tmp_path: Path) -> None:
    path = write(tmp_path, "long.txt", "".join(f"Ada: line {n}\n" for n in range(25)))
    parts = list(stream(path, part=10))
    assert [(c.id, c.offset, len(c)) for c in parts] == [("long", 0, 10), ("long", 10, 10), ("long", 20, 5)]
    assert [u.id for c in parts for u in c.utterances] == [str(n) for n in range(25)]


def test_parts_of_a_conversation_that_is_one_json_line(tmp_path: Path) -> None:
    whole = Conversation(id="x", utterances=tuple(Utterance(id=f"u{n}", speaker="A", text="") for n in range(7)))
    path = write(tmp_path, "a.jsonl", whole.model_dump_json() + "\n")
    assert [(c.offset, len(c)) for c in stream(path, part=3)] == [(0, 3), (3, 3), (6, 1)]
    assert read(path) == [whole]


def test_interleaved_conversations_come_as_continuations_and_are_joined_by_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "chat,who,text\na,X,1\nb,Y,2\na,X,3\na,X,4\nb,Y,5\n")
    parts = [(c.id, c.offset, [u.text for u in c.utterances]) for c in stream(path)]
    assert parts == [("a", 0, ["1"]), ("b", 0, ["2"]), ("a", 1, ["3", "4"]), ("b", 1, ["5"])]
    whole = [(c.id, c.offset, [(u.id, u.text) for u in c.utterances]) for c in read(path)]
    assert whole == [("a", 0, [("0", "1"), ("1", "3"), ("2", "4")]), ("b", 0, [("0", "2"), ("1", "5")])]


def test_parts_must_hold_something(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="part must be at least 1"):
        next(stream(write(tmp_path, "a.txt", TEXT), part=0))


def test_columns_refuse_names_they_do_not_know() -> None:
    with pytest.raises(ValueError, match="words"):
        Columns.model_validate({"words": "body"})


@pytest.mark.parametrize("id", sorted(components("files.readers")))
def test_every_reader_shows_an_example_and_keeps_the_protocol(id: str) -> None:
    reader = components("files.readers")[id]
    module = reader.load()
    assert module.__doc__
    assert "\n    " in module.__doc__, "the docstring shows a real example, indented"
    assert reader.card.suffixes
    assert all(suffix.startswith(".") and suffix.islower() for suffix in reader.card.suffixes)
    assert callable(module.read)
    assert callable(module.sniff)


LINES = {
    "a.txt": "".join(f"Ada: {n} is a number\n" for n in range(9_000)),
    "a.srt": "".join(f"{n}\n00:00:01,000 --> 00:00:02,000\nADA: {n} is a number\n\n" for n in range(9_000)),
    "a.csv": "speaker,text\n" + "".join(f"Ada,{n} is a number\n" for n in range(9_000)),
    "a.jsonl": "".join(json.dumps({"speaker": "Ada", "text": f"{n} is a number"}) + "\n" for n in range(9_000)),
    "chat.txt": "".join(f"31.12.23, 21:15 - Ada: {n} is a number\n" for n in range(9_000)),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("share", [0.3, 0.9, 1.0])
def test_all_that_a_cut_file_holds_comes_out_before_the_error(tmp_path: Path, name: str, share: float) -> None:
    zipped = gzip.compress(LINES[name].encode())
    data = zipped[: min(int(len(zipped) * share), len(zipped) - 4)]
    whole_lines = zlib.decompressobj(31).decompress(data).decode().rsplit("\n", 1)[0]
    parts = stream(write(tmp_path, f"{name}.gz", data), format="whatsapp" if name == "chat.txt" else None)
    chats: list[Conversation] = []
    with pytest.raises(InputError, match=r":\d+: cannot be read to the end"):
        chats.extend(parts)
    texts = [u.text for chat in chats for u in chat.utterances]
    assert texts == [f"{n} is a number" for n in range(whole_lines.count("is a number"))]
    assert texts


def test_turns_before_a_line_that_stops_reading_come_out(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", JSONL + "{broken\n" + JSONL)
    conversations = stream(path)
    assert len(next(conversations)) == 2
    with pytest.raises(InputError, match=r"a\.jsonl:3: broken JSON"):
        next(conversations)
