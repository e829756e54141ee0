"""Every rule finds what it is for, passes what it should, and finds in the shipped rows exactly what is known."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.evaluation import catalogue
from sentio.evaluation.catalogue import Result
from sentio.evaluation.catalogue import lint as rules
from sentio.evaluation.catalogue.aggregates import AGGREGATES, mean
from sentio.evaluation.catalogue.tables import Table, tables

Make = Callable[..., Result]


def test_what_is_known_of_the_shipped_rows() -> None:
    found = rules.lint((*catalogue.published(), *catalogue.ours()))
    assert [finding.rule for finding in found] == ["total", "conflict", "gain"]
    total, conflict, gain = (finding.message for finding in found)
    # conv-emotion's README prints 52.39, 95.86 and 73.62; the mean of the first two is 74.125.
    assert total.startswith("ECPE-2D 0-layer on reccon dd causes")
    assert "73.62 is stated, the parts give 74.12" in total
    assert "InstructERC on emorynlp" in conflict
    assert "41.37 (readme" in conflict
    assert "41.39 (copied" in conflict
    assert gain == (
        "PRC-Emo on iemocap 6-way test weighted_f1: a gain of 0.76 is claimed, over InstructERC (71.39) it is 0.56"
    )


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ([("corpus", "mer-unibench"), ("version", "mean"), ("role", "system")], 19),
        ([("corpus", "iemocap + meld"), ("metric", "weighted_f1")], 14),
        ([("corpus", "iemocap + meld"), ("metric", "accuracy")], 6),
        ([("corpus", "prc_demonstrations"), ("version", "Table 7"), ("split", "all domains")], 6),
        ([("corpus", "prc_demonstrations"), ("version", "Table 7"), ("variant", "all labels")], 8),
        ([("corpus", "ov_merd"), ("metric", "M-avg")], 12),
    ],
)
def test_totals_of_the_papers_add_up_and_would_not_if_one_were_off(fields: list[tuple[str, str]], count: int) -> None:
    rows = catalogue.published()
    totals = {row for row in rows if all(getattr(row, name) == value for name, value in fields)}
    assert len(totals) == count
    changed = [row.model_copy(update={"value": row.value + 1}) if row in totals else row for row in rows]
    told = {finding.message.partition(":")[0] for finding in rules.wrong_totals(changed)}
    # SECap and Video-LLaMA are in OV-MER's table of means, not in that of the twelve groupings.
    alone = {"SECap", "Video-LLaMA"} if ("corpus", "ov_merd") in fields else set()
    assert {row.name for row in totals} - alone == {label.partition(" on ")[0] for label in told} - {"ECPE-2D 0-layer"}


@given(st.lists(st.decimals(0, 100, places=2), min_size=2, max_size=9))
def test_a_mean_printed_with_two_decimals_passes_and_one_further_off_does_not(values: list[object]) -> None:
    numbers = [float(str(value)) for value in values]
    rule = mean({"version": "mean"}, [{"version": str(place)} for place in range(len(numbers))])

    def made(version: str, value: float) -> Result:
        return Result(
            system="Kettle", task="emotion", corpus="meld", version=version, split="test", metric="f1", value=value,
            unit="percent", selection="n/a", source_kind="paper", evidence="verified", source="Table 1",
        )  # fmt: skip

    parts = [made(str(place), number) for place, number in enumerate(numbers)]
    exact = sum(numbers) / len(numbers)
    assert not list(rules.wrong_totals([*parts, made("mean", round(exact, 2))], [rule]))
    assert list(rules.wrong_totals([*parts, made("mean", exact + 0.011)], [rule]))
    (finding,) = rules.wrong_totals([*parts[1:], made("mean", exact)], [rule])
    assert "parts are missing" in finding.message
    assert not list(rules.wrong_totals([made("mean", exact)], [rule]))


def test_every_aggregate_is_of_rows_that_exist() -> None:
    rows = catalogue.published()
    for aggregate in AGGREGATES:
        assert [row for row in rows if aggregate.covers(row)], aggregate.total
        assert len(aggregate.parts) == len(aggregate.weights)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"value": 100.0}, False),
        ({"value": 100.01}, True),
        ({"value": -0.1}, True),
        ({"value": 1.2, "unit": "fraction"}, True),
        ({"value": -0.3, "unit": "correlation", "metric": "pearson"}, False),
        ({"value": -1.3, "unit": "correlation", "metric": "pearson"}, True),
        ({"value": 5.4, "unit": "points", "metric": "ES judge 1-5"}, True),
        ({"value": 0.5, "unit": "points", "metric": "ES judge 1-5"}, True),
        ({"value": 1.4, "unit": "points", "metric": "B"}, False),
        ({"value": 3.0, "unit": "points", "metric": "warmth"}, True),
        ({"value": -1.0, "unit": "count"}, True),
    ],
)
def test_values_lie_within_their_metrics_range(changes: dict[str, object], wrong: bool, row: Make) -> None:
    assert bool(list(rules.out_of_range([row(**changes)]))) is wrong


def test_two_values_are_flagged_whoever_says_them_but_not_a_reproduction(row: Make) -> None:
    assert list(rules.conflicts([row(), row(value=61.0, source="elsewhere")]))
    assert not list(rules.conflicts([row(), row(source="elsewhere")]))
    assert not list(rules.conflicts([row(), row(value=0.6, unit="fraction", source="elsewhere")]))
    assert not list(rules.conflicts([row(), row(value=50.0, source_kind="reproduction")]))
    for other in ("variant", "version", "split", "metric", "corpus"):
        assert not list(rules.conflicts([row(), row(value=61.0, **{other: "another"})]))


def test_a_claimed_gain_is_recomputed_against_the_best_other_row_of_its_table(row: Make) -> None:
    claim = rules.Claim("Kettle", row().where, row().source, 1.0)
    rivals = [
        row(system="Spoon", value=59.0),
        row(system="Fork", value=58.0),
        row(system="Pan", value=99.0, source="x"),
    ]
    assert not list(rules.wrong_gains([row(), *rivals], [claim]))
    assert not list(rules.wrong_gains([row(value=60.01), *rivals], [claim]))
    (finding,) = rules.wrong_gains([row(value=60.02), *rivals], [claim])
    assert "over Spoon (59) it is 1.02" in finding.message


def test_prc_emos_gain_on_meld_passes() -> None:
    meld = next(claim for claim in rules.CLAIMS if claim.where[0] == "meld")
    assert meld.gain == 0.61
    assert not list(rules.wrong_gains(catalogue.published(), [meld]))


def test_own_rows_of_other_targets_are_told(row: Make) -> None:
    assert not list(rules.other_targets([row(split_hash="a"), row(), row(split_hash="a", system="Spoon")]))
    assert list(rules.other_targets([row(split_hash="a"), row(split_hash="b", system="Spoon")]))


def test_tables_over_two_splits_and_orphaned_reproductions_are_told(row: Make) -> None:
    mixed = Table("meld", "", "test", "weighted_f1", (row(), row(split="validation")))
    assert [finding.rule for finding in rules.misplaced([mixed])] == ["table"]
    orphan = row(source_kind="reproduction")
    assert [finding.rule for finding in rules.misplaced(tables([orphan]))] == ["reproduction"]
    assert not list(rules.misplaced(tables([row(system="Spoon", value=61.0), row(value=62.0), orphan])))


def test_a_table_that_hides_how_a_model_was_chosen_is_told(row: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = tables([row(selection="unknown"), row(system="Spoon", selection="test", selection_ref="code")])
    assert not list(rules.unmarked(shown))
    monkeypatch.setattr(Result, "mark", "")
    assert len(list(rules.unmarked(shown))) == 2
