"""A file of somebody else's predictions as a system."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars
import pytest

from sentio.errors import InputError, RecipeError
from sentio.evaluation import evaluate
from sentio.evaluation.base import Answer, Task
from sentio.evaluation.given import GivenAnswers
from sentio.evaluation.tasks.causes import Causes
from sentio.evaluation.tasks.classification import Classification
from sentio.evaluation.tasks.multilabel import MultiLabel
from sentio.evaluation.tasks.regression import Regression

ROWS = [
    ("validation-0", "0", "sadness"), ("validation-0", "1", "neutral"), ("validation-0", "2", "rage"),
    ("validation-1", "0", "happiness"), ("validation-1", "1", "happiness"),
    ("validation-2", "0", "neutral"), ("validation-2", "1", "neutral"), ("validation-2", "2", "neutral"),
    ("validation-3", "0", "anger"), ("validation-3", "1", "neutral"),
]  # fmt: skip


def written(path: Path, rows: Sequence[tuple[str, str, str]] = ROWS) -> Path:
    table = polars.DataFrame(rows, schema=["conversation", "utterance", "predicted"], orient="row")
    match path.suffix:
        case ".parquet":
            table.write_parquet(path)
        case ".jsonl":
            table.write_ndjson(path)
        case suffix:
            table.write_csv(path, separator="\t" if suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_a_label_outside_is_an_error_and_is_told(suffix: str, corpora: Path, tmp_path: Path) -> None:
    theirs = written(tmp_path / f"theirs{suffix}")
    outcome = evaluate(str(theirs), "dailydialog", data=corpora, out=tmp_path / "run")
    first = outcome.rows[0]
    assert (first.kind, outcome.chosen_on) == ("system", "unknown")
    accuracy, invalid = first.metrics["accuracy"], first.metrics["invalid_rate"]
    assert accuracy is not None
    assert invalid is not None
    assert (accuracy.mean, invalid.mean) == (0.8, 0.1)


def test_what_a_run_wrote_can_be_scored_again(corpora: Path, tmp_path: Path) -> None:
    first = evaluate("majority", "dailydialog", data=corpora, out=tmp_path / "first")
    again = evaluate(str(tmp_path / "first" / "predictions.parquet"), "dailydialog", data=corpora, out=tmp_path / "2")
    assert again.rows[0].metrics == first.rows[0].metrics


def test_another_file_of_the_same_name_is_another_run(corpora: Path, tmp_path: Path) -> None:
    theirs = written(tmp_path / "theirs.csv")
    evaluate(str(theirs), "dailydialog", data=corpora, out=tmp_path / "run")
    written(theirs, [(conversation, utterance, "neutral") for conversation, utterance, _ in ROWS])
    with pytest.raises(RecipeError, match="another recipe"):
        evaluate(str(theirs), "dailydialog", data=corpora, out=tmp_path / "run")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:-1], "no prediction for utterance '1' of conversation 'validation-3'"),
        ([*ROWS, ("validation-0", "0", "anger")], "two predictions for utterance '0' of conversation 'validation-0'"),
        ([*ROWS[:-1], ("validation-3", "1", "")], "prediction 10 is empty"),
    ],
)
def test_what_is_wrong_is_told_before_a_folder_is_made(
    rows: Sequence[tuple[str, str, str]], message: str, corpora: Path, tmp_path: Path
) -> None:
    theirs = written(tmp_path / "theirs.csv", rows)
    with pytest.raises(InputError, match=message):
        evaluate(str(theirs), "dailydialog", data=corpora, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_columns_are_named_and_several_seeds_refused(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text("conversation,utterance\nc,0\n")
    with pytest.raises(InputError, match="no column 'predicted'; it has conversation, utterance"):
        GivenAnswers(tmp_path / "bare.csv", Regression("empathy"))
    (tmp_path / "seeds.csv").write_text("seed,conversation,utterance,predicted\n0,c,0,1\n1,c,0,2\n")
    with pytest.raises(InputError, match="several seeds"):
        GivenAnswers(tmp_path / "seeds.csv", Regression("empathy"))
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read as a table"):
        GivenAnswers(tmp_path / "torn.parquet", Regression("empathy"))


def test_numbers_sets_and_pairs(tmp_path: Path, corpora: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("conversation,utterance,predicted\nc,007,1.5\n")
    assert GivenAnswers(path, Regression("empathy"))._answers == {("c", "007", ""): Answer(1.5)}
    path.write_text("conversation,utterance,predicted\nc,007,many\n")
    with pytest.raises(InputError, match="prediction 1 is no number: 'many'"):
        GivenAnswers(path, Regression("empathy"))
    for between in (", ", "; ", ";"):
        path.write_text(f'conversation,utterance,predicted\nc,0,"joy{between}love"\nc,1,\n')
        assert GivenAnswers(path, MultiLabel("emotion", ("joy", "love")))._answers == {
            ("c", "0", ""): Answer(("joy", "love")),
            ("c", "1", ""): Answer(()),
        }
    path.write_text("conversation,utterance,evidence,predicted\nc,1,0,cause\nc,1,1,no cause\n")
    assert GivenAnswers(path, Causes())._answers[("c", "1", "0")] == Answer("cause")


EMOTION = Classification("emotion", ("joy", "sadness"))


@pytest.mark.parametrize(
    ("columns", "task", "message"),
    [
        ({"predicted": [["joy"]]}, EMOTION, "column 'predicted' holds List"),
        ({"predicted": [True]}, EMOTION, "column 'predicted' holds Boolean"),
        ({"predicted": [1]}, EMOTION, "column 'predicted' holds Int64, which is nothing for classification"),
        ({"predicted": [{"label": "joy"}]}, EMOTION, "column 'predicted' holds Struct"),
        ({"predicted": ["joy"], "utterance": [0.0]}, EMOTION, "column 'utterance' holds Float64"),
        ({"predicted": ["joy"], "conversation": [b"c"]}, EMOTION, "column 'conversation' holds Binary"),
        ({"predicted": [[1, 2]]}, MultiLabel("emotion", ("joy", "love")), "column 'predicted' holds List"),
        ({"predicted": [["joy", None]]}, MultiLabel("emotion", ("joy", "love")), "has an empty place"),
        ({"predicted": [[0.5]]}, Regression("empathy"), "column 'predicted' holds List"),
    ],
)
def test_columns_of_another_kind_are_refused(
    columns: dict[str, list[object]], task: Task, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "theirs.parquet"
    polars.DataFrame({"conversation": ["c"], "utterance": [0], **columns}).write_parquet(path)
    with pytest.raises(InputError, match=message):
        GivenAnswers(path, task)


def test_white_space_does_not_count_and_case_does_not_in_a_users_table(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("conversation,utterance,predicted\nc,0, Joy \n")
    key = ("c", "0", "")
    assert GivenAnswers(path, EMOTION)._answers[key] == Answer("Joy")
    assert GivenAnswers(path, replace(EMOTION, any_case=True))._answers[key] == Answer("joy")


@pytest.mark.parametrize(
    ("shares", "kept"), [([0.75, 0.25], True), ([0.25, 0.75], False), ([0.5, 0.25, 0.25], False), (None, False)]
)
def test_probabilities_are_kept_where_they_are_of_these_labels(
    shares: list[float] | None, kept: bool, tmp_path: Path
) -> None:
    path = tmp_path / "theirs [1].parquet"
    polars.DataFrame(
        {"conversation": ["c"], "utterance": ["0"], "predicted": ["joy"], "probabilities": [shares]}
    ).write_parquet(path)
    (answer,) = GivenAnswers(path, EMOTION)._answers.values()
    assert answer == Answer("joy", tuple(shares) if kept and shares else None)
