"""Who answers is told what it is asked about."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sentio import retrieval
from sentio.errors import SentioError
from sentio.evaluation import evaluate

Register = Callable[[str, str | None], None]

SYSTEM = """
from pydantic import BaseModel
from sentio.card import Card
from sentio import retrieval
from sentio.errors import SentioError
card = Card(title="x", summary="y", labels="meld")
class Options(BaseModel):
    corpus: str | None = None
    model: object = None
def load(options):
    raise SentioError(f"asked about {options.corpus}")
"""


def test_a_system_that_asks_for_the_corpus_is_told_the_one_that_is_scored(
    register: Register, invented: Path, tmp_path: Path
) -> None:
    register("asking_system", SYSTEM)
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.toml").write_text('system = "asking_system"')
    for system in ("asking_system", str(run)):
        with pytest.raises(SentioError, match="asked about meld"):
            evaluate(system, "meld", data=invented, out=tmp_path / "out")
        with pytest.raises(SentioError, match="asked about iemocap"):
            evaluate(system, "meld", data=invented, out=tmp_path / "out", options={"corpus": "iemocap"})


def test_labels_that_are_shown_count_as_seen(invented: Path, tmp_path: Path, tiny_qwen3: Path) -> None:
    demos = tmp_path / "demos"
    retrieval.build(["meld:validation"], demos, encoder="mini", data=invented)
    shown = {"llm": f"hf/{tiny_qwen3}", "demos": str(demos), "space": "meld"}
    told = {
        split: evaluate("prc_emo", "meld", split=split, data=invented, out=tmp_path / split, options=shown).chosen_on
        for split in ("validation", "train")
    }
    assert told == {"validation": "this split", "train": "another split"}
