"""Conversations that come each once and complete, however their rows lie in a file."""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import files
from sentio.conversation import Conversation
from sentio.errors import InputError, UnknownFormat


def write(path: Path, ids: str) -> Path:
    rows = [{"conversation": id, "speaker": "Ada", "text": f"Line {n}"} for n, id in enumerate(ids)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def told(conversations: Iterator[Conversation]) -> list[tuple[str, str]]:
    return [(one.id, " ".join(said.text[5:] for said in one.utterances)) for one in conversations]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole") / "chats.jsonl"


@given(st.text("abcd", min_size=1, max_size=12))
def test_each_comes_once_when_its_last_row_was_read(path: Path, ids: str) -> None:
    found = told(files.whole(write(path, ids)))
    last = sorted(set(ids), key=ids.rindex)
    assert found == [(id, " ".join(str(n) for n, other in enumerate(ids) if other == id)) for id in last]
    assert dict(found) == dict(told(iter(files.read(path))))


def test_ids_and_places_go_on_across_rows_of_others(path: Path) -> None:
    (whole,) = (one for one in files.whole(write(path, "abaab")) if one.id == "a")
    assert ([said.id for said in whole.utterances], whole.offset) == (["0", "1", "2"], 0)


def test_what_can_be_read_only_once_is_read_once(path: Path, tmp_path: Path) -> None:
    content = write(path, "abab").read_bytes()
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    feeding = threading.Thread(target=lambda: pipe.write_bytes(content))
    feeding.start()
    assert told(files.whole(pipe)) == [("a", "0 2"), ("b", "1 3")]
    feeding.join()


def test_a_very_long_one_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("Ada: Hi\nBo: Yes\n" * 10_500)
    (whole,) = files.whole(path)
    assert len(whole) == 21_000
    assert len(next(files.stream(path))) == 20_000


def test_errors_are_told_once_and_what_was_read_before_them_comes_out(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", "aba")
    path.write_text("{broken\n" + path.read_text())
    problems: list[InputError] = []
    assert told(files.whole(path, on_error=problems.append)) == [("b", "1"), ("a", "0 2")]
    assert [problem.line for problem in problems] == [1]
    with pytest.raises(InputError, match=r"in\.jsonl:1: "):
        list(files.whole(path))


def test_a_torn_file_gives_what_can_be_read(tmp_path: Path) -> None:
    whole = gzip.compress(write(tmp_path / "in.jsonl", "".join("abc"[n % 3] for n in range(9_000))).read_bytes())
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(whole[:-5_000])
    stream, found = files.whole(torn), list[Conversation]()
    with pytest.raises(InputError):
        found.extend(next(stream) for _ in range(9))
    assert sorted(one.id for one in found) == ["a", "b", "c"]
    assert 5_000 < sum(map(len, found)) < 9_000


def test_what_is_no_conversation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(InputError, match="the file is empty"):
        list(files.whole(tmp_path / "empty.txt"))
    (tmp_path / "x.bin").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with pytest.raises((InputError, UnknownFormat)):
        list(files.whole(tmp_path / "x.bin"))
    with pytest.raises(InputError, match="no such file"):
        list(files.whole(tmp_path / "gone.txt"))
