"""`load` and `train` find the system that is meant, and say in one line what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

import sentio
from sentio.errors import MissingExtra, RecipeError, SentioError, UnknownName

Register = Callable[[str, str | None], None]

SYSTEM = """
from pydantic import BaseModel
from sentio.card import Card
card = Card(title="x", summary="y", labels="ekman", extra="train")
class Options(BaseModel):
    model: object = "none"
def load(options):
    BODY
"""


def system(body: str) -> str:
    return SYSTEM.replace("BODY", body)


def test_a_package_that_load_imports_and_that_is_missing_names_the_extra(register: Register) -> None:
    register("late_system", system("import surely_not_installed"))
    with pytest.raises(MissingExtra, match=r'pip install "sentio\[train\]"'):
        sentio.load("late_system")


def test_a_mistake_of_ours_is_no_missing_extra(register: Register) -> None:
    register("wrong_system", system("import sentio.no_such_module"))
    with pytest.raises(ModuleNotFoundError, match=r"sentio\.no_such_module"):
        sentio.load("wrong_system")


def test_a_registered_name_wins_over_a_folder(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("here_system", system("return str(options.model)"))
    register("there_system", system("return 'there ' + str(options.model)"))
    run = tmp_path / "here_system"
    run.mkdir()
    (run / "config.toml").write_text('system = "there_system"')
    monkeypatch.chdir(tmp_path)
    assert str(sentio.load("here_system")) == "none"
    for folder in ("./here_system", str(run)):
        assert str(sentio.load(folder)) == f"there {Path(folder) / 'model'}"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("epochs = 3", "config.toml: names no system .*training run"),
        ("system = 3", "config.toml: names no system"),
        ("system = ", "config.toml: cannot be read: Invalid value"),
        ("system = 'minni'", "unknown system 'minni'; did you mean 'mini'"),
    ],
)
def test_a_damaged_run_folder_is_told(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises(SentioError, match=message):
        sentio.load(str(tmp_path))


def test_a_folder_that_is_no_run_is_an_unknown_system(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown system"):
        sentio.load(str(tmp_path))


def test_a_system_of_one_file_cannot_be_trained(register: Register, tmp_path: Path) -> None:
    register("single_system", system("pass"))
    (tmp_path / "recipe.toml").write_text('system = "single_system"')
    with pytest.raises(RecipeError, match=r"recipe\.toml: the system 'single_system' cannot be trained"):
        sentio.train(tmp_path / "recipe.toml", out=tmp_path / "run")
