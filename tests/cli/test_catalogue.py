"""`sentio catalogue`: filters, formats, runs of the user, and what the lint says."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio.conversation import Conversation, Utterance
from sentio.evaluation import catalogue
from sentio.evaluation.base import Answer, Asked, Target
from sentio.evaluation.catalogue import reading
from sentio.evaluation.predictions import table
from sentio.gold import AnnotatedConversation

Call = Callable[..., Any]

OUTCOME = {
    "system": "majority", "corpus": "meld", "split": "validation", "target": "emotion", "task": "classification",
    "headline": "accuracy", "labels": ["neutral", "joy"], "conversations": 1, "targets": 40,
    "chosen_on": "another split", "seen": ["goemotions/train", "goemotions/validation"],
    "rows": [{
        "name": "kettle", "kind": "system", "summary": "boils", "learned": "", "per_label": {}, "interval": [0.2, 0.4],
        "metrics": {"accuracy": {"mean": 0.3125, "sd": 0.05 / 8**0.5, "min": 0.3, "max": 0.325, "n": 2}},
    }],
}  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a finished run and one that is not."""
    for name in ("done", "unfinished"):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text("[evaluation]\nseeds = 2\n", "utf8")
        (folder / "environment.json").write_text('{"split_hash": "0123456789abcdef"}', "utf8")
    done = tmp_path / "runs" / "done"
    (done / "metrics.json").write_text(json.dumps(OUTCOME), "utf8")
    answered = [
        (seed, [Answer("joy")] * right + [Answer("neutral")] * (40 - right)) for seed, right in ((0, 12), (1, 13))
    ]
    turns = tuple(Utterance(id=str(number), speaker="Ada", text="Tea?") for number in range(40))
    item = AnnotatedConversation(conversation=Conversation(id="kitchen", utterances=turns))
    table([Asked(item, tuple(Target(turn.id, "joy") for turn in turns))], answered).write_parquet(
        done / "predictions.parquet"
    )
    return tmp_path / "runs"


def test_published_and_ours_stand_in_tables_by_split(sentio: Call) -> None:
    done = sentio("catalogue", "--corpus", "meld", "--metric", "weighted_f1")
    assert done.code == 0
    titles = [line for line in done.out.splitlines() if line.endswith(": weighted_f1")]
    assert titles == [
        "meld, test: weighted_f1", "meld, validation: weighted_f1", "meld (sentiment), validation: weighted_f1",
    ]  # fmt: skip
    test, validation = done.out.split(titles[1])
    assert test.index("PRC-Emo") < test.index("InstructERC") < test.index("↳ InstructERC, reproduced")
    assert "mini" not in test
    assert "mini" in validation
    assert "T: chosen on the test split" in done.out
    assert "ablations are left out" in done.out


def test_a_named_system_shows_its_ablations(sentio: Call) -> None:
    assert "w/o curriculum" not in sentio("catalogue", "--corpus", "meld").out
    assert "w/o curriculum" in sentio("catalogue", "--system", "PRC-Emo").out


def test_validation_selected_text_systems_are_those_with_evidence(sentio: Call) -> None:
    done = sentio(
        "catalogue", "--corpus", "meld", "--modality", "text", "--selection", "validation", "--format", "json"
    )
    assert {row["selection"] for row in done.rows} == {"validation"}
    assert all(row["selection_ref"] for row in done.rows)
    assert {row["system"] for row in done.rows} == {"DAG-ERC", "EmoBERTa", "mini"}


def test_csv_is_the_catalogues_own_and_complete(sentio: Call, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text(sentio("catalogue", "--format", "csv").out, "utf8")
    assert reading.read(tmp_path / "all.csv") == (*catalogue.published(), *catalogue.ours())


def test_markdown_is_tables_with_titles(sentio: Call) -> None:
    out = sentio("catalogue", "--task", "strategy", "--format", "markdown").out
    assert "**esconv (Kang et al. test), test: Q**\n\n| system | sees |" in out


def test_runs_of_the_user_stand_beside_and_refused_ones_are_told(sentio: Call, runs: Path) -> None:
    done = sentio("catalogue", "--corpus", "meld", "--runs", runs)
    assert done.code == 1
    assert done.err == f"sentio: {runs / 'unfinished'}: refused: the run is not finished\n"
    assert "31.25 ± 1.77" in done.out
    only = sentio("catalogue", "--system", "kettle", "--runs", runs / "done", "--format", "csv")
    (row,) = csv.DictReader(only.out.splitlines())
    assert (row["value"], row["n_seeds"], row["split_hash"]) == ("0.3125", "2", "0123456789ab")
    assert only.code == 0


def test_lint_says_what_must_be_known(sentio: Call) -> None:
    done = sentio("catalogue", "--lint")
    assert done.code == 0
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["total", "conflict", "gain"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--corpus", "mled"], "unknown corpus of the catalogue 'mled'; did you mean 'meld'?"),
        (["--task", "emotions"], "did you mean 'emotion'?"),
        (["--system", "PRC-Emu"], "did you mean 'PRC-Emo'?"),
        (["--selection", "dev"], "Invalid value"),
        (["--runs", "nowhere"], "no run folder"),
    ],
)
def test_mistakes_cost_one_line(arguments: list[str], message: str, sentio: Call) -> None:
    sentio("catalogue", *arguments).fails(message)
