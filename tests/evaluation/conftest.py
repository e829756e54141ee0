"""A small corpus in DailyDialog's format, and a system that can be made to die in the middle."""

from collections.abc import Callable
from pathlib import Path

import pytest

TRAIN = """0\tThe tulips are out !\thappiness
1\tLovely , at last .\thappiness
0\tAnd the tap drips .\tneutral

0\tWho ate my cake ?\tanger
1\tNot me .\tneutral
0\tThe plate is still warm !\tanger
1\tIs it ?\tneutral
"""

DEV = """0\tThe cake is gone .\tsadness
1\tThe plate is warm .\tneutral
0\tSomebody lied !\tanger

0\tThe tulips are out .\thappiness
1\tThey are .\thappiness

0\tThe tap drips .\tneutral
1\tStill ?\tsurprise
0\tStill .\tneutral

0\tWho left the tap on ?\tanger
1\tI did .\tneutral
"""

MOODY = """
import numpy as np
from pydantic import BaseModel
from sentio import labels
from sentio.card import Card
from sentio.recognition import Prediction

card = Card(title="Moody", summary="throws dice", labels="ekman", selected_on=("goemotions/validation",))

class Options(BaseModel):
    seed: int = 0

class Moody:
    space = labels.space("ekman")
    dies_at = None

    def __init__(self, seed):
        self._seed = seed

    def predict(self, conversations):
        for conversation in conversations:
            if conversation.id == Moody.dies_at:
                raise KeyboardInterrupt
            dice = np.random.default_rng([self._seed, sum(map(ord, conversation.id))])
            yield Prediction(dice.dirichlet(np.ones(len(self.space)), size=len(conversation)))

def load(options):
    return Moody(options.seed)
"""


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """A data folder with a corpus of five kitchens and gardens."""
    folder = tmp_path / "data" / "dailydialog"
    folder.mkdir(parents=True)
    (folder / "dailydialog_train.txt").write_text(TRAIN, "utf8")
    (folder / "dailydialog_dev.txt").write_text(DEV, "utf8")
    return folder.parent


@pytest.fixture
def moody(register: Callable[[str, str | None], None]) -> str:
    """The name of a system with a `seed` whose class dies at the conversation `dies_at`."""
    register("moody", MOODY)
    return "moody"
