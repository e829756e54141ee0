"""What reading conversations is worth to `mini`, on its own corpus and on others: the table of docs/everyday.md.

    python docs/make_mini.py DATA RUN...

Each RUN is a run of recipes/mini-conversations.toml with one seed (`seeds = [1]`, …). Weighted F1 in percent: the model
reading each utterance by itself as before, and in its conversation; with the history of another turn of the corpus, of
as many turns, in place of its own (three draws), and with none.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentio import corpora, labels
from sentio.encoders.mini.model_folder import HISTORY, read_manifest
from sentio.encoders.onnx_graph import Array, Encoder, session
from sentio.gold import AnnotatedConversation
from sentio.labels import LabelSpace
from sentio.metrics.classification import weighted_f1
from sentio.metrics.confusion import confusion
from sentio.recognition.mini.history import Places, turns_before

FINE = labels.space("goemotions")
READ = (
    ("everyday", "test", "emotion by majority", "ekman"),
    ("meld", "validation", "emotion", "meld"),
    ("meld", "train", "emotion", "meld"),
    ("iemocap", "validation", "emotion", "iemocap6"),
    ("iemocap", "train", "emotion", "iemocap6"),
    ("emorynlp", "validation", "emotion", "emorynlp"),
    ("dailydialog", "validation_filtered", "emotion", "dailydialog"),
)
DRAWS = 3


class Split:
    """Turns of a split that have a label, and what stands before each turn."""

    def __init__(self, items: Sequence[AnnotatedConversation], layer: str, space: LabelSpace) -> None:
        turns = [(item, turn) for item in items for turn in item.conversation.utterances]
        self.space, self.texts = space, [turn.text for _, turn in turns]
        self.gold = [item.gold.get(layer, {}).get(turn.id) for item, turn in turns]
        self._items = items

    def history(self, span: int) -> tuple[Places, Places]:
        """As `turns_before`, of all conversations."""
        found, first = [], 0
        for item in self._items:
            places, same = turns_before([turn.speaker for turn in item.conversation.utterances], span)
            found.append((np.where(places >= 0, places + first, -1), same))
            first += len(item.conversation)
        return np.concatenate([places for places, _ in found]), np.concatenate([same for _, same in found])

    def score(self, scores: Array) -> float:
        """Weighted F1 in percent of the scores of GoEmotions' labels, carried over."""
        carried = scores @ np.array(labels.mapping(FINE.name, self.space.name).matrix)
        said = [self.space.labels[best] for best in carried.argmax(axis=1)]
        pairs = [(gold, found) for gold, found in zip(self.gold, said, strict=True) if gold is not None]
        table = confusion([str(gold) for gold, _ in pairs], [found for _, found in pairs], self.space.labels)
        return 100 * table.score(weighted_f1)


def _in_context(model: Path, split: Split) -> Iterator[tuple[str, float]]:
    """The scores of one model by how its turns are read."""
    manifest = read_manifest(model)
    assert manifest.context is not None
    own, turns = Encoder(model, manifest.window).encode(split.texts, "own", "turns")
    graph = session(model / HISTORY)
    places, same = split.history(manifest.context.span)

    def read(places: Places, same: Places) -> float:
        return split.score(graph.run(["scores"], {"own": own, "turns": turns, "history": places, "same": same})[0])

    yield "in its conversation", read(places, same)
    others = [_of_another(places, draw) for draw in range(DRAWS)]
    yield "shuffled history", float(np.mean([read(places[other], same[other]) for other in others]))
    yield "no history", read(np.full_like(places, -1), same)


def _of_another(places: Places, draw: int) -> NDArray[np.int64]:
    """For each turn another one that has as many turns before it."""
    rng, lengths = np.random.default_rng(draw), (places >= 0).sum(axis=1)
    other = np.arange(len(places))
    for length in np.unique(lengths):
        rows = rng.permutation(np.flatnonzero(lengths == length))
        other[rows] = np.roll(rows, 1)
    return other


def main() -> None:
    """Print the table."""
    data, *runs = map(Path, sys.argv[1:])
    print("| corpus | by itself | in its conversation | shuffled history | no history |\n|---|---|---|---|---|")
    for name, part, layer, space in READ:
        items = [
            each for each in corpora.load(name, data).conversations(part) if each.facts.get("language", "en") == "en"
        ]
        split = Split(items, layer, labels.space(space))
        model = runs[0] / "model"
        (alone,) = Encoder(model, read_manifest(model).window).encode(split.texts, "scores")
        columns: dict[str, list[float]] = {}
        for run in runs:
            for how, score in _in_context(run / "model", split):
                columns.setdefault(how, []).append(score)
        spread = [
            f"{np.mean(each):.1f} ± {np.std(each, ddof=1):.1f}" if runs[1:] else f"{each[0]:.1f}"
            for each in columns.values()
        ]
        print(f"| {name}, {part} | {split.score(alone):.1f} | {' | '.join(spread)} |", flush=True)


if __name__ == "__main__":
    main()
