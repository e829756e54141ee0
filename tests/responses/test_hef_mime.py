"""MIME's output on the test contexts of EmpatheticDialogues: a fixture of the scores, nothing is chosen by it."""

import ast
import gzip
from pathlib import Path

import numpy as np
import pytest

from sentio.metrics.classification import accuracy, macro_f1
from sentio.metrics.confusion import confusion
from sentio.responses.hef.context import Context
from sentio.responses.hef.projected import Projected
from sentio.responses.hef.scores import GROUP, grouped, ranked
from sentio.responses.hef.small_model import SPACE, proposed

TENTH = {"accuracy": 0.1578, "macro_f1": 0.1205, "top_3": 0.4163, "top_5": 0.5437, "grouped_accuracy": 0.2966}
"""Of every tenth context; docs/hef.md has those of all."""


@pytest.fixture(scope="module")
def blocks(data: Path) -> list[tuple[str, str, list[str]]]:
    """The right emotion, MIME's, and the turns of the context, block by block."""
    content = gzip.decompress((data / "empathetic_dialogues" / "mime_output.txt.gz").read_bytes()).decode()
    heads = [row.split("\t") for row in content.split("\n") if row.startswith("emotion:")]
    contexts = [row.removeprefix("Context:") for row in content.split("\n") if row.startswith("Context:")]
    return [
        (
            gold.removeprefix("emotion:").strip(),
            theirs.removeprefix("predicted_emotion:").strip(),
            ast.literal_eval(said),
        )
        for (gold, _, theirs), said in zip(heads, contexts, strict=True)
    ]


def test_mimes_accuracy(blocks: list[tuple[str, str, list[str]]]) -> None:
    gold, theirs = [block[0] for block in blocks], [block[1] for block in blocks]
    assert len(blocks) == 5255
    assert round(float(confusion(gold, theirs, SPACE.labels).score(accuracy)), 6) == 0.348811
    assert np.mean([grouped(one) == grouped(other) for one, other in zip(gold, theirs, strict=True)]) == pytest.approx(
        0.4679, abs=5e-5
    )
    assert np.mean([one == "surprised" for one in gold]) == pytest.approx(0.0506, abs=5e-5)


def test_every_tenth_context_by_mini_as_the_docs_say(blocks: list[tuple[str, str, list[str]]]) -> None:
    small, tenth = Projected(), blocks[::10]
    shares = np.array([small.probabilities(Context.of_text(" ".join(said[::2]))) for _, _, said in tenth])
    gold = [block[0] for block in tenth]
    table = confusion(gold, [proposed(each, 1)[0] for each in shares], SPACE.labels)
    assert float(table.score(accuracy)) == pytest.approx(TENTH["accuracy"], abs=0.012)
    assert float(table.score(macro_f1)) == pytest.approx(TENTH["macro_f1"], abs=0.02)
    found = ranked(gold, shares)
    assert found == pytest.approx({name: TENTH[name] for name in found}, abs=0.012)


def test_groups_are_labels_and_no_label_is_in_two() -> None:
    assert set(GROUP) <= set(SPACE.labels)
    assert {grouped(label) for label in GROUP} == set(GROUP.values())
