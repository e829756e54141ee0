"""An output that fails costs one line of explanation, and what was written before stays valid."""

import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pytest

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.errors import OutputError
from sentio.files.writers import parquet
from sentio.files.writers.output import reported
from sentio.files.writing import open_writer
from sentio.results import Recognition, RecognizedConversation

SPACE = labels.space("sentiment3")
FORMATS = ("jsonl", "csv", "parquet", "table")
FULL = Path("/dev/full")


def recognized(id: str, count: int) -> RecognizedConversation:
    mood = Recognition(
        space=SPACE.name,
        emotion="neutral",
        probabilities={"positive": 0.2, "neutral": 0.5, "negative": 0.3},
        valence=0.0,
        arousal=0.0,
        dominance=0.0,
        shift=False,
    )
    # Random letters, which Parquet cannot make small.
    utterances = tuple(Utterance(id=str(i), speaker="Ada", text=os.urandom(80).hex()) for i in range(count))
    return RecognizedConversation(conversation=Conversation(id=id, utterances=utterances), recognitions=(mood,) * count)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond 20,000 bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(format: str, out: Path | None, conversations: Iterable[RecognizedConversation]) -> None:
    with open_writer(format, out, SPACE) as writer:
        for done in conversations:
            writer.write(done)


def refused(format: str, out: Path | None) -> str:
    with pytest.raises(OutputError) as caught:
        write(format, out, (recognized(str(n), 3) for n in range(100)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("format", FORMATS)
def test_folder_that_is_missing(tmp_path: Path, format: str) -> None:
    assert (
        refused(format, tmp_path / "a" / "m")
        == f"{tmp_path}/a/m: {tmp_path}/a is not a folder that exists; create it first"
    )


@pytest.mark.parametrize("format", FORMATS)
def test_folder_that_is_a_file(tmp_path: Path, format: str) -> None:
    (tmp_path / "a").touch()
    assert refused(format, tmp_path / "a" / "m").endswith("a is not a folder that exists; create it first")


@pytest.mark.parametrize("format", FORMATS)
def test_output_that_is_a_folder(tmp_path: Path, format: str) -> None:
    assert refused(format, tmp_path) == f"{tmp_path}: is a folder; name a file"
    if format in ("jsonl", "csv"):
        with pytest.raises(OutputError, match="is a folder"):
            open_writer(format, tmp_path, SPACE, resume=True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission(tmp_path: Path, format: str) -> None:
    tmp_path.chmod(0o500)
    assert "no permission" in refused(format, tmp_path / "m")


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.EACCES, "no permission to write here"),
        (errno.EROFS, "no permission to write here"),
        (errno.ENOSPC, "disk full; what was written before is kept"),
        (errno.EDQUOT, "disk full; what was written before is kept"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_causes(number: int, cause: str) -> None:
    with pytest.raises(OutputError) as caught, reported(Path("m.csv")):
        raise OSError(number, os.strerror(number))
    assert str(caught.value) == f"m.csv: {cause}"
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("format", ["jsonl", "csv", "table"])
def test_disk_full(format: str) -> None:
    assert refused(format, FULL) == "/dev/full: disk full; what was written before is kept"


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("format", FORMATS)
def test_disk_full_behind_standard_output(monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert refused(format, None).startswith("standard output: disk full")
    # Nothing was left in a buffer: closing the stream did not fail a second time.


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("format", ["jsonl", "csv", "table"])
def test_a_full_disk_leaves_whole_conversations(tmp_path: Path, format: str) -> None:
    assert refused(format, tmp_path / "m").startswith(f"{tmp_path}/m: File too large")
    content = (tmp_path / "m").read_text()
    assert content.endswith("\n")
    if format == "jsonl":
        rows = [json.loads(line) for line in content.splitlines()]
        assert len(rows) > 10
        assert [row["index"] for row in rows] == [0, 1, 2] * (len(rows) // 3)
    if format == "csv":
        assert pl.read_csv(io.StringIO(content)).height % 3 == 0


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_keeps_the_parts_of_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 9)
    message = refused("parquet", tmp_path / "m")
    (parts,) = tmp_path.iterdir()
    assert message == f"{tmp_path}/m: File too large; the rows are in {parts}"
    frame = pl.scan_parquet(str(parts / "0*.parquet")).collect()
    assert frame["conversation"].to_list() == [str(n) for n in range(100) for _ in range(3)]


@pytest.mark.usefixtures("small_disk")
def test_a_part_that_does_not_fit_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 3)
    with pytest.raises(OutputError, match="File too large"):
        write("parquet", tmp_path / "m", [recognized("fits", 3), recognized("does not", 300)])
    assert set(pl.read_parquet(tmp_path / "m")["conversation"]) == {"fits"}
    assert os.listdir(tmp_path) == ["m"]


@pytest.mark.usefixtures("small_disk")
def test_an_earlier_parquet_file_stays_when_nothing_fits(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"earlier")
    with pytest.raises(OutputError, match="File too large"):
        write("parquet", tmp_path / "m", [recognized("does not fit", 300)])
    assert (tmp_path / "m").read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["m"]


@pytest.mark.parametrize("format", FORMATS)
def test_ctrl_c_leaves_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    monkeypatch.setattr(parquet, "ROWS", 4)

    def conversations() -> Iterator[RecognizedConversation]:
        yield from (recognized(id, 3) for id in ("first", "second", "third"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(format, tmp_path / "m", conversations())
    assert os.listdir(tmp_path) == ["m"]
    if format == "parquet":
        assert pl.read_parquet(tmp_path / "m").height == 9
    else:
        assert b"third" in (tmp_path / "m").read_bytes()


def test_an_earlier_parquet_file_stays_when_the_job_fails_before_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"earlier")
    with pytest.raises(ZeroDivisionError), open_writer("parquet", tmp_path / "m", SPACE):
        raise ZeroDivisionError
    assert (tmp_path / "m").read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["m"]


def test_an_earlier_parquet_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"earlier")
    (tmp_path / "link").symlink_to("m")
    with open_writer("parquet", tmp_path / "link", SPACE) as writer:
        writer.write(recognized("k", 2))
        assert (tmp_path / "m").read_bytes() == b"earlier"
    assert (tmp_path / "link").is_symlink()
    assert pl.read_parquet(tmp_path / "m").height == 2


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_parquet_never_replaces_a_device() -> None:
    assert refused("parquet", Path("/dev/null")) == "/dev/null: not a regular file, which parquet needs"
    assert Path("/dev/null").is_char_device()


def test_parquet_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "name an output file" in refused("parquet", None)


@pytest.mark.parametrize("format", FORMATS)
def test_a_broken_pipe_passes(monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    reader, writer_end = os.pipe()
    os.close(reader)
    with os.fdopen(writer_end, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(BrokenPipeError), open_writer(format, None, SPACE) as writer:
            writer.write(recognized("k", 2))
