"""IEMOCAP: 151 acted and improvised dialogues of two, six emotions (or four).

Busso et al., "IEMOCAP: interactive emotional dyadic motion capture database", LRE 2008. The text release that
COSMIC and PRC-Emo use, with labelled utterances only; label numbers in COSMIC's order:

    {"Ses02F_impro09": {"labels": [5, 2], "sentences": ["I called twice.", "I was asleep."], "genders": ["F", "M"]}}

Session and gender name the speaker (`Ses02F`). Utterances are numbered by their place: the release has no other
id. `emotion4` merges excited into happy and leaves frustrated out: 4,342 utterances of train and validation. The
four labels of MERBench, 5,531 in all five sessions, are 4,290 of them: see the card's faults.

Validation is COSMIC's 12 dialogues (the DialogXL line has 20). It shares its speakers with train, test does not:
`session1` ... `session4` each hold one session of train and validation, to choose on speakers not trained on.
"""

import re
from collections.abc import Iterator
from typing import TypedDict

from sentio.card import CorpusCard
from sentio.conversation import Speaker, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.documents import at_item, named
from sentio.corpora.transcripts import Turn, annotated, columns, known, numbered
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="IEMOCAP",
    summary="acted dialogues of two, scripted and improvised: six emotions, or four",
    paper="Busso et al., IEMOCAP: interactive emotional dyadic motion capture database, LRE 2008",
    licence="IEMOCAP licence of USC, on request",
    languages=("en",),
    tasks=("emotion",),
    obtain="ask USC SAIL for IEMOCAP (sail.usc.edu/iemocap); iemocap.*.json is in data of github.com/LiXinran6/PRC-Emo",
    files={
        "train": ("iemocap.train.json",),
        "validation": ("iemocap.valid.json",),
        "test": ("iemocap.test.json",),
        "session1": ("iemocap.train.json", "iemocap.valid.json"),
        "session2": ("iemocap.train.json", "iemocap.valid.json"),
        "session3": ("iemocap.train.json", "iemocap.valid.json"),
        "session4": ("iemocap.train.json", "iemocap.valid.json"),
    },
    checksums={
        "iemocap.train.json": "2cec82862019100097708a938d712b73301709539cd96890131add1cff4baca8",
        "iemocap.valid.json": "0e79da396e676bb00ad57e9468830f881cb0b4cffc8daefc1ebf602e6aa14185",
    },
    counts={
        "train": {"conversations": 108, "utterances": 5163},
        "validation": {"conversations": 12, "utterances": 647},
        "session1": {"conversations": 28, "utterances": 1373},
        "session2": {"conversations": 30, "utterances": 1356},
        "session3": {"conversations": 32, "utterances": 1569},
        "session4": {"conversations": 30, "utterances": 1512},
    },
    layers={
        "emotion": ("happy", "sad", "neutral", "angry", "excited", "frustrated"),
        "emotion4": ("happy", "sad", "neutral", "angry"),
    },
    spaces={"emotion": "iemocap6", "emotion4": "iemocap4"},
    faults=(
        "validation is 12 dialogues (COSMIC) or 20 (DialogXL): these are the 12, whose speakers are in train",
        "scripted dialogues repeat lines between sessions: report scripted and improvised apart",
        "happy has 648 utterances in processed releases, 595 in the raw consensus",
        "52 happy utterances, 51 in train and 1 in validation, all improvised, have no label among MERBench's four",
        "109 of 647 validation utterances stand byte for byte in train",
    ),
)

FOUR = {"happy": "happy", "excited": "happy", "sad": "sad", "neutral": "neutral", "angry": "angry"}
GENDERS = {"F": "female", "M": "male"}
NAME = re.compile(r"Ses0([1-5])[FM]_(script|impro)\d\w*")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split or a session, with the facts `session` and `scripted` ("yes" or "no")."""
    for name in card.files[split]:
        for own, record in named(files, name):
            with at_item(files, name, own):
                item = _dialogue(own, record)
            if split in ("train", "validation", "test") or split == f"session{item.facts['session']}":
                yield item


class Record(TypedDict):
    """A dialogue of the file, column by column."""

    labels: list[int]
    sentences: list[str]
    genders: list[str]


def _dialogue(own: str, record: Record) -> AnnotatedConversation:
    found = NAME.fullmatch(own)
    if not found:
        raise ValueError(f"{own!r} is no dialogue of IEMOCAP")
    session, kind = found.groups()
    turns: list[Turn] = []
    profiles = {}
    for place, (text, label, gender) in enumerate(
        columns(own, record["sentences"], record["labels"], record["genders"])
    ):
        speaker = Speaker(name=f"Ses0{session}{gender}", gender=GENDERS[known(gender, tuple(GENDERS))])
        profiles[speaker.name] = speaker
        utterance = Utterance(id=str(place), speaker=speaker.name, text=text)
        turns.append((utterance, _labels(numbered(label, card.layers["emotion"]))))
    facts = {"session": session, "scripted": "yes" if kind == "script" else "no"}
    return annotated(own, turns, profiles=profiles, facts=facts)


def _labels(emotion: str) -> dict[str, str]:
    return {"emotion": emotion} | ({"emotion4": FOUR[emotion]} if emotion in FOUR else {})
