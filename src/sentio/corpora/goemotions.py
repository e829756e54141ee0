"""GoEmotions: 58 k English Reddit comments with 27 emotions and neutral, multi-label, Apache-2.0.

Demszky et al., "GoEmotions: A Dataset of Fine-Grained Emotions", ACL 2020. Tab-separated without header:
text, label numbers, comment id.

    This is so funny, thanks for the laugh	1,15	abc12de
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sentio import corpora, labels
from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="GoEmotions",
    summary="English Reddit comments, 27 emotions and neutral, several a comment",
    paper="Demszky et al., GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020",
    licence="Apache-2.0",
    languages=("en",),
    tasks=("emotion",),
    obtain="get original/*.tsv from data/ of the goemotions folder of github.com/google-research/google-research",
    files={
        "train": ("original/train.tsv",),
        "validation": ("original/dev.tsv",),
        "test": ("original/test.tsv",),
    },
    checksums={
        "original/train.tsv": "1c254a142be5c00e80d819b9ae1bbd36d94b2eeb8f4b1271846508d57e57d9c5",
        "original/dev.tsv": "575489c079c9de1097062a01738f998590d6b7ead66dd1c9fd1d2ba01fd8bc62",
    },
    counts={
        "train": {"conversations": 43410, "utterances": 43410},
        "validation": {"conversations": 5426, "utterances": 5426},
    },
    layers={
        "emotion": (
            "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion",
            "curiosity", "desire", "disappointment", "disapproval", "disgust", "embarrassment",
            "excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness", "optimism",
            "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
        ),
    },
    spaces={"emotion": "goemotions"},
    faults=(
        "grief has 77 training comments and 13 validation comments: its F1 is mostly noise",
        "these are the aggregated labels; each rater's votes are a release of their own, which is not read here",
    ),
)  # fmt: skip

COLUMNS = ("text", "labels", "id")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A comment is a conversation of one utterance by a speaker without name."""
    (name,) = card.files[split]
    order = card.layers["emotion"]
    for line, row in files.rows(name, delimiter="\t", columns=COLUMNS, quoted=False):
        with files.at(name, line):
            marked = tuple(order[_number(mark)] for mark in row["labels"].split(","))
        utterance = Utterance(id="0", speaker="", text=row["text"])
        conversation = Conversation(id=row["id"], utterances=(utterance,))
        yield AnnotatedConversation(conversation=conversation, gold={"emotion": {"0": marked}})


class Comments(BaseModel):
    """The comments of a split as a training wants them: texts, and marks of shape (rows, 28).

    `sha256` is the split's fingerprint, so that a run can say what it was trained on.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    texts: list[str]
    marks: NDArray[np.bool_]
    sha256: str


def comments(split: str, data: Path | None = None) -> Comments:
    """All comments of a split; raises `InputError` naming file and line where a row is broken."""
    corpus = corpora.load("goemotions", data)
    space = labels.space("goemotions")
    texts, marks = [], []
    for item in corpus.conversations(split):
        texts.append(item.conversation.utterances[0].text)
        marks.append([label in item.gold["emotion"]["0"] for label in space.labels])  # type: ignore[operator]
    return Comments(texts=texts, marks=np.array(marks, dtype=bool), sha256=corpus.fingerprint(split))


def _number(mark: str) -> int:
    number = int(mark)
    if number < 0:
        raise ValueError(f"{mark} is no label number")
    return number
