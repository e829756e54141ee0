"""Calling `sentio` within the process of the tests."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentio.cli import main

CALM = """
import numpy as np
from pydantic import BaseModel
from sentio import labels
from sentio.card import Card
from sentio.recognition import Prediction

card = Card(title="Calm", summary="everybody is calm; reads all before it answers", labels="ekman")

class Options(BaseModel):
    max_len: int = 1

class Calm:
    space = labels.space("ekman")

    def predict(self, conversations):
        for conversation in list(conversations):
            yield Prediction(np.eye(len(self.space))[[self.space.index("neutral")] * len(conversation)])

def load(options):
    return Calm()
"""


TABLE = "conversation,speaker,text,emotion\n" + "".join(
    f"{chat},{who},{text},{label}\n"
    for chat, who, text, label in [
        ("a", "Ada", "You baked a cake for me?", "surprise"),
        ("a", "Bo", "I forgot the sugar.", "sadness"),
        ("a", "Ada", "Then we call it bread!", "joy"),
        ("b", "Cy", "You baked a cake for me?", "joy"),
    ]
)


class Done:
    """What a call printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def fails(self, message: str) -> None:
        """The call failed, and one line says why."""
        assert self.code == 2
        assert message in self.err
        assert self.err.count("\n") == 1


@pytest.fixture
def sentio(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["sentio", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfdbinary.readouterr()
        return Done(int(end.value.code or 0), out.decode("utf8"), err.decode("utf8"))

    return call


@pytest.fixture
def calm(sentio: Callable[..., Done], register: Callable[[str, str | None], None]) -> Callable[..., Done]:
    """`sentio recognize` with a system that costs nothing and reads ahead as far as it can."""
    register("calm", CALM)
    return lambda *arguments: sentio("recognize", *arguments, "--system", "calm")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(TABLE, "utf8")
    return tmp_path / "mine.csv"


@pytest.fixture
def goemotions(miniatures: Path, tmp_path: Path) -> Path:
    """A data folder with one corpus, where a test may break it."""
    shutil.copytree(miniatures / "goemotions", tmp_path / "data" / "goemotions")
    return tmp_path / "data"
