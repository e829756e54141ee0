"""Rows round trip, unknown words are answered with the known ones, broken files name file and line."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentio.errors import InputError, OutputError, UnknownName
from sentio.evaluation.catalogue import Result, reading
from sentio.evaluation.catalogue.reading import COLUMNS, read, select, text, write

Make = Callable[..., Result]

TOML = """
system = "Kettle"
variant = "cold"
role = "ablation"
task = "emotion"
ability = "verbal.emotion"
method = "tuned.peft"
output = "closed.set"
corpus = "iemocap"
version = "6-way"
split = "test"
modalities = ["video", "text"]
metric = "weighted_f1"
value = 61.25
unit = "percent"
selection = "validation"
selection_ref = "paper, section 4"
n_seeds = 5
spread = 0.5
source_kind = "paper"
evidence = "verified"
source = "Kettle paper, Table 1"
note = 'says "about", and means it'
"""
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


def test_toml_to_record_to_json_and_back_is_identity() -> None:
    row = Result.model_validate(tomllib.loads(TOML))
    assert row.modalities == ("text", "video")
    assert Result.model_validate_json(row.model_dump_json()) == row
    assert set(tomllib.loads(TOML)) | {"split_hash"} == set(Result.model_fields)


@pytest.mark.parametrize(
    ("field", "wrong", "allowed"),
    [
        ("unit", "per cent", ["percent", "fraction", "correlation", "points", "count"]),
        ("selection", "dev", ["validation", "test", "unknown", "n/a"]),
        ("task", "erc", ["emotion", "sentiment", "cause", "open vocabulary"]),
        ("ability", "verbal", ["verbal.emotion", "nonverbal.gaze", "belief"]),
        ("method", "lora", ["frozen.zero", "frozen.few", "frozen.cot", "tuned.full", "tuned.peft", "classic"]),
        ("output", "set", ["closed.set", "open.vocab", "description", "span"]),
        ("source_kind", "blog", ["paper", "readme", "copied", "reproduction", "ours"]),
        ("modalities", "text+touch", ["text", "audio", "video"]),
    ],
)
def test_an_unknown_word_is_answered_with_the_allowed_ones(
    field: str, wrong: str, allowed: list[str], row: Make, tmp_path: Path
) -> None:
    given = {**row().model_dump(), field: wrong.split("+") if "+" in wrong else wrong}
    with pytest.raises(ValidationError):
        Result.model_validate(given)
    cells = {**{name: str(value or "") for name, value in given.items()}, "modalities": "text", field: wrong}
    with (tmp_path / "rows.csv").open("w", encoding="utf8") as file:
        csv.writer(file).writerows([COLUMNS, [cells[name] for name in COLUMNS]])
    with pytest.raises(InputError, match=rf"rows.csv:2: {field}") as error:
        read(tmp_path / "rows.csv")
    assert all(f"'{word}'" in str(error.value) for word in allowed)


def test_how_a_model_was_chosen_is_said_with_evidence_or_not_at_all(row: Make) -> None:
    for selection in ("validation", "test"):
        with pytest.raises(ValidationError, match="needs a selection_ref"):
            row(selection=selection)
    assert row(selection="unknown").mark == "?"
    assert row(selection="test", selection_ref="code", evidence="second-hand").mark == "T2"


@given(value=st.floats(allow_nan=False, allow_infinity=False), system=WORDS, note=WORDS)
def test_a_file_gives_back_what_was_written(
    value: float, system: str, note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = Result(
        system=system, task="cause", corpus="reccon", split="test", metric="f1", value=value, unit="points",
        selection="n/a", source_kind="ours", evidence="verified", source=note, note=note,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("catalogue") / "rows.csv"
    write([made, made], path)
    assert read(path) == (made, made)


def test_broken_files_name_file_and_line(row: Make, tmp_path: Path) -> None:
    good = text([row()])
    path = tmp_path / "rows.csv"
    for broken, message in [
        ("", r"rows.csv:1: the columns must be system, variant"),
        (good.replace("variant", "variation", 1), r"rows.csv:1: the columns must be"),
        (good + "Kettle,cold\n", r"rows.csv:3: 23 cells expected"),
        (good.replace("60.0", "sixty"), r"rows.csv:2: value: .*number"),
        (good.replace("60.0", "nan"), r"rows.csv:2: value: .*finite"),
        (good.replace("Kettle,", ",", 1), r"rows.csv:2: system: .*required"),
        (good + '"open', r"rows.csv: cannot be read"),
    ]:
        path.write_text(broken, "utf8")
        with pytest.raises(InputError, match=message):
            read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"rows.csv: cannot be read"):
        read(path)
    with pytest.raises(InputError, match=r"gone.csv: cannot be read"):
        read(tmp_path / "gone.csv")
    with pytest.raises(OutputError, match="cannot be written"):
        write([], tmp_path / "gone" / "rows.csv")


def test_filters_agree_with_all_that_is_given(row: Make) -> None:
    rows = (row(), row(modalities=("text", "audio")), row(system="Spoon", selection="unknown"), row(corpus="cped"))
    assert select(rows, system="Kettle", corpus="meld", modality="text") == rows[:1]
    assert select(rows, modality="text+audio") == rows[1:2]
    assert select(rows, selection="unknown") == rows[2:3]
    assert select(rows, system="Spoon", selection="validation") == ()
    assert select(rows, system="spoon", task="EMOTION") == rows[2:3]
    assert select((*rows, row(method="frozen.zero")), method="frozen.zero") == (row(method="frozen.zero"),)
    assert select(rows) == rows
    with pytest.raises(UnknownName, match="did you mean 'Kettle'"):
        select(rows, system="Kettel")
    with pytest.raises(UnknownName, match="unknown corpus of the catalogue"):
        select(rows, corpus="melt down")


def test_our_rows_are_the_catalogues_own_kind() -> None:
    rows = reading.ours()
    assert rows
    assert {row.source_kind for row in rows} == {"ours"}
    assert all(row.split_hash and row.source.startswith("sentio evaluate ") for row in rows)
    assert not [row for row in rows if "test" in row.split and row.selection in ("unknown", "test")]
