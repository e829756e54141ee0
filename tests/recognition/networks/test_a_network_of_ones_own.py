"""The network of docs/adding-a-system.md is added, trained and asked as it stands there."""

from pathlib import Path

import pytest
from tests.conftest import Register
from tests.invented import NETWORK

from sentio import Conversation, Utterance, registry
from sentio.recognition import load
from sentio.training.by_recipe import train

pytest.importorskip("torch")

GUIDE = Path(__file__).parents[3] / "docs" / "adding-a-system.md"


def test_the_network_of_the_guide(register: Register, invented: Path, tmp_path: Path) -> None:
    (source,) = [each for each in GUIDE.read_text("utf8").split("```python\n") if each.startswith('"""Each utterance')]
    register("alone", source.partition("```")[0])
    assert set(registry.find("recognition", "alone").options()) == {"model", "seed_of", "text", "audio", "video"}
    recipe = tmp_path / "alone.toml"
    recipe.write_text(NETWORK.format(system="alone", settings="hidden = 64"))
    metrics = train(recipe, out=tmp_path / "run", data=invented)
    assert metrics["all"]["weighted_f1"]["mean"] > 0.5, "the labels follow from single words"
    said = (Utterance(id="0", speaker="Ada", text="I found my keys!"),)
    (told,) = load(str(tmp_path / "run")).predict([Conversation(id="c", utterances=said)])
    assert told.probabilities.shape == (1, 7)
