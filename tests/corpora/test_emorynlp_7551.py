"""EmoryNLP, reduced: counts, and that its ids are those of the official release."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sentio import corpora
from sentio.card import CorpusCard
from sentio.corpora import CorpusFolder, emorynlp_7551
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation

EXAMPLES = Path(__file__).parent / "examples" / "emorynlp_7551"
HEADER = "Utterance,Speaker,Emotion,Scene_ID,Utterance_ID,Season,Episode,Start_Time,End_Time\n"
DEV = "source_data/emorynlp/emorynlp_dev_final.csv"
CARD: CorpusCard = emorynlp_7551.card


@cache
def split(name: str, data: Path) -> list[AnnotatedConversation]:
    return list(corpora.load("emorynlp_7551", data).conversations(name))


def test_a_scene_is_read_with_ids_times_and_all_speakers() -> None:
    first, second = emorynlp_7551.scenes(CorpusFolder(EXAMPLES, CARD), CARD.files["train"][0])
    assert (first.id, second.id) == ("s02_e07_c04", "s02_e07_c05")
    assert [u.id for u in first.conversation.utterances] == ["11", "12"]
    assert [(u.start, u.end) for u in first.conversation.utterances] == [(0.0, 1.905), (2.7, 3.909)]
    assert first.facts == {"season": "2", "episode": "7", "begins": 61.095}
    assert second.conversation.speakers == ("Monica Geller, Phoebe Buffay", "Rachel Green")
    assert second.gold == {"emotion": {"1": "joyful", "3": "scared"}}


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("Hi.,['Bo'],Happy,1,1,1,15,00:00:03.795,00:00:05.004\n", "'happy' is none of joyful"),
        ("Hi.,Bo,Sad,1,1,1,15,00:00:03.795,00:00:05.004\n", "does not fit"),
        ("Hi.,['Bo'],Sad,1,1,x,15,00:00:03.795,00:00:05.004\n", "'x'"),
        ("Hi.,['Bo'],Sad,1,1,1,15,00:00:03.795,soon\n", "'soon' is no time"),
        ("Hi.,['Bo'],Sad,1,1,1,15\n", "7 cells where 9 are expected"),
    ],
)
def test_what_does_not_fit_names_file_and_line(tmp_path: Path, row: str, cause: str) -> None:
    path = tmp_path / "peld" / DEV
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + row)
    with pytest.raises(InputError, match=path.name) as error:
        split("validation", tmp_path)
    assert error.value.line == 2
    assert cause in str(error.value)


def test_label_counts(data: Path) -> None:
    counted = Counter(label for item in split("train", data) for label in item.gold["emotion"].values())
    assert counted == {
        "neutral": 2485, "joyful": 1677, "scared": 941, "mad": 785, "peaceful": 638, "powerful": 551, "sad": 474,
    }  # fmt: skip
    assert counted.total() == 7551


def test_ids_are_those_of_the_official_release(data: Path) -> None:
    """Every one of the 954 dev utterances is found there by its id, with the same text, speakers and emotion."""
    document = json.loads((data / "emorynlp" / "emotion-detection-dev.json").read_text("utf-8"))
    official = {
        utterance["utterance_id"]: utterance
        for episode in document["episodes"]
        for scene in episode["scenes"]
        for utterance in scene["utterances"]
    }
    for item in split("validation", data):
        for ours in item.conversation.utterances:
            theirs = official[f"{item.id}_u{int(ours.id):03}"]
            assert theirs["transcript"] == ours.text
            assert ", ".join(theirs["speakers"]) == ours.speaker
            assert theirs["emotion"].lower() == item.gold["emotion"][ours.id]


def test_no_scene_is_in_two_splits(data: Path) -> None:
    train, dev = ({item.id for item in split(name, data)} for name in ("train", "validation"))
    assert not train & dev
