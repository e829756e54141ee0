"""The recipes that come with sentio are recipes, and say where their figures are from."""

from pathlib import Path

import pytest

from sentio.training.recipe import checked, read

pytest.importorskip("trl")

RECIPES = sorted((Path(__file__).parents[3] / "recipes").glob("prc-emo-*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: str(path.stem))
def test_a_recipe_fits_its_system(path: Path) -> None:
    from sentio.recognition.prc_emo.train import Recipe

    text, tables = read(path)
    recipe = checked(path, tables, Recipe)
    assert recipe.released() == recipe  # none of them trains the released way
    assert "Expected: " in text
    assert "Not run by us" in text


def test_the_papers_settings_are_the_defaults() -> None:
    from sentio.recognition.prc_emo.train import Recipe

    for name in ("iemocap", "meld"):
        path = next(path for path in RECIPES if path.stem == f"prc-emo-{name}")
        recipe = checked(path, read(path)[1], Recipe)
        bare = Recipe(system="prc_emo", corpus=name, model=recipe.model)
        for part in ("retrieval", "curriculum", "lora", "seeds"):
            assert getattr(recipe, part) == getattr(bare, part), part
