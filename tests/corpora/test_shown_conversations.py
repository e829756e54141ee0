"""The files in `examples/` are conversations of our own corpus, so that what is shown has labels and a data card."""

from pathlib import Path

import pytest

from sentio import corpora, files
from sentio.gold import AnnotatedConversation

FOLDER = Path(__file__).parents[2] / "examples"
SHOWN = {
    "kitchen.txt": ("validation", "w10-fa-02"),
    "support.txt": ("validation", "w13-es-02"),
    "dinner-zh.txt": ("train", "w8-zh-1"),
}
"""Split and id. What `mini` is shown with, it was not trained on; it reads no Chinese."""


def source(name: str) -> AnnotatedConversation:
    split, id = SHOWN[name]
    return next(item for item in corpora.load("everyday").conversations(split) if item.conversation.id == id)


def test_every_file_that_is_shown_has_a_source() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_a_file_is_a_conversation_of_the_corpus_line_by_line(name: str) -> None:
    (chat,) = files.read(FOLDER / name)
    said = [(turn.speaker, turn.text) for turn in chat.utterances]
    assert said == [(turn.speaker, turn.text) for turn in source(name).conversation.utterances]
    assert len((FOLDER / name).read_text("utf8").splitlines()) == len(said)


def test_one_at_home_has_three_speakers_and_feelings_of_every_direction() -> None:
    home = source("kitchen.txt")
    assert len(home.conversation.speakers) == 3
    assert len(home.conversation) >= 14
    assert {"joy", "anger", "fear", "sadness"} <= set(home.gold["emotion by author"].values())


def test_one_supports_the_other_who_is_answered_at_the_end() -> None:
    support = source("support.txt")
    turns = support.conversation.utterances
    supporters = {turn.speaker for turn in turns if turn.id in support.gold["strategy"]}
    assert support.facts["setting"] == "emotional support"
    assert len(supporters) == 1
    assert turns[-1].speaker not in supporters


def test_one_is_chinese() -> None:
    assert source("dinner-zh.txt").facts["language"] == "zh"
