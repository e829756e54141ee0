"""MELD in the JSON release of COSMIC and PRC-Emo: the same dialogues without ids, times and sentiment.

Poria et al., ACL 2019; files as in `LiXinran6/PRC-Emo`. Labels are numbers in COSMIC's order; `genders` is a
dialogue's own number of each speaker, one-hot, and says nothing about gender.

    {"12": {"labels": [1, 0], "sentences": ["You sold the couch?", "It\\x92s only a couch."],
            "genders": [[1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0]], "speakers": ["Monica", "Joey"]}}

Utterances are numbered by their place: the release has no other id. Dialogue ids are those of `meld`.
"""

from collections.abc import Iterator
from typing import TypedDict

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.documents import at_item, named
from sentio.corpora.transcripts import Turn, annotated, columns, numbered, repaired
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="MELD (JSON)",
    summary="Friends as language-model systems read it: seven emotions",
    paper="Poria et al., MELD: A Multimodal Multi-Party Dataset, ACL 2019; release of PRC-Emo, AAAI 2026",
    licence="none stated; MELD's repository GPL-3.0; the text belongs to the makers of the series",
    languages=("en",),
    tasks=("emotion",),
    folder="meld",
    obtain="get meld.*.json from data of github.com/LiXinran6/PRC-Emo",
    files={
        "train": ("meld.train.json",),
        "validation": ("meld.valid.json",),
        "test": ("meld.test.json",),
    },
    checksums={
        "meld.train.json": "549573eeae055473cd1260c7d63187cd3deb95a8035605082469a74baa272ba4",
        "meld.valid.json": "7ae78a0daec9ee68670b2aad80736f99fb934eef09323ca486e4e52253423921",
    },
    counts={
        "train": {"conversations": 1038, "utterances": 9989},
        "validation": {"conversations": 114, "utterances": 1109},
    },
    layers={"emotion": ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")},
    spaces={"emotion": "meld"},
    shares=("meld",),
    faults=(
        "Windows-1252 characters stand in the text as control characters: repaired here",
        "utterance ids are lost: numbers differ from meld's in 74 dialogues",
        "the last turn of train dialogue 556 is given to Ross; the one-hot code and the official table say Joey",
    ),
)


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split."""
    (name,) = card.files[split]
    for own, record in named(files, name):
        with at_item(files, name, own):
            item = _dialogue(own, record)
        yield item


class Record(TypedDict):
    """A dialogue of the file, column by column."""

    labels: list[int]
    sentences: list[str]
    genders: list[list[int]]
    speakers: list[str]


def _dialogue(own: str, record: Record) -> AnnotatedConversation:
    turns: list[Turn] = []
    for place, (speaker, text, label) in enumerate(
        columns(own, record["speakers"], record["sentences"], record["labels"])
    ):
        utterance = Utterance(id=str(place), speaker=repaired(speaker), text=repaired(text))
        turns.append((utterance, {"emotion": numbered(label, card.layers["emotion"])}))
    return annotated(own, turns)
