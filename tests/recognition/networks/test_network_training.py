"""Training of a network over features: what the recipe says reaches the loop."""

from pathlib import Path

import pytest
from tests.invented import NETWORK, NETWORKS

from sentio.training.by_recipe import train

pytest.importorskip("torch")


def test_a_curriculum_does_not_end_before_everything_was_read(tmp_path: Path, invented: Path) -> None:
    text = NETWORK.format(system="context_gru", settings=NETWORKS["context_gru"]) + "patience = 1\n"
    baby_steps = {"buckets = 2": "buckets = 4", "epochs_per_bucket = 1": "epochs_per_bucket = 3"}
    for before, after in baby_steps.items():
        text = text.replace(before, after)
    (tmp_path / "recipe.toml").write_text(text)
    metrics = train(tmp_path / "recipe.toml", out=tmp_path / "run", data=invented)
    assert all(len(epochs) > 10 for epochs in metrics["epochs"].values())
