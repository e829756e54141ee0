"""The shipped rows: every one of the collection is in, and what the field must not forget."""

import csv
import json
from pathlib import Path

from sentio.evaluation import catalogue
from sentio.evaluation.catalogue.reading import PUBLISHED
from sentio.evaluation.catalogue.tables import tables

PUBLISHED_ROWS = 950


def test_every_row_of_the_collection_is_in_with_value_source_and_selection(data: Path) -> None:
    told = json.loads((data / "catalogue" / "published_results.json").read_text("utf8"))
    assert len(told) == PUBLISHED_ROWS
    rows = catalogue.published()
    assert len(rows) > PUBLISHED_ROWS
    for one, row in zip(told, rows, strict=False):
        assert (row.value, row.source, row.selection, row.n_seeds) == (
            one["value"], one["source"], one["selection"], one.get("n_seeds"),
        )  # fmt: skip
        assert one["system"].startswith(row.system)
        assert row.variant in one["system"]
        assert row.evidence == one["source_kind"].partition(":")[0]
        assert row.split.startswith({"dev": "validation"}.get(one["split"], one["split"]))


def test_the_file_is_what_its_rows_are_written_as() -> None:
    text = PUBLISHED.read_text("utf8")
    assert catalogue.reading.text(catalogue.published()) == text
    assert len(list(csv.reader(text.splitlines()))) == 1 + len(catalogue.published())


def test_two_values_of_one_system_coexist_with_their_kind_of_source() -> None:
    rows = catalogue.select(catalogue.published(), corpus="emorynlp", system="InstructERC")
    told = {row.value: row.source_kind for row in rows if row.source_kind != "reproduction"}
    assert told == {41.37: "readme", 41.39: "copied"}


def test_only_rows_with_evidence_are_validation_selected() -> None:
    rows = catalogue.select(catalogue.published(), corpus="meld", modality="text", selection="validation")
    assert {(row.system, row.variant, row.value) for row in rows if row.metric == "weighted_f1"} == {
        ("DAG-ERC", "", 63.63), ("EmoBERTa", "past and future", 65.61), ("EmoBERTa", "past only", 64.55),
        ("EmoBERTa", "no context", 63.46), ("EmoBERTa", "no speaker names", 65.07),
    }  # fmt: skip
    assert all(row.selection_ref for row in rows)
    unknown = catalogue.select(catalogue.published(), corpus="meld", modality="text", selection="unknown")
    assert {"PRC-Emo", "InstructERC"} <= {row.system for row in unknown}


def test_reproductions_stand_under_their_originals() -> None:
    found = {}
    for table in tables(catalogue.published()):
        for above, row in zip(table.rows, table.rows[1:], strict=False):
            if row.source_kind == "reproduction":
                found[row.system, row.corpus] = (above.system, above.value, row.value)
    assert found == {
        ("InstructERC", "iemocap"): ("InstructERC", 71.39, 65.47),
        ("InstructERC", "meld"): ("InstructERC", 69.15, 66.96),
        ("InstructERC", "emorynlp"): ("InstructERC", 41.39, 39.16),
        ("M3Net", "iemocap"): ("M3Net", 71.1, 66.0),
    }


def test_emotion_ic_reads_text_whatever_a_survey_says() -> None:
    assert {row.modalities for row in catalogue.select(catalogue.published(), system="EmotionIC")} == {("text",)}


def test_rows_of_the_other_iemocap_division_are_a_table_of_their_own() -> None:
    titles = {table.title for table in tables(catalogue.published()) for row in table.rows if row.system == "M2FNet"}
    assert {title for title in titles if "iemocap" in title} == {
        "iemocap (6-way), test (100/20/31): accuracy",
        "iemocap (6-way), test (100/20/31): weighted_f1",
    }
