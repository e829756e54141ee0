"""An invented corpus in the form of PELD: whoever is answered with "sorry" calms down, everybody else stays as is."""

from pathlib import Path

HEADER = (
    "Speaker_1 Speaker_2 Personality Utterance_1 Utterance_2 Utterance_3 "
    "Emotion_1 Emotion_2 Emotion_3 Sentiment_1 Sentiment_2 Sentiment_3"
).split()
SAID = {"joy": "I found {}!", "anger": "Who broke {}?", "sadness": "{} is gone."}
THINGS = ("the train", "my keys", "that cup", "our game", "your letter", "the old boat", "a lamp", "his hat")
SENTIMENTS = {"joy": "positive", "anger": "negative", "sadness": "negative", "neutral": "neutral"}
PEOPLE = {"Ada": "[0.7, 0.5, 0.3, 0.6, 0.2]", "Bo": "[0.2, 0.4, 0.8, 0.5, 0.9]"}

RECIPE = """
system = "transition"
seeds = [1, 2]
mode = "{mode}"
upper = {upper}
hidden = 16

[tuning]
batch_size = 8
epochs = {epochs}
loss = "ce"
learning_rate = 2e-2
memory = 0.5
"""
"""A recipe that learns it in seconds."""


def row(number: int) -> list[str]:
    """A triple, all of them different."""
    first = list(SAID)[number % 3]
    calm = number // 3 % 2 == 1
    third = "neutral" if calm else first
    thing = THINGS[number % len(THINGS)]
    speaker, other = ("Ada", "Bo") if number % 4 < 2 else ("Bo", "Ada")
    texts = [SAID[first].format(thing), f"Oh, sorry, number {number}." if calm else f"Number {number}, then.", "Well."]
    emotions = [first, "neutral", third]
    return [speaker, other, PEOPLE[speaker], *texts, *emotions, *(SENTIMENTS[each] for each in emotions)]


def corpus(data: Path, triples: int = 72) -> Path:
    """The data folder, with a corpus `peld` in it that can be cut as the released one."""
    (data / "peld").mkdir(parents=True)
    rows = [HEADER, *(row(number) for number in range(triples))]
    table = "".join("\t".join(cells) + "\n" for cells in rows)
    (data / "peld" / "Dyadic_PELD.tsv").write_text(table, "utf8")
    return data
