"""Conversations as networks read them: features side by side, and who speaks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch

from sentio.conversation import Conversation
from sentio.features import Features, FeatureSource
from sentio.labels import LabelSpace
from sentio.nn.dialogue_batch import Dialogue
from sentio.training.network_tuning import LabelledDialogue
from sentio.training.splits import Split, gold_labels

Sources = Mapping[str, FeatureSource]


def dialogue(conversation: Conversation, features: Mapping[str, Features]) -> Dialogue:
    """A conversation with its features by modality; speakers are numbered as they come in."""
    number = {name: place for place, name in enumerate(conversation.speakers)}
    return Dialogue(
        vectors={modality: torch.from_numpy(each.vectors) for modality, each in features.items()},
        present={modality: torch.from_numpy(each.present) for modality, each in features.items()},
        speakers=torch.tensor([number[said.speaker] for said in conversation.utterances], dtype=torch.long),
    )


def dialogues(conversations: Sequence[Conversation], sources: Sources) -> Iterator[Dialogue]:
    """Conversations as the sources know them."""
    read: list[Iterable[Features]] = [source.read(conversations) for source in sources.values()]
    for conversation, *features in zip(conversations, *read, strict=True):
        yield dialogue(conversation, dict(zip(sources, features, strict=True)))


def examples(split: Split, layer: str, space: LabelSpace, sources: Sources) -> list[LabelledDialogue]:
    """A split with its labels' numbers."""
    found = []
    for item, one in zip(split, dialogues([item.conversation for item in split], sources), strict=True):
        gold = [-1 if label is None else space.index(label) for label in gold_labels(item, layer, space)]
        found.append(LabelledDialogue(one, torch.tensor(gold, dtype=torch.long)))
    return found
