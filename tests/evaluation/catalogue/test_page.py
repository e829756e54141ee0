"""The page of the documentation is what the generator makes of the files, and shows ours beside theirs."""

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sentio.evaluation import catalogue, evaluate
from sentio.evaluation.catalogue import Result, reading
from sentio.evaluation.catalogue.page import markdown, page
from sentio.evaluation.catalogue.tables import COLUMNS, headlines, tables

Make = Callable[..., Result]
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def generator() -> ModuleType:
    """docs/make_catalogue.py as a module."""
    spec = importlib.util.spec_from_file_location("make_catalogue", DOCS / "make_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_generator_makes() -> None:
    made = page((*catalogue.published(), *catalogue.ours()))
    assert (DOCS / "catalogue.md").read_text("utf8") == made, "run: python docs/make_catalogue.py"


def test_the_page_shows_ours_beside_theirs_and_every_corpus() -> None:
    text = (DOCS / "catalogue.md").read_text("utf8")
    meld = text.partition("### meld\n")[2].partition("###")[0]
    assert "| PRC-Emo | text | 70.44 | 5 | ? | PRC-Emo paper, Table 2 |" in meld
    assert re.search(r"\| \*\*mini\*\* \| text \| \*\*47\.\d\d\*\* \|", meld)
    assert meld.index("↳ InstructERC, reproduced") > meld.index("| InstructERC |")
    for row in (*catalogue.published(), *catalogue.ours()):
        assert f"### {row.corpus}\n" in text
    assert "0.76 is claimed" in text


def test_runs_are_added_and_refused_ones_are_told(
    generator: ModuleType,
    corpora: Path,
    moody: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(reading, "OWN", tmp_path / "own.csv")
    monkeypatch.setattr(generator, "PAGE", tmp_path / "catalogue.md")
    reading.write([], tmp_path / "own.csv")
    evaluate(moody, "dailydialog", data=corpora, out=tmp_path / "run")
    assert generator.main([str(tmp_path / "run")]) == 0
    added = catalogue.ours()
    assert {"moody", "majority"} <= {row.system for row in added}
    text = (tmp_path / "catalogue.md").read_text("utf8")
    assert "**moody**" in text
    assert text == page((*catalogue.published(), *added))
    assert generator.main([str(tmp_path / "run"), str(tmp_path / "gone")]) == 1
    assert "refused: the run is not finished" in capsys.readouterr().err
    told = json.loads((tmp_path / "run" / "metrics.json").read_text("utf8"))
    (tmp_path / "run" / "metrics.json").write_text(json.dumps({**told, "chosen_on": "this split"}), "utf8")
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "config.toml").write_text('system = "moody"\n', "utf8")
    assert generator.main([str(tmp_path / "run"), str(tmp_path / "training")]) == 0, "as it must be, and told"
    refused = capsys.readouterr().err
    assert "run: refused: moody was trained or chosen on this split" in refused
    assert "training: refused: a training, not an evaluation" in refused
    assert catalogue.ours() == added, "what is added twice is there once"


def test_systems_are_counted_on_the_axes_of_the_surveys(row: Make) -> None:
    rows = [
        row(ability="verbal.emotion", method="classic", metric=metric, system=system)
        for metric in ("accuracy", "weighted_f1")
        for system in ("Kettle", "Spoon")
    ]
    lines = page([*rows, row(ability="belief", system="Fork"), row(ability="belief", role="human")]).splitlines()
    assert "| | frozen.zero | frozen.few | frozen.cot | tuned.full | tuned.peft | classic | not stated |" in lines
    assert "| verbal.emotion |  |  |  |  |  | 2 |  |" in lines
    assert "| belief |  |  |  |  |  |  | 1 |" in lines
    assert "| verbal.act |  |  |  |  |  |  |  |" in lines


def test_a_table_is_ranked_with_marks_and_one_scale(row: Make) -> None:
    rows = [
        row(system="Spoon", value=0.615, unit="fraction", spread=0.01, n_seeds=3, source_kind="ours"),
        row(selection="unknown", evidence="second-hand", source="a | b"),
        row(system="Fork", value=62.0, selection="test", selection_ref="code"),
        row(system="Fork", value=40.0, source_kind="reproduction"),
        row(system="nobody", value=50.0, role="baseline"),
    ]
    (table,) = tables(rows)
    assert markdown([table]).splitlines()[2:] == [
        "| Fork | text | 62.00 |  | T | Kettle paper, Table 1 |",
        "| ↳ Fork, reproduced | text | 40.00 |  | R | Kettle paper, Table 1 |",
        "| **Spoon** | text | **61.50 ± 1.00** | 3 |  | ours |",
        r"| Kettle | text | 60.00 |  | ?2 | a \| b |",
        "| nobody (baseline) | text | 50.00 |  |  | Kettle paper, Table 1 |",
    ]
    assert all(len(line) == len(COLUMNS) for line in table.lines())


def test_errors_are_ranked_the_other_way_round(row: Make) -> None:
    (table,) = tables([row(metric="mae", unit="points", value=value) for value in (2.0, 1.0, 3.0)])
    assert [one.value for one in table.rows] == [1.0, 2.0, 3.0]


def test_nothing_is_ranked_across_versions_splits_or_metrics(row: Make) -> None:
    rows = [row(), row(version="json"), row(split="validation"), row(metric="accuracy"), row(corpus="cped")]
    assert [len(table.rows) for table in tables(rows)] == [1] * 5


def test_the_headline_is_the_metric_that_most_report(row: Make) -> None:
    rows = [row(metric="accuracy"), row(metric="weighted_f1"), row(system="Spoon", metric="accuracy")]
    assert shown(rows) == [("test", "accuracy")]
    assert shown(rows[:2]) == [("test", "weighted_f1")]
    own = [row(metric="weighted_f1"), row(metric="micro_f1_without:others")]
    assert shown(own) == [("test", "micro_f1_without:others")]


def test_ours_on_validation_stand_below_theirs_on_test_by_the_same_metric(row: Make) -> None:
    theirs = [row(), row(system="Fork", value=50.0)]
    ours = [
        row(system=system, split="validation", metric=metric, value=value, source_kind="ours")
        for system in ("mug", "cup")
        for metric, value in (("accuracy", 90.0), ("uar", 80.0))
    ]
    best = row(system="cup", split="validation", value=99.0, source_kind="ours")
    assert shown([*theirs, *ours, best]) == [("test", "weighted_f1"), ("validation", "weighted_f1")]
    lines = page([*theirs, *ours, best]).partition("**meld: weighted_f1**")[2].splitlines()
    assert lines[2:7] == [
        "| split | system | sees | score | seeds | marks | source |",
        "|---|---|---|---:|---:|---|---|",
        "| test | Kettle | text | 60.00 |  |  | Kettle paper, Table 1 |",
        "| test | Fork | text | 50.00 |  |  | Kettle paper, Table 1 |",
        "| validation | **cup** | text | **99.00** |  |  | ours |",
    ], "the better score is not above those of another split"
    assert shown([*theirs, *ours]) == [("test", "weighted_f1"), ("validation", "accuracy")]
    assert "**meld, validation: accuracy**" in page([*theirs, *ours])


def shown(rows: list[Result]) -> list[tuple[str, str]]:
    """Split and metric of the tables that the page shows."""
    return [(table.split, table.metric) for splits in headlines(tables(rows)) for table in splits]
