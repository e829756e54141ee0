"""An invented corpus in RECCON's form whose causes follow from single words, and a recipe that learns it in seconds."""

import json
from pathlib import Path
from typing import Any

THINGS = ("the cup", "my bike", "our tent", "the old boat", "your letter", "that chair")
NEWS = {"sadness": "Somebody broke {} at noon .", "happiness": "Somebody mended {} at noon ."}
FELT = {"sadness": "Oh no , what a pity .", "happiness": "Oh yes , how lovely ."}


def _dialogue(number: int) -> list[dict[str, Any]]:
    """Small talk, the news, what is felt about it, and a second opinion."""
    emotion = list(NEWS)[number % 2]
    thing = THINGS[number % len(THINGS)]
    news = NEWS[emotion].format(thing)
    span = news.removeprefix("Somebody ").removesuffix(" at noon .")
    small = ["It is noon .", "So it is .", "Sit down ."][: number % 3]
    said = [
        *((text, "neutral") for text in small),
        (news, "neutral"),
        (FELT[emotion], emotion),
        (f"{FELT[emotion]} Really .", emotion),
    ]
    turns: list[dict[str, Any]] = [
        {"turn": place, "speaker": "AB"[place % 2], "utterance": text, "emotion": mood}
        for place, (text, mood) in enumerate(said, start=1)
    ]
    for turn in turns[-2:]:
        turn["expanded emotion cause evidence"] = [len(small) + 1]
        turn["expanded emotion cause span"] = [span]
        turn["type"] = ["inter-personal" if turn["speaker"] != turns[len(small)]["speaker"] else "self-contagion"]
    if number % 4 == 3:
        turns[-1]["expanded emotion cause evidence"].append("b")
        turns[-1]["expanded emotion cause span"].append("b")
        turns[-1]["type"].append("latent")
    return turns


def corpus(data: Path) -> Path:
    """The data folder, with a corpus `reccon` in it: 24 dialogues to learn from, 6 to choose on."""
    folder = data / "reccon" / "original_annotation"
    folder.mkdir(parents=True)
    for name, numbers in (("train", range(24)), ("valid", range(24, 30))):
        dialogues = {f"{name[:2]}_{number}": [_dialogue(number)] for number in numbers}
        (folder / f"dailydialog_{name}.json").write_text(json.dumps(dialogues), "utf8")
    return data


RECIPE = """
system = "cause_encoder"
corpus = "reccon"
seeds = [1, 2]
epochs = 4
upper = 1
hidden = 16
reach = 8
held_out = 6

[tuning]
batch_size = 2
learning_rate = 1e-3
memory = 0.5
"""
