"""An invented corpus in the form of EmpatheticDialogues, whose emotions follow from single words."""

from pathlib import Path

HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags"
TOLD = {
    "lonely": "Nobody called me about {} all winter.",
    "furious": "They smashed {} again_comma_ those idiots!",
    "proud": "My daughter won a prize with {}!",
}
THINGS = ("the piano", "my garden", "the old boat", "her letter", "that bicycle", "our bakery")
RECIPE = """
system = "hef"
seeds = [1, 2]
upper = 1

[tuning]
batch_size = 4
epochs = 3
learning_rate = 1e-3
memory = 0.5
"""
"""A recipe that learns it in seconds."""


def write(path: Path, dialogues: int, first: int) -> None:
    """A table of dialogues; in every second one the first speaker tells more in a third turn."""
    lines = [HEADER]
    for number in range(first, first + dialogues):
        emotion = list(TOLD)[number % len(TOLD)]
        thing = THINGS[number % len(THINGS) - (number % 2)]
        turns = [TOLD[emotion].format(thing), "Oh. What happened then?"]
        turns += [TOLD[emotion].format("the kitchen")] * (number % 2)
        for place, text in enumerate(turns, start=1):
            lines.append(f"hit:0_conv:{number},{place},{emotion},A day.,{900 + place % 2},{text},,")
    path.write_text("\n".join(lines) + "\n", "utf8")


def corpus(data: Path) -> Path:
    """The data folder, with a corpus `empathetic_dialogues` in it: 18 dialogues to train on, 9 to choose on."""
    folder = data / "empathetic_dialogues"
    folder.mkdir(parents=True)
    write(folder / "train.csv", dialogues=18, first=0)
    write(folder / "valid.csv", dialogues=9, first=100)
    return data
