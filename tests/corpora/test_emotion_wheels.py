"""The wheel tables: sizes of the released ones, their two editions, and broken files."""

import shutil
from pathlib import Path

import pytest

from sentio.corpora import emotion_wheels
from sentio.errors import InputError


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A data folder with tables of our own."""
    folder = tmp_path / "data" / "mer" / "emotion_wheel"
    folder.mkdir(parents=True)
    for number in range(1, 6):
        (folder / f"wheel{number}.csv").write_text("level1,level2,level3\nGlad,Proud,Smug\n,Calm,Serene\n")
    runs = ",".join(f"word_run{k},synonym_run{k}" for k in range(1, 9))
    (folder / "synonym.csv").write_text(f"{runs}\n" + ",".join(['Calm,"aimless, quiet"'] * 8) + "\n")
    (folder / "format.csv").write_text('name,format\naimless,"aimless,aim,aims,aimlessly"\nquiet,"quiet,quietly"\n')
    return tmp_path / "data"


def test_the_released_tables_have_their_sizes(data: Path) -> None:
    for edition, forms in (("mer2026", 7356), ("mer2025", 7386)):
        wheels = emotion_wheels.read(data, edition)  # type: ignore[arg-type]
        assert wheels.edition == edition
        assert len(wheels.words) == forms
        assert len(wheels.meanings) == 1255
        assert [len(wheel.level_1) for wheel in wheels.wheels] == [114, 126, 78, 102, 77]
        assert [len(wheel.level_2) for wheel in wheels.wheels] == [114, 126, 78, 102, 77]
        assert [len(set(wheel.level_2.values())) for wheel in wheels.wheels] == [36, 41, 36, 48, 36]
        assert len({word for wheel in wheels.wheels for word in wheel.level_1}) == 253
    assert [set(wheel.level_1.values()) for wheel in wheels.wheels] == [
        {"mad", "disgusted", "sad", "happy", "surprised", "scared"},
        {"fearful", "angry", "disgusted", "sad", "surprised", "happy", "bad"},
        {"mad", "scared", "joyful", "powerful", "peaceful", "sad"},
        {"joy", "genius", "anger", "sad", "fear", "disgust"},
        {"mad", "scared", "sad", "peaceful", "powerful", "joyful"},
    ]


def test_the_newer_edition_has_no_opposites_for_forms(data: Path) -> None:
    older, newer = emotion_wheels.read(data, "mer2025"), emotion_wheels.read(data, "mer2026")
    gone = set(older.words) - set(newer.words)
    assert set(newer.words) < set(older.words)
    assert len(gone) == 30
    assert {"list", "price", "speech", "help", "sense", "aim"} <= gone
    assert older.words["emotion"] == ("emotional", "emotionless")
    assert newer.words["emotion"] == ("emotional",)
    assert older.meanings == newer.meanings


def test_small_tables_are_read_as_either_edition(tables: Path) -> None:
    assert set(emotion_wheels.read(tables, "mer2025").words) == {
        "aimless",
        "aim",
        "aims",
        "aimlessly",
        "quiet",
        "quietly",
    }
    assert set(emotion_wheels.read(tables, "mer2026").words) == {"aimless", "aimlessly", "quiet", "quietly"}
    assert emotion_wheels.read(tables).group("aimlessly", "M3-W1-L1") == "glad"


def test_the_newer_file_is_not_taken_for_the_older_one(tables: Path) -> None:
    (tables / "mer" / "emotion_wheel" / "format.csv").write_text('name,format\naimless,"aimless,aimlessly"\n')
    assert set(emotion_wheels.read(tables, "mer2026").words) == {"aimless", "aimlessly"}
    with pytest.raises(InputError, match="MER2026, not of MER2025"):
        emotion_wheels.read(tables, "mer2025")


def test_tables_come_from_the_environments_folder(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTIO_DATA", str(tables))
    assert emotion_wheels.read().edition == "mer2026"


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("wheel3.csv", "level1,level2,level3\nGlad,Proud\n", 2, "2 cells where 3"),
        ("wheel3.csv", "level1,level2\nGlad,Proud\n", 2, "2 columns where 3"),
        ("format.csv", "name\nquiet\n", 2, "1 columns where 2"),
        ("synonym.csv", "word_run1,synonym_run1\nCalm,quiet\n", 2, "2 columns where 16"),
    ],
)
def test_a_broken_table_is_named_with_its_line(name: str, text: str, line: int, message: str, tables: Path) -> None:
    (tables / "mer" / "emotion_wheel" / name).write_text(text)
    with pytest.raises(InputError, match=message) as error:
        emotion_wheels.read(tables)
    assert Path(error.value.path or "").name == name
    assert error.value.line == line


def test_missing_tables_say_where_they_are(tables: Path) -> None:
    (tables / "mer" / "emotion_wheel" / "wheel2.csv").unlink()
    with pytest.raises(InputError, match="MERTools"):
        emotion_wheels.read(tables)
    shutil.rmtree(tables / "mer")
    with pytest.raises(InputError, match="MERTools"):
        emotion_wheels.read(tables)
