"""A job that was killed goes on and leaves the same bytes as one that never stopped."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.errors import OutputError
from sentio.files.writing import Written, open_writer
from sentio.labels import LabelSpace
from sentio.results import Recognition, RecognizedConversation

Job = list[tuple[str, list[tuple[str, str]]]]
"""Conversations: an id, and speakers with what they say."""

SPACES = [labels.space("sentiment3"), labels.space("goemotions")]
NAME = st.text('A",\r\n é👩\0', max_size=4)
TEXT = st.text(st.characters(), max_size=12) | st.text('",\r\n\\{}', max_size=8)
JOBS = st.lists(st.tuples(NAME, st.lists(st.tuples(NAME, TEXT), max_size=4)), max_size=4)


def recognized(id: str, said: Sequence[tuple[str, str]], space: LabelSpace, offset: int = 0) -> RecognizedConversation:
    utterances = tuple(Utterance(id=str(offset + i), speaker=s, text=t) for i, (s, t) in enumerate(said))
    return RecognizedConversation(
        conversation=Conversation(id=id, utterances=utterances, offset=offset),
        recognitions=tuple(_mood(space, offset + i) for i in range(len(said))),
    )


def _mood(space: LabelSpace, index: int) -> Recognition:
    emotion = space.labels[index % len(space)]
    return Recognition(
        space=space.name,
        emotion=emotion,
        probabilities={label: float(label == emotion) for label in space.labels},
        valence=0.1,
        arousal=-0.2,
        dominance=1e-05,
        shift=index > 1,
        active=(emotion,) if space.multi_label else None,
    )


def remaining(job: Job, rows: int) -> Iterator[tuple[str, list[tuple[str, str]], int]]:
    """What the caller has still to do after `rows` utterances: id, utterances and offset of each part."""
    for id, said in job:
        skipped = min(rows, len(said))
        rows -= skipped
        if said[skipped:]:
            yield id, said[skipped:], skipped


def turns(job: Job, space: LabelSpace) -> list[Written]:
    return [
        Written(id, speaker, space.labels[index % len(space)])
        for id, said in job
        for index, (speaker, _) in enumerate(said)
    ]


def finish(format: str, out: Path, job: Job, space: LabelSpace, *, resume: bool) -> int:
    """Do what is left of the job; how many rows there were."""
    with open_writer(format, out, space, resume=resume) as writer:
        rows = writer.progress.rows
        assert list(writer.progress.turns) == turns(job, space)[:rows]
        for id, said, offset in remaining(job, rows):
            writer.write(recognized(id, said, space, offset))
        assert list(writer.progress.turns) == turns(job, space)[:rows]
    return rows


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("resumed") / "moods"


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
@pytest.mark.parametrize("format", ["jsonl", "csv"])
@given(job=JOBS, data=st.data())
def test_killed_anywhere(out: Path, format: str, space: LabelSpace, job: Job, data: st.DataObject) -> None:
    finish(format, out, job, space, resume=False)
    whole = out.read_bytes()
    kept = data.draw(st.integers(0, len(whole)), label="bytes on disk when it was killed")
    os.truncate(out, kept)
    rows = finish(format, out, job, space, resume=True)
    assert out.read_bytes() == whole
    total = sum(len(said) for _, said in job)
    assert rows <= total
    assert kept < len(whole) or rows == total


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_killed_all_along_the_file(out: Path, format: str) -> None:
    job: Job = [('a "quoted"\nid', [("Ada, Bo", 'She said: ""\r\n"'), ("", ""), ('"', "\n")]), ("b", [("Ada", "x,y")])]
    finish(format, out, job, SPACES[0], resume=False)
    whole = out.read_bytes()
    seen = set()
    for kept in [*range(0, len(whole), 7), len(whole) - 1, len(whole)]:
        out.write_bytes(whole[:kept])
        seen.add(finish(format, out, job, SPACES[0], resume=True))
        assert out.read_bytes() == whole
    assert seen == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_texts_of_any_length(tmp_path: Path, format: str) -> None:
    job: Job = [("a", [("Ada", 'x"' * 200_000), ("Bo", "y" * 3_000_000)]), ("b", [("Ada", "z")])]
    finish(format, tmp_path / "m", job, SPACES[0], resume=False)
    whole = (tmp_path / "m").read_bytes()
    os.truncate(tmp_path / "m", len(whole) - 5)
    assert finish(format, tmp_path / "m", job, SPACES[0], resume=True) == 2
    assert (tmp_path / "m").read_bytes() == whole


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_an_output_that_is_not_there_is_started(tmp_path: Path, format: str) -> None:
    job: Job = [("a", [("Ada", "x")])]
    assert finish(format, tmp_path / "m", job, SPACES[0], resume=True) == 0
    assert finish(format, tmp_path / "m", job, SPACES[0], resume=True) == 1


@pytest.mark.parametrize("format", ["jsonl", "csv"])
@pytest.mark.parametrize("other", ["iemocap4", "goemotions"])
def test_another_label_space_is_refused(tmp_path: Path, format: str, other: str) -> None:
    out = tmp_path / "m"
    finish(format, out, [("a", [("Ada", "x")])], SPACES[0], resume=False)
    whole = out.read_bytes()
    with pytest.raises(OutputError, match=f"{other}; name another file|other columns than {other}"):
        open_writer(format, out, labels.space(other), resume=True)
    assert out.read_bytes() == whole


def test_a_space_of_the_same_labels_is_told_apart(tmp_path: Path) -> None:
    twin = SPACES[0].model_copy(update={"name": "twin"})
    finish("csv", tmp_path / "m", [("a", [("Ada", "x")])], twin, resume=False)
    with pytest.raises(OutputError, match="holds twin labels, not sentiment3"):
        open_writer("csv", tmp_path / "m", SPACES[0], resume=True)


FOREIGN = {
    "notes": b"Dear diary,\ntoday I was happy.\n",
    "one line": b"Dear diary",
    "other objects": b'{"id": 1}\n{"id": 2}\n',
    "a conversation": b'{"conversation": "x", "utterances": []}\n',
    "a compact conversation": b'{"conversation":"x","utterances":[]}',
    "an unfinished conversation": b'{"conversation": "x", "utter',
    "binary": b"\x89PNG\r\n\x1a\n\0\0",
    "not UTF-8": b"\xff\xfe\n",
    "nested": b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path, format: str, content: bytes) -> None:
    out = tmp_path / "notes.txt"
    out.write_bytes(content)
    with pytest.raises(OutputError, match=r"notes\.txt: .*name another file") as refused:
        open_writer(format, out, SPACES[0], resume=True)
    assert "\n" not in str(refused.value)
    assert out.read_bytes() == content


@pytest.mark.parametrize(("format", "where"), [("jsonl", "m:2: not a line"), ("csv", "m: row 2 is not")])
def test_a_damaged_row_is_named(tmp_path: Path, format: str, where: str) -> None:
    out = tmp_path / "m"
    finish(format, out, [("a", [("Ada", "x"), ("Bo", "y"), ("Ada", "z")])], SPACES[0], resume=False)
    rows = out.read_bytes().splitlines(keepends=True)
    rows[-2] = b"\0\0\0\0" + rows[-1][-2:]
    out.write_bytes(b"".join(rows))
    with open_writer(format, out, SPACES[0], resume=True) as writer, pytest.raises(OutputError, match=where):
        list(writer.progress.turns)


@pytest.mark.parametrize("format", ["table", "parquet"])
def test_other_formats_cannot_be_resumed(tmp_path: Path, format: str) -> None:
    with pytest.raises(OutputError, match="only jsonl and csv"):
        open_writer(format, tmp_path / "m", SPACES[0], resume=True)


def test_standard_output_cannot_be_resumed() -> None:
    with pytest.raises(OutputError, match="name the output file"):
        open_writer("csv", None, SPACES[0], resume=True)
