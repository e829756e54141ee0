"""MIntRec: counts of the release, and quotation marks that are text."""

from collections import Counter
from pathlib import Path

import pytest

from sentio import corpora
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation


def read(data: Path, split: str) -> list[AnnotatedConversation]:
    return list(corpora.load("mintrec", data).conversations(split))


def intents(items: list[AnnotatedConversation]) -> Counter[str]:
    return Counter(str(item.gold["intent"]["0"]) for item in items)


def test_counts(data: Path) -> None:
    train, validation = read(data, "train"), read(data, "validation")
    assert (len(train), len(intents(train)), len(validation)) == (1334, 20, 445)
    assert intents(validation) == {
        "inform": 57, "complain": 57, "praise": 43, "apologise": 27, "thank": 25, "criticize": 24, "advise": 24,
        "arrange": 22, "introduce": 21, "care": 19, "comfort": 18, "leave": 17, "prevent": 15, "agree": 12,
        "greet": 12, "taunt": 12, "joke": 10, "oppose": 10, "ask for help": 10, "flaunt": 10,
    }  # fmt: skip


def test_every_episode_is_in_both_splits(data: Path) -> None:
    train, validation = (
        {item.id.rpartition("_")[0] for item in read(data, split)} for split in ("train", "validation")
    )
    assert train == validation
    assert len(train) == 43


def test_quotation_marks_are_text(miniatures: Path) -> None:
    first, second = read(miniatures, "train")
    assert first.conversation.utterances[0].text == 'who put "fresh" on the old bread?'
    assert second.conversation.utterances[0].text == '"can you hold the ladder?'
    assert (second.id, second.gold) == ("S07_E99_14", {"intent": {"0": "ask for help"}})


def test_an_unknown_intent_names_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "mintrec" / "mintrec1"
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text("season\tepisode\tclip\ttext\tlabel\nS1\tE1\t1\thm\tPonder\n")
    with pytest.raises(InputError, match=r"dev.tsv:2: .*'ponder' is none of complain"):
        read(tmp_path, "validation")
