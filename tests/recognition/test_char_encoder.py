"""The character encoder: models answer that have not seen a conversation, and a killed training goes on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sentio import Conversation, Utterance
from sentio.recognition import load
from sentio.training.by_recipe import train

pytest.importorskip("torch")

from sentio.training.ngram_numbers import NgramNumbers

RECIPE = """
system = "char_encoder"
corpus = "cped"
target = "sentiment"
split = "validation"
leave_out = "series"
seeds = [1]
epochs = 2
[network]
width = 8
hidden = 8
[tuning]
batch_size = 2
"""


@pytest.fixture
def cped(tmp_path: Path) -> Path:
    """A data folder with an invented CPED: in one series good is positive, in the other negative."""
    columns = (
        "TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,"
        "Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance"
    )
    rows = [columns]
    for series, moods in {"7": ("happy", "positive"), "8": ("anger", "negative")}.items():
        for dialogue in range(8):
            own = f"{series}_{dialogue:03}"
            person = "李雷,male,young,low,high,low,high,high,home,0_0,0_0"
            rows += [f"{series},{own},{own}_{turn:03},{person},{moods[1]},{moods[0]},other,真好" for turn in range(2)]
    (tmp_path / "cped").mkdir()
    (tmp_path / "cped" / "valid_split.csv").write_text("\n".join(rows) + "\n", "utf-8-sig")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path


def test_the_model_that_has_not_seen_it_answers(cped: Path) -> None:
    metrics = train(cped / "recipe.toml", out=cped / "run", data=cped)
    assert metrics["all"]["average_of_seeds"]["accuracy"] == 0.0  # each fold has learned the other series' label
    assert metrics["7"]["average_of_seeds"]["accuracy"] == 0.0
    assert metrics["fitted_on"] == ["cped/other series"]
    one = Conversation(id="7_000", utterances=(Utterance(id="7_000_000", speaker="李雷", text="真好"),))
    told, stranger = (
        next(iter(load(str(cped / "run"), options).predict([one]))) for options in ({"corpus": "cped"}, {})
    )
    assert told.probabilities.argmax() == 2
    assert told.probabilities[0, 2] > stranger.probabilities[0, 2]


def test_a_killed_training_ends_with_the_same_weights(cped: Path) -> None:
    train(cped / "recipe.toml", out=cped / "whole", data=cped)

    def interrupted(stage: str, share: float) -> None:
        if stage == "8, seed 1" and share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(cped / "recipe.toml", out=cped / "cut", data=cped, progress=interrupted)
    train(cped / "recipe.toml", out=cped / "cut", data=cped)
    for name in ("model.json", "fold-0-1.safetensors", "fold-1-1.safetensors"):
        assert (cped / "cut" / "model" / name).read_bytes() == (cped / "whole" / "model" / name).read_bytes()


def test_long_conversations_and_strange_texts_are_answered(trained_characters: Callable[[str], Path]) -> None:
    system = load(str(trained_characters("char_encoder")))
    said = tuple(Utterance(id=str(n), speaker="A", text="好" * (n % 50)) for n in range(2000))
    (told,) = system.predict([Conversation(id="long", utterances=said)])
    assert told.probabilities.shape == (2000, 7)
    np.testing.assert_allclose(told.probabilities.sum(1), 1, atol=1e-6)


def test_numbers_are_those_of_frequent_ngrams() -> None:
    numbers = NgramNumbers.of(["好好", "好啊", "啊"], least=2, length=4)
    assert numbers.known == ["啊", "好"]
    assert len(numbers) == 3
    assert numbers.width == 9
    assert numbers.codes(["好x啊"])[0, :3].tolist() == [2.0, 1.0, 0.0]
    assert numbers.codes(["好" * 99]).shape == (1, 9)
