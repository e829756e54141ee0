"""The recipes of networks over features that come with sentio are recipes, and make networks."""

from pathlib import Path

import pytest

from sentio import registry
from sentio.training import recipe as recipes
from sentio.training.by_recipe import trainer_of

pytest.importorskip("torch")

RECIPES = [
    path
    for path in sorted((Path(__file__).parents[3] / "recipes").glob("*.toml"))
    if "features" in recipes.read(path)[1]
]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_one(path: Path) -> None:
    text, tables = recipes.read(path)
    trainer = trainer_of(registry.find("recognition", tables["system"]))
    assert trainer is not None
    recipes.checked(path, tables, trainer.Recipe)
    assert f"sentio train recipes/{path.name}" in text
    assert "xpected" in text, "a recipe says what it gives"
