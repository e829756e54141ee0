"""What is written reads back equal with other people's readers, as a whole and row by row."""

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio import labels
from sentio.conversation import Conversation, Utterance
from sentio.errors import UnknownName
from sentio.files.writers import parquet
from sentio.files.writing import format_for, open_writer
from sentio.labels import LabelSpace
from sentio.results import Recognition, RecognizedConversation

EKMAN, GOEMOTIONS = labels.space("ekman"), labels.space("goemotions")
ONE_BY_ONE = ("jsonl", "csv", "parquet", "table")

# Half pairs are drawn apart: two halves that happen to stand together are one character to every JSON reader.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(
    '",\r\n\t =\0\u2028é👩\u202e', max_size=9
)
HALF_PAIR = st.sampled_from(["\ud83d", "a\udc00", "\udfff,\n"])


def recognized(id: str, texts: Sequence[str], space: LabelSpace = EKMAN, offset: int = 0) -> RecognizedConversation:
    """Ada and Bo in turns; the emotion follows from the index, the probabilities are no round numbers."""
    first = range(offset, offset + len(texts))
    return RecognizedConversation(
        conversation=Conversation(
            id=id,
            offset=offset,
            utterances=tuple(
                Utterance(id=f"{id}/{i}", speaker=("Ada", "Bo, Jr.")[i % 2], text=text)
                for i, text in zip(first, texts, strict=True)
            ),
        ),
        recognitions=tuple(_mood(space, i) for i in first),
    )


def _mood(space: LabelSpace, index: int) -> Recognition:
    top = space.labels[index % len(space)]
    rest = round(0.25 / (len(space) - 1), 6)
    return Recognition(
        space=space.name,
        emotion=top,
        probabilities={label: 0.75 if label == top else rest for label in space.labels},
        valence=-0.1234,
        arousal=1e-06,
        dominance=0.5,
        shift=index % 3 == 0,
        active=(top, "joy")[: index % 3] if space.multi_label else None,
    )


def written(format: str, out: Path, *conversations: RecognizedConversation, space: LabelSpace = EKMAN) -> Path:
    with open_writer(format, out, space) as writer:
        for done in conversations:
            writer.write(done)
    return out


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written") / "moods"


@pytest.mark.parametrize("space", [EKMAN, GOEMOTIONS], ids=lambda space: space.name)
@given(id=TEXT, texts=st.lists(TEXT | HALF_PAIR, max_size=5))
def test_jsonl_holds_exactly_the_rows(out: Path, space: LabelSpace, id: str, texts: list[str]) -> None:
    done = recognized(id, texts, space)
    lines = written("jsonl", out, done, space=space).read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    rows = [json.loads(line) for line in lines]
    assert rows == list(done.rows())
    assert [list(row) for row in rows] == [list(row) for row in done.rows()]


def test_jsonl_is_compact_and_readable(tmp_path: Path) -> None:
    line = written("jsonl", tmp_path / "m.jsonl", recognized("k", ["naïve 👩"])).read_text("utf-8")
    assert line.startswith('{"conversation":"k","utterance":"k/0","index":0,"speaker":"Ada","text":"naïve 👩","labels"')


@pytest.mark.parametrize("space", [EKMAN, GOEMOTIONS], ids=lambda space: space.name)
@given(id=TEXT, texts=st.lists(TEXT, max_size=5))
def test_csv_reads_back_with_the_standard_library(out: Path, space: LabelSpace, id: str, texts: list[str]) -> None:
    done = recognized(id, texts, space)
    with written("csv", out, done, space=space).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [_typed(row, space) for row in rows] == list(done.rows())


def _typed(row: dict[str, str], space: LabelSpace) -> dict[str, object]:
    typed: dict[str, object] = {
        **{key: row[key] for key in ("conversation", "utterance", "speaker", "text", "labels", "emotion")},
        **{key: float(row[key]) for key in ("valence", "arousal", "dominance")},
        "index": int(row["index"]),
        "shift": {"true": True, "false": False}[row["shift"]],
        "probabilities": {label: float(row[f"p_{label}"]) for label in space.labels},
    }
    return typed | ({"active": row["active"].split()} if space.multi_label else {})


@given(texts=st.lists(TEXT, min_size=1, max_size=5))
def test_csv_reads_back_with_polars(out: Path, texts: list[str]) -> None:
    raw = written("csv", out, recognized("k", texts)).read_bytes()
    frame = pl.read_csv(raw, infer_schema=False)
    assert frame["text"].fill_null("").to_list() == texts


def test_csv_columns_are_the_documented_ones(tmp_path: Path) -> None:
    frame = pl.read_csv(written("csv", tmp_path / "m.csv", recognized("k", ["a", "b"], GOEMOTIONS), space=GOEMOTIONS))
    flat = "conversation utterance index speaker text labels emotion valence arousal dominance shift"
    assert frame.columns == [*flat.split(), *(f"p_{label}" for label in GOEMOTIONS.labels), "active"]
    assert frame.schema["shift"] == pl.Boolean


def test_csv_leaves_formulas_as_they_are(tmp_path: Path) -> None:
    assert b",=1+1," in written("csv", tmp_path / "m.csv", recognized("k", ["=1+1"])).read_bytes()


@pytest.mark.parametrize("space", [EKMAN, GOEMOTIONS], ids=lambda space: space.name)
@given(conversations=st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=4)), max_size=4))
def test_parquet_reads_back_with_polars(
    out: Path, space: LabelSpace, conversations: list[tuple[str, list[str]]]
) -> None:
    done = [recognized(id, texts, space) for id, texts in conversations]
    frame = pl.read_parquet(written("parquet", out, *done, space=space))
    rows = [row for one in done for row in one.rows()]
    shares = pl.Struct(dict.fromkeys(space.labels, pl.Float32))
    assert frame.schema["probabilities"] == shares
    assert frame.schema.get("active") == (pl.List(pl.String) if space.multi_label else None)
    expected = pl.DataFrame(rows, schema_overrides={**_FLOAT32, "probabilities": shares}, infer_schema_length=None)
    assert frame.to_dicts() == expected.to_dicts()
    assert list(frame.columns[:7]) == ["conversation", "utterance", "index", "speaker", "text", "labels", "emotion"]


_FLOAT32 = dict.fromkeys(("valence", "arousal", "dominance"), pl.Float32)


def test_parquet_joins_its_parts_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 7)
    done = [recognized(str(n), [f"{n} {i}" for i in range(5)]) for n in range(30)]
    frame = pl.read_parquet(written("parquet", tmp_path / "m.parquet", *done))
    assert frame["text"].to_list() == [f"{n} {i}" for n in range(30) for i in range(5)]
    assert os.listdir(tmp_path) == ["m.parquet"]


def test_parquet_counts_characters_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "CHARACTERS", 100)
    with open_writer("parquet", tmp_path / "m.parquet", EKMAN) as writer:
        writer.write(recognized("k", ["x" * 60]))
        assert not list(tmp_path.rglob("*.parquet"))
        writer.write(recognized("k", ["x" * 60], offset=1))
        assert len(list(tmp_path.rglob("*.parquet"))) == 1
    assert pl.read_parquet(tmp_path / "m.parquet").height == 2


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_half_a_surrogate_pair_becomes_the_replacement_character(tmp_path: Path, format: str) -> None:
    out = written(format, tmp_path / "m", recognized("k", ["a\ud83d", "é"]))
    frame = pl.read_csv(out) if format == "csv" else pl.read_parquet(out)
    assert frame["text"].to_list() == ["a\ufffd", "é"]


@pytest.mark.parametrize("format", ONE_BY_ONE)
def test_standard_output_gets_the_same_bytes(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], format: str
) -> None:
    done = recognized("k", ["a", "שלום 👩"])
    file = written(format, tmp_path / "m", done).read_bytes()
    with open_writer(format, None, EKMAN) as writer:
        writer.write(done)
    shown = capfdbinary.readouterr().out
    assert shown == file
    assert format != "parquet" or pl.read_parquet(io.BytesIO(shown)).height == 2


@pytest.mark.parametrize("format", ["jsonl", "csv", "table"])
def test_a_conversation_is_out_before_the_next_one_comes(tmp_path: Path, format: str) -> None:
    with open_writer(format, tmp_path / "m", EKMAN) as writer:
        writer.write(recognized("k", ["first words"]))
        assert b"first words" in (tmp_path / "m").read_bytes()


@pytest.mark.parametrize("format", ONE_BY_ONE)
def test_an_input_without_conversations_gives_a_valid_output(tmp_path: Path, format: str) -> None:
    size = written(format, tmp_path / "m").stat().st_size
    assert (size > 0) == (format in ("csv", "parquet"))


def test_format_by_suffix() -> None:
    names = ["a.jsonl", "a.b.CSV", "a.parquet", "a.txt", "a.ndjson", "a", "csv", "a.docx"]
    known = ["jsonl", "csv", "parquet", "table", "jsonl", None, None, None]
    assert [format_for(Path(name)) for name in names] == known


def test_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown output format 'jsnl'; did you mean 'jsonl'"):
        open_writer("jsnl", None, EKMAN)


def test_a_plug_in_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loud: Callable[[Path], None]) -> None:
    loud(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert format_for(Path("a.loud")) == "loud"
    assert written("loud", tmp_path / "m", recognized("k", ["softly"])).read_text() == "SOFTLY"


@pytest.fixture
def loud() -> Callable[[Path], None]:
    """Installs a package with a writer into a folder, the way pip would."""

    def install(folder: Path) -> None:
        (folder / "loud_writer.py").write_text(
            "from sentio.card import Card\n"
            "from sentio.files.writing import Writer\n"
            "card = Card(title='Loud', summary='all in capitals', suffixes=('.loud',))\n"
            "class LoudWriter(Writer):\n"
            "    def __init__(self, out): self.file = out.open('w')\n"
            "    def write(self, done): self.file.writelines(row['text'].upper() for row in done.rows())\n"
            "    def close(self): self.file.close()\n"
            "def create(out, space): return LoudWriter(out)\n"
        )
        info = folder / "sentio_loud-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sentio-loud\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[sentio.files.writers]\nloud = loud_writer\n")

    return install
