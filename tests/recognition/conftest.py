"""An invented corpus in MELD's form, large enough for a curriculum, whose labels follow from single words."""

import csv
from itertools import count
from pathlib import Path

import pytest

HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime".split(
    ","
)
TOLD = {
    "joy": ("I found {}!", "positive"),
    "anger": ("Nobody carried {}.", "negative"),
    "neutral": ("{} it is.", "neutral"),
}
THINGS = ("the train", "my keys", "that cup", "our game", "your letter", "the old boat")


def write(path: Path, dialogues: int, first: int) -> None:
    """A table of dialogues of one to five utterances; feelings change in every second dialogue."""
    numbers = count(1)
    with path.open("w", newline="", encoding="utf8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for dialogue in range(dialogues):
            for turn in range(1 + (dialogue + first) % 5):
                emotion = list(TOLD)[(first + dialogue + turn * (dialogue % 2)) % 3]
                text, sentiment = TOLD[emotion]
                thing = THINGS[(first + dialogue + turn) % len(THINGS)]
                told = [text.format(thing), ("Ada", "Bo")[turn % 2], emotion, sentiment, dialogue, turn, 1, 1]
                rows.writerow([next(numbers), *told, f"00:00:{turn:02},000", f"00:00:{turn:02},900"])


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a corpus `meld`: 8 dialogues to train on, 4 to choose on."""
    data = tmp_path_factory.mktemp("data")
    (data / "meld").mkdir()
    write(data / "meld" / "train_sent_emo.csv", dialogues=8, first=0)
    write(data / "meld" / "dev_sent_emo.csv", dialogues=4, first=1)
    return data
