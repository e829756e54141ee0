"""The recipe of EmotionIC: what its field would not read is refused, and without the field it is read."""

from pathlib import Path

import pytest
from tests.invented import NETWORK, NETWORKS

from sentio.errors import RecipeError
from sentio.recognition.emotionic import Recipe
from sentio.training import recipe as recipes

TEXT = NETWORK.format(system="emotionic", settings=NETWORKS["emotionic"])
PLAIN = TEXT.replace("heads = 2", "heads = 2\ncrf = false")


def checked(text: str, folder: Path) -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(text)
    return recipes.checked(path, recipes.read(path)[1], Recipe)


@pytest.mark.parametrize("setting", ["class_weights = true", "smoothing = 0.05", "smoothing = 0.3"])
def test_what_the_field_does_not_read_is_refused(setting: str, tmp_path: Path) -> None:
    name = setting.partition(" ")[0]
    with pytest.raises(RecipeError, match=rf"tuning\.{name}: the random field scores sequences.*crf = false") as error:
        checked(TEXT + setting, tmp_path)
    assert "\n" not in str(error.value)
    checked(PLAIN + setting, tmp_path)


def test_labels_are_smoothed_where_a_recipe_asks_alone(tmp_path: Path) -> None:
    assert checked(TEXT, tmp_path).tuning.smoothing == 0
    assert checked(PLAIN, tmp_path).tuning.smoothing == 0
    assert checked(PLAIN + "smoothing = 0.3", tmp_path).tuning.smoothing == 0.3
    assert checked(TEXT + "smoothing = 0\nclass_weights = false", tmp_path).network.crf
