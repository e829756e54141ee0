"""Rows of causes and replies in files: their columns, what cannot be in UTF-8, and what an earlier job left."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.conversation import Conversation, Utterance
from sentio.errors import OutputError
from sentio.files.rows import Row, open_rows, resume_rows
from sentio.results import AnsweredConversation, CausedConversation, Effect, Reply
from sentio.results.causes import Cause
from sentio.results.columns import CAUSES, REPLIES, Columns

COLUMNS: Columns = {"conversation": str, "index": int, "share": float, "words": list, "persona": dict}
TEXT = st.text(st.characters(), max_size=8) | st.text('",\r\n\\{}é👩', max_size=6)
ROWS = st.lists(
    st.lists(
        st.fixed_dictionaries(
            {
                "conversation": TEXT,
                "index": st.integers(-5, 10**9) | st.none(),
                "share": st.floats(allow_nan=False, allow_infinity=False) | st.none(),
                "words": st.lists(TEXT, max_size=2),
                "persona": st.dictionaries(TEXT, TEXT, max_size=2),
            }
        ),
        max_size=3,
    ),
    max_size=4,
)

SAID = (Utterance(id="0", speaker="小雨", text="我怕\n…"), Utterance(id="1", speaker="Bo", text='"Yes", 👩'))
TALK = Conversation(id="晚饭", utterances=SAID)
CAUSED = CausedConversation(
    conversation=TALK,
    effects=(
        Effect(utterance="0", emotion="fear"),
        Effect(utterance="1", emotion="joy", causes=(Cause(utterance="0", span="怕", probability=0.75),)),
    ),
)
REPLY = Reply(speaker="Bo", text="来，坐下。", cause_words=("怕",), persona={"age": "child", "openness": 0.5}, calls=2)
ANSWERED = AnsweredConversation(conversation=TALK, reply=REPLY)


def written(format: str, out: Path, pieces: Sequence[Sequence[Row]], columns: Columns = COLUMNS) -> bytes:
    with open_rows(format, out, columns) as writer:
        for rows in pieces:
            writer.write(rows)
    return out.read_bytes()


def frame(format: str, out: Path) -> polars.DataFrame:
    if format == "parquet":
        return polars.read_parquet(out)
    return polars.read_csv(out) if format == "csv" else polars.read_ndjson(out)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows") / "rows"


def test_the_columns_are_the_keys_of_the_rows() -> None:
    assert [list(row) for row in CAUSED.rows()] == [list(CAUSES)] * 2
    assert list(ANSWERED.row()) == list(REPLIES)
    for row, columns in [*((row, CAUSES) for row in CAUSED.rows()), (ANSWERED.row(), REPLIES)]:
        for name, value in row.items():
            assert value is None or isinstance(value, columns[name]), name


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_both_verbs_can_be_written_and_read(tmp_path: Path, format: str) -> None:
    out = tmp_path / "m"
    written(format, out, [list(CAUSED.rows())], CAUSES)
    read = frame(format, out)
    assert read.columns == list(CAUSES)
    assert read["span"].to_list()[1] == "怕"
    assert read["cause"].to_list()[0] is None
    assert read["text"].to_list() == [said.text for said in SAID]
    written(format, out, [[ANSWERED.row()]], REPLIES)
    text = out.read_bytes()
    if format == "jsonl":
        assert json.loads(text) == ANSWERED.row()
    elif format == "csv":
        (row,) = polars.read_csv(out).to_dicts()
        assert (row["cause_words"], row["fallbacks"]) == ('["怕"]', None)
        assert json.loads(row["persona"]) == {"age": "child", "openness": 0.5}
    else:
        (row,) = polars.read_parquet(out).to_dicts()
        assert (row["cause_words"], row["fallbacks"]) == (["怕"], [])
        assert json.loads(row["persona"]) == {"age": "child", "openness": 0.5}


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_no_rows_are_a_table_without_rows(tmp_path: Path, format: str) -> None:
    written(format, tmp_path / "m", [[], []])
    if format == "jsonl":
        assert (tmp_path / "m").read_bytes() == b""
    elif format == "csv":
        assert (tmp_path / "m").read_text() == "conversation,index,share,words,persona\n"
    else:
        read = polars.read_parquet(tmp_path / "m")
        assert (read.height, read.columns) == (0, list(COLUMNS))
        assert read.schema["words"] == polars.List(polars.String)


def test_half_a_surrogate_pair_is_written(tmp_path: Path) -> None:
    row = {"conversation": "x\ud800", "index": 1, "share": 0.5, "words": ["\ud83d"], "persona": {"\ud800": "y"}}
    assert json.loads(written("jsonl", tmp_path / "m", [[row]])) == row
    assert "\ufffd" in written("csv", tmp_path / "m", [[row]]).decode()
    written("parquet", tmp_path / "m", [[row]])
    assert polars.read_parquet(tmp_path / "m")["words"].to_list() == [["\ufffd"]]


@pytest.mark.parametrize("format", ["jsonl", "csv"])
@given(pieces=ROWS, data=st.data())
def test_killed_anywhere(out: Path, format: str, pieces: list[list[Row]], data: st.DataObject) -> None:
    """What is complete is kept; cut where any of its rows begins and written on, the file is the same."""
    whole = written(format, out, pieces)
    rows = [row for piece in pieces for row in piece]
    os.truncate(out, data.draw(st.integers(0, len(whole)), label="bytes on disk"))
    left = out.read_bytes()
    with resume_rows(format, out, COLUMNS) as writer:
        kept = list(writer.kept)
        assert out.read_bytes() == left, "nothing is changed before there is something to write"
        cut = data.draw(st.integers(0, len(kept)), label="rows kept")
        if cut < len(kept):
            writer.cut(kept[cut].begin)
        writer.write(rows[cut:])
    assert out.read_bytes() == whole
    if format == "jsonl":
        assert [one.row for one in kept] == rows[: len(kept)]
    else:
        names = [str(row["conversation"]).encode(errors="replace") for row in rows[: len(kept)]]
        assert len(names) == len(kept)


def test_a_job_that_fails_before_its_first_row_leaves_the_file(tmp_path: Path) -> None:
    out = tmp_path / "m"
    row = {"conversation": "a", "index": 1, "share": 0.5, "words": [], "persona": {}}
    whole = written("jsonl", out, [[row, row]])
    writer = resume_rows("jsonl", out, COLUMNS)
    writer.cut(0)
    writer.__exit__(KeyError, KeyError(), None)
    assert out.read_bytes() == whole


FOREIGN = {
    "notes": b"Dear diary,\ntoday I was happy.\n",
    "other objects": b'{"id": 1}\n',
    "moods": b'{"conversation":"kitchen","utterance":"0"}\n',
    "other columns": b"conversation,utterance,index\r\n",
    "binary": b"\x89PNG\r\n\x1a\n\0\0",
    "nested": b'{"conversation":"' + b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path, format: str, content: bytes) -> None:
    out = tmp_path / "notes"
    out.write_bytes(content)
    with pytest.raises(OutputError, match=r"notes: not the columns that are to be written; name another file"):
        resume_rows(format, out, CAUSES)
    assert out.read_bytes() == content


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_a_damaged_row_is_named(tmp_path: Path, format: str) -> None:
    out = tmp_path / "m"
    row = {"conversation": "a", "index": 1, "share": 0.5, "words": [], "persona": {}}
    whole = written(format, out, [[row] * 3]).splitlines(keepends=True)
    whole[-2] = b"\0\0" + whole[-1][-2:]
    out.write_bytes(b"".join(whole))
    with resume_rows(format, out, COLUMNS) as writer, pytest.raises(OutputError, match=r"m: row 2 is not sentio's"):
        list(writer.kept)


@pytest.mark.parametrize("format", ["table", "parquet", "html"])
def test_other_formats_cannot_be_resumed(tmp_path: Path, format: str) -> None:
    with pytest.raises(OutputError, match="only jsonl and csv"):
        resume_rows(format, tmp_path / "m", COLUMNS)


def test_standard_output_cannot_be_resumed() -> None:
    with pytest.raises(OutputError, match="name the output file"):
        resume_rows("csv", None, COLUMNS)
