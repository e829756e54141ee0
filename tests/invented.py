"""An invented corpus in MELD's form, large enough for a curriculum, whose labels follow from single words."""

import csv
from itertools import count
from pathlib import Path

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


def corpus(data: Path) -> Path:
    """The data folder, with a corpus `meld` in it: 8 dialogues to train on, 4 to choose on."""
    (data / "meld").mkdir()
    write(data / "meld" / "train_sent_emo.csv", dialogues=8, first=0)
    write(data / "meld" / "dev_sent_emo.csv", dialogues=4, first=1)
    return data


ENCODER = """
system = "prc_encoder"
corpus = "meld"
seeds = [1, 2]
demos = "{demos}"
names = 3
hidden = 16
upper = 1

[curriculum]
buckets = 2
final_epochs = 6

[evidence.retrieval]
k = 4

[tuning]
batch_size = 2
learning_rate = 1e-3
memory = 0.5
"""
"""A recipe that learns the invented corpus in seconds."""


NETWORK = """
system = "{system}"
corpus = "meld"
seeds = [1, 2]

[features]
text = "mini"

[network]
{settings}

[curriculum]
buckets = 2
epochs_per_bucket = 1
final_epochs = 10

[tuning]
batch_size = 2
learning_rate = 5e-3
memory = 0.5
"""
"""A recipe of a network over features that learns the invented corpus in seconds."""

NETWORKS = {
    "broad_mamba": "width = 16",
    "context_gru": "hidden = 16",
    "dialogue_gcn": "hidden = 16",
    "emotionic": "width = 16\nhidden = 12\nheads = 2",
    "m2fnet": "width = 16\nheads = 2",
}
"""Every system that is one, with settings that make it small."""


CHARACTERS = {
    "char_ngrams": 'system = "char_ngrams"\ncorpus = "meld"\n[ngrams]\nleast = 1\n',
    "char_encoder": """
system = "char_encoder"
corpus = "meld"
seeds = [1, 2]
epochs = 12
least = 1

[network]
width = 8
hidden = 8

[tuning]
batch_size = 2
learning_rate = 1e-2
memory = 0.5
""",
}
"""Recipes of the systems that read characters; they learn the invented corpus in seconds."""
