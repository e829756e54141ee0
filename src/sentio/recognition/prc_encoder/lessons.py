"""A split of a corpus as what the encoder learns from or answers."""

from collections import Counter

import torch

from sentio.labels import LabelSpace
from sentio.recognition.prc_encoder.evidence import Witness, nothing
from sentio.recognition.prc_encoder.reading import Reader
from sentio.training.conversation_tuning import Lesson
from sentio.training.splits import Split, gold_labels


def known_names(train: Split, at_least: int | None) -> tuple[str, ...]:
    """Speakers with so many utterances, in the order of the alphabet; nobody for None."""
    if at_least is None:
        return ()
    spoken = Counter(utterance.speaker for item in train for utterance in item.conversation.utterances)
    return tuple(sorted(name for name, times in spoken.items() if times >= at_least and name))


def lessons_of(split: Split, layer: str, space: LabelSpace, reader: Reader, witness: Witness | None) -> list[Lesson]:
    """Each conversation as the encoder reads it, with its labels' numbers."""
    conversations = [item.conversation for item in split]
    told = witness.tell(conversations) if witness else [nothing(len(each), len(space)) for each in conversations]
    numbers = {label: number for number, label in enumerate(space.labels)}
    found = []
    for item, turns in zip(split, reader.read(conversations, told, exact=False), strict=True):
        gold = [-1 if label is None else numbers[label] for label in gold_labels(item, layer, space)]
        found.append(Lesson(turns, torch.tensor(gold)))
    return found
