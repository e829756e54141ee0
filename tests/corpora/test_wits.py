"""WITS: counts of the release, and what a broken item says."""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("wits", data).conversations(split))


def value(item: AnnotatedConversation, layer: str) -> str:
    (only,) = item.gold[layer].values()
    return str(only)


@pytest.mark.parametrize(
    ("split", "items", "types", "bare", "speakers", "mean", "most", "tokens", "named"),
    [
        ("train", 1792, (1024, 670, 98), 83, 49, 4.0502, 24, 11.918, 0.8616),
        ("validation", 224, (133, 79, 12), 11, 19, 4.0580, 15, 11.830, 0.8884),
    ],
)
def test_counts_of_the_release(
    data: Path,
    split: str,
    items: int,
    types: tuple[int, int, int],
    bare: int,
    speakers: int,
    mean: float,
    most: int,
    tokens: float,
    named: float,
) -> None:
    read_items = read(data, split)
    lengths = [len(item.conversation) for item in read_items]
    who = [item.conversation.utterances[-1].speaker for item in read_items]
    said = [value(item, "explanation") for item in read_items]
    assert len(read_items) == items
    assert Counter(value(item, "sarcasm type") for item in read_items) == dict(
        zip(("I+P", "I", "P"), types, strict=True)
    )
    assert (lengths.count(1), len(set(who)), max(lengths)) == (bare, speakers, most)
    assert len({item.facts["episode"] for item in read_items}) == 55
    assert (round(fmean(lengths), 4), round(fmean(len(words(text)) for text in said), 3)) == (mean, tokens)
    assert round(fmean(words(text)[0] == words(name)[0] for name, text in zip(who, said, strict=True)), 4) == named


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def test_every_validation_episode_is_in_train(data: Path) -> None:
    train, validation = ({item.facts["episode"] for item in read(data, split)} for split in ("train", "validation"))
    assert validation <= train


def test_the_target_is_the_last_utterance(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert [u.speaker for u in first.conversation.utterances] == ["ROSESH", "SAHIL", "MAYA"]
    assert first.gold == {
        "explanation": {"2": "Maya Rosesh ke chhate ka mazak udati hai."},
        "english explanation": {"2": "Maya mocks Rosesh's umbrella."},
        "sarcasm target": {"2": "ROSESH"},
        "sarcasm type": {"2": "I+P"},
    }
    assert first.facts == {"episode": "99-The Umbrella", "begins": 65.0, "ends": 72.0}
    assert (len(second.conversation), second.facts["begins"]) == (1, 3600.0)


@pytest.mark.parametrize(
    ("key", "broken", "cause"),
    [
        ("sarcasm_type", "X", r"item 1: .*'X' is none of I\+P"),
        ("start_time", "noon", r"item 1: "),
        ("context_speakers", ["ROSESH"], r"item 1: .*argument 2 is longer"),
    ],
)
def test_broken_items_are_named(miniatures: Path, tmp_path: Path, key: str, broken: object, cause: str) -> None:
    file = "train_data_final_plain.json"
    document = json.loads((miniatures / "wits" / file).read_text("utf8"))
    document["1"][key] = broken
    (tmp_path / "wits").mkdir()
    (tmp_path / "wits" / file).write_text(json.dumps(document), "utf8")
    with pytest.raises(InputError, match=cause):
        read(tmp_path, "train")
