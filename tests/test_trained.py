"""Options of systems that have to be trained: what the registry reads of them, and what is said without a run."""

import re
from pathlib import Path

import pytest

from sentio import loading, registry
from sentio.errors import SentioError
from sentio.trained import Trained

RECIPES = Path(__file__).parents[1] / "recipes"
SYSTEMS = [
    pytest.param(kind, name, id=name)
    for kind in registry.METHODS
    for name, system in registry.components(kind).items()
    if system.card.extra == "train" and "model" in system.options()
]


def test_there_are_some() -> None:
    assert {"char_encoder", "cause_encoder", "transition", "trait_ngrams", "emotionic"} <= {one.id for one in SYSTEMS}


@pytest.mark.parametrize(("kind", "name"), SYSTEMS)
def test_a_system_that_has_to_be_trained_names_a_recipe_that_is_there(kind: registry.Kind, name: str) -> None:
    with pytest.raises(SentioError) as caught:
        loading.load(kind, name, {})
    told = re.fullmatch(
        rf"{name} has to be trained: sentio train (\S+), then --(system|planner) runs/(\S+)", f"{caught.value}"
    )
    assert told
    recipe = Path(told[1])
    assert recipe.stem == told[3]
    if recipe.stem != "RECIPE":  # a network over features has several
        assert f'system = "{name}"' in (RECIPES.parent / recipe).read_text("utf8")


@pytest.mark.parametrize(("kind", "name"), SYSTEMS)
def test_inherited_options_are_read_without_an_import(kind: registry.Kind, name: str) -> None:
    system = registry.find(kind, name)
    assert system.options() == {field: about.description for field, about in system.load().Options.model_fields.items()}


def test_a_folder_that_is_named_is_given_as_it_is(tmp_path: Path) -> None:
    assert Trained(model=tmp_path).folder("any", "any.toml") == tmp_path
